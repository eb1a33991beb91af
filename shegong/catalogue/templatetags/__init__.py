"""The catalogue's tags for templates."""
