"""What the JSON API of every app is made of: kinds of values, answers, and refusals as problem details (RFC 9457)."""
