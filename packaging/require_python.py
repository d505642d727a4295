"""Imported first by every script here: ends a Python that is too old in words instead of a syntax error further on.

Kept to what Python 3.6 can read.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.stderr.write(
        "gdviz: this is Python {}.{}, and gdviz needs 3.11 or newer; run this with a newer python3.\n".format(
            *sys.version_info[:2]
        )
    )
    sys.exit(2)
