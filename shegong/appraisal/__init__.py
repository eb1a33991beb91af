"""Rules, standards and appraisal: policies with their clauses, what a standardised station is, how one becomes it."""
