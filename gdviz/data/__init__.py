"""Tables: recognising, reading, reporting, column roles and scaling.

`sniff` guesses how a file is written and shows its first rows; `read` streams it into a `Table` of columns with a
report of everything that was left out; `roles` and `scaling` prepare a table for fitting. A file is never trusted
here.
"""
