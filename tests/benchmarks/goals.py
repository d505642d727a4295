"""Every goal by name, and the module that measures it; a module is read only when its goal is looked at."""

from __future__ import annotations

import importlib

from harness import Goal

__all__ = ["MODULES", "goal"]

MODULES = {
    "P1": "recorded_steps",
    "P2": "basin_map",
    "P3": "training",
    "P4": "loss_planes",
    "P5": "contour_paths",
    "P6": "growing_frames",
    "P7": "busy_worker",
    "P8": "first_paint",
    "answers": "answers",
    "formula": "typed_formula",
    "stillness": "stillness",
}


def goal(name: str) -> Goal:
    """The goal of this name; raises `KeyError`."""
    found: Goal = importlib.import_module(MODULES[name]).GOAL
    return found
