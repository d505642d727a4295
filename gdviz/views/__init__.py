"""Widgets and what they paint with. They compute nothing."""
