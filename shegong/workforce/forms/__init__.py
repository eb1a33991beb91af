"""What the workforce's pages ask."""
