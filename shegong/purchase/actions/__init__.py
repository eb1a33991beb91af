"""What changes purchase: one verb, one transaction, one journal row."""
