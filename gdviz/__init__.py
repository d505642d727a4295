"""gdviz: see gradient descent happen.

The window is started by `gdviz` in a terminal; this is the interface for scripts and notebooks. What it offers is
imported on first use, so that `import gdviz` costs nothing, and none of it needs Qt.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from gdviz._version import __version__

if TYPE_CHECKING:
    from gdviz.errors import InputError
    from gdviz.experiment.file import load
    from gdviz.optimizers import optimizer
    from gdviz.problems import problem
    from gdviz.problems.gradients import compare_gradients
    from gdviz.runs.minimize import minimize
    from gdviz.schedules import schedule

__all__ = ["InputError", "__version__", "compare_gradients", "load", "minimize", "optimizer", "problem", "schedule"]

_MODULES = {
    "InputError": "gdviz.errors",
    "compare_gradients": "gdviz.problems.gradients",
    "load": "gdviz.experiment.file",
    "minimize": "gdviz.runs.minimize",
    "optimizer": "gdviz.optimizers",
    "problem": "gdviz.problems",
    "schedule": "gdviz.schedules",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
