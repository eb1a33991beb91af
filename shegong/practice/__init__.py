"""Floor 6. Clients, needs assessments, cases and the one service record. Not: what the numbers mean (indicators)."""
