"""The forms of purchase."""
