"""Rules, standards and appraisal: policies with their clauses, what a standardised station is, and how one becomes it."""
