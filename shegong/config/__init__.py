"""Floor 11. Settings, root urls, the wsgi application and the shegong command."""
