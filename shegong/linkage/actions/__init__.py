"""Every write: one verb, one function, one transaction, one journal row."""
