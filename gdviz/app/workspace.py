"""The views of the main window, by what they show."""

from __future__ import annotations

from dataclasses import dataclass

from gdviz.views.curves import CurveView
from gdviz.views.data_view import DataView
from gdviz.views.landscape import LandscapeView
from gdviz.views.problem_panel import ProblemPanel
from gdviz.views.runs_panel import RunsPanel
from gdviz.views.timeline import TimelineBar

__all__ = ["Workspace"]


@dataclass(frozen=True)
class Workspace:
    """Made by the main window, connected by `showing` and `editing`."""

    problem: ProblemPanel
    runs: RunsPanel
    landscape: LandscapeView
    loss: CurveView
    gradient_norm: CurveView
    data: DataView
    timeline: TimelineBar
