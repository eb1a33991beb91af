"""Every write to the workforce: one verb, one function, one transaction, one journal row."""
