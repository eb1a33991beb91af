"""Every write of the practice: one verb, one function, one transaction, one journal row."""
