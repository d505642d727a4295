"""Widgets and pyqtgraph items. They compute nothing."""
