"""Outcome of services, projects, groups, activities and cases: what was done, what became of it, what it cost."""
