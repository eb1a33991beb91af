"""Floor 4. Workers, their certificates and postings, and how stations are to be staffed. Not: accounts (people)."""
