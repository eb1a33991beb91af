"""What volunteers can print, and what is handed on."""
