"""Papers of acting together."""
