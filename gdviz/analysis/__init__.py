"""Planes through many dimensions, contour levels and contour lines."""
