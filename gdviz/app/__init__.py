"""The composition root: the main window and what it is made of."""
