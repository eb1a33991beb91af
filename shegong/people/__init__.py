"""Floor 1. Accounts, sign-in, tokens, and the viewer whose scope the database enforces. Not: who works where (workforce)."""
