"""A small fit to data that stands in for the real ones: what the engine does must not hang on how rows are fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from gdviz.problems import Problem
from gdviz.runs.run import Run
from gdviz.runs.trajectory import Trajectory

ROWS = np.random.default_rng(7).normal(size=(53, 3))
TARGETS = ROWS @ np.array([1.0, -2.0, 0.5]) + 0.1 * np.random.default_rng(8).normal(size=53)


@dataclass(frozen=True)
class SmallFit(Problem):
    """Mean of half squared errors of a line through 53 rows; its minimum is what `np.linalg.lstsq` finds."""

    name: ClassVar[str] = "small_fit"
    label: ClassVar[str] = "Small fit"
    cheap: ClassVar[bool] = False

    @property
    def dimension(self) -> int:
        return 3

    @property
    def rows(self) -> int:
        return len(ROWS)

    @property
    def domain(self) -> np.ndarray:
        return np.array([[-3.0, 3.0]] * 3)

    @property
    def start(self) -> np.ndarray:
        return np.zeros(3)

    def value(self, x: Any) -> Any:
        return self.value_and_gradient(x)[0]

    def gradient(self, x: Any) -> Any:
        return self.value_and_gradient(x)[1]

    def hessian(self, x: Any) -> Any:
        return np.broadcast_to(ROWS.T @ ROWS / len(ROWS), (*x.shape[:-1], 3, 3))

    def value_and_gradient(self, x: Any) -> tuple[Any, Any]:
        return self.batch_value_and_gradient(x, np.arange(len(ROWS)))

    def batch_value_and_gradient(self, x: Any, rows: Any) -> tuple[Any, Any]:
        chosen, targets = ROWS[rows], TARGETS[rows]
        errors = x @ chosen.T - targets
        return (errors * errors).mean(axis=-1) / 2, errors @ chosen / len(chosen)


@pytest.fixture(scope="session")
def small_fit() -> SmallFit:
    return SmallFit()


def columns(trajectory: Trajectory) -> dict[str, Any]:
    """Everything a trajectory says, as bytes, so that even the signs of zeros and nans count."""
    told = {name: np.ascontiguousarray(column).tobytes() for name, column in trajectory.rows()._asdict().items()}
    return {**told, "reason": trajectory.stop_reason, "step": trajectory.stop_step}


@pytest.fixture(scope="session")
def told() -> Any:
    """`told(run)`: all that its trajectory says, to be compared bit for bit."""

    def everything(run: Run) -> dict[str, Any]:
        return columns(run.trajectory)

    return everything
