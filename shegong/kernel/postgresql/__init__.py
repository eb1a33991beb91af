"""Django's PostgreSQL backend with two things for short requests: see base.py. Named by the settings as ENGINE."""
