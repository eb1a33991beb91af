"""Every write about premises."""
