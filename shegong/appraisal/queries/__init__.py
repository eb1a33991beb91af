"""One function per screen's data; always for a viewer where it isn't public."""
