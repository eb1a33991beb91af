"""What was typed, read into values."""
