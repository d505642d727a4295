"""What the user has set up: frozen state, pure edits, history, files."""
