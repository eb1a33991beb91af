"""What is to be known about premises."""
