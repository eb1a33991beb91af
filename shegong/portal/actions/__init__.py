"""What visitors and staff write here: one verb, one function, one transaction, one journal row."""
