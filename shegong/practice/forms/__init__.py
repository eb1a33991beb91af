<<<<<<< HEAD
"""What people type, checked field by field."""
=======
"""Forms of practice."""
>>>>>>> 25fe254 (Keep client files, assessments and cases: rules, actions, queries)
