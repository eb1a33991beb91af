<<<<<<< HEAD
"""The practice's pages."""
=======
"""Pages of practice."""
>>>>>>> 25fe254 (Keep client files, assessments and cases: rules, actions, queries)
