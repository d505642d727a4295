"""Formulas that people type: read without running anything, differentiated exactly, made into quick functions."""
