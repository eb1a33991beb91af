"""Who is staffed as the rules ask, where people are missing, and what a transfer would change. It stands here because
it needs the workforce's postings and the contracts that end, which lie on two floors.
"""
