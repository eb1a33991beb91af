"""Forms of standards and self-checks, and of policies."""
