"""The papers of this app, and their templates beside them; a paper is Chinese whatever the reader's language."""
