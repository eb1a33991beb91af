"""One function for each screen's data, always in a viewer's scope."""
