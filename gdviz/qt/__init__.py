"""QObject models, the worker thread and the frame clock; QtCore only."""
