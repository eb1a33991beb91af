"""What the pages and the API of purchase read: one function per screen."""
