"""What is typed on the app's pages."""
