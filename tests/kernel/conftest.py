"""Property tests judge what is right, not how fast a busy machine is."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
