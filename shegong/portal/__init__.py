"""The residents' own door: pages that need no account, and what staff do with what comes in there."""
