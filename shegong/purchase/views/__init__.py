"""The pages of purchase."""
