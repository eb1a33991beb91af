"""The practice's pages."""
