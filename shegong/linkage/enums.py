"""The field's own terms for acting together."""
