"""Pages of premises."""
