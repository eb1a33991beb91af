<<<<<<< HEAD
"""What the practice's screens show: one function per screen's data, always in a viewer's scope."""
=======
"""What practice's screens show, always within the viewer's scope."""
>>>>>>> 25fe254 (Keep client files, assessments and cases: rules, actions, queries)
