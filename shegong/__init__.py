"""Shegong (社工): the platform on which a city runs its social-work service system."""

__version__ = "0.1.0"
