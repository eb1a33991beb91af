"""Floor 1. Accounts, sign-in, tokens and roles. Not: who works where (workforce), nor what they see (network)."""
