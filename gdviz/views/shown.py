"""What views are given to draw: a run's name, style and trajectory. Views read trajectories; they never change them."""

from __future__ import annotations

from typing import NamedTuple

from gdviz.runs.trajectory import Trajectory

__all__ = ["ShownRun"]


class ShownRun(NamedTuple):
    """One run as views see it. `style` indexes the colours, symbols and dashes of `views.theme`."""

    key: int
    title: str
    style: int
    trajectory: Trajectory
