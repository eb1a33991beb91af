"""What is read: one function per page."""
