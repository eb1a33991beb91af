"""Floor 4. Workers, their certificates and their postings at stations. Not: accounts (people)."""
