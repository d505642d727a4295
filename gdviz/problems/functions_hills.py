"""Functions of two parameters made of hills and hollows: what a walk in the mountains is compared to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdviz.arrays import Namespace
from gdviz.parameters import parameter
from gdviz.problems.coordinates import KnownFunction, summed

__all__ = ["Hills", "MonkeySaddle", "Peaks"]


@dataclass(frozen=True)
class Peaks(KnownFunction):
    """3(1 − x)² e^(−x² − (y + 1)²) − 10(x/5 − x³ − y⁵) e^(−x² − y²) − ⅓ e^(−(x + 1)² − y²).

    Source: MATLAB's function peaks.
    """

    name = "peaks"
    label = "Peaks"
    summary = "Three hills and three hollows in a plain: the start decides, and far out nothing pulls at all."
    source = "MATLAB, function peaks"
    formula = "3(1 − x)² e^(−x² − (y+1)²) − 10(x/5 − x³ − y⁵) e^(−x² − y²) − ⅓ e^(−(x+1)² − y²)"
    family = "hollows"
    view = ((-3.0, 3.0), (-3.0, 3.0))
    known_minima = (
        (0.228278920556369099, -1.62553495749999652),
        (-1.34739624436821078, 0.20451886609700518),
        (0.296445553846832078, 0.320196247666834342),
    )
    usual_start = (0.3, 1.0)

    def _bumps(self, xp: Namespace, x: Any, y: Any) -> tuple[tuple[Any, ...], ...]:
        """Of every term P·exp(−u² − v²): P, its derivatives by x, y, xx, xy and yy, u, v, and the exponential."""
        square, cube, fourth = x * x, x * x * x, (y * y) * (y * y)
        offset, above, right = 1.0 - x, y + 1.0, x + 1.0
        return (
            (
                *(3.0 * (offset * offset), -6.0 * offset, 0.0, 6.0, 0.0, 0.0),
                *(x, above, xp.exp(-(square + above * above))),
            ),
            (
                *(10.0 * (cube + fourth * y) - 2.0 * x, 30.0 * square - 2.0, 50.0 * fourth),
                *(60.0 * x, 0.0, 200.0 * (y * y * y)),
                *(x, y, xp.exp(-(square + y * y))),
            ),
            (-1.0 / 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, right, y, xp.exp(-(right * right + y * y))),
        )

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        return summed(bump[0] * bump[-1] for bump in self._bumps(xp, x, y))

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        bumps = self._bumps(xp, x, y)
        return (
            summed((by_x - 2.0 * factor * u) * bell for factor, by_x, _, _, _, _, u, _, bell in bumps),
            summed((by_y - 2.0 * factor * v) * bell for factor, _, by_y, _, _, _, _, v, bell in bumps),
        )

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        across, mixed, up = [], [], []
        for factor, by_x, by_y, by_xx, by_xy, by_yy, u, v, bell in self._bumps(xp, x, y):
            across.append((by_xx - 4.0 * by_x * u + factor * (4.0 * u * u - 2.0)) * bell)
            mixed.append((by_xy - 2.0 * by_x * v - 2.0 * by_y * u + 4.0 * factor * u * v) * bell)
            up.append((by_yy - 4.0 * by_y * v + factor * (4.0 * v * v - 2.0)) * bell)
        return summed(across), summed(mixed), summed(up)


_HILLS = (
    (3.0, -2.2, 1.6, 1.0),
    (2.0, 2.0, -1.8, 0.9),
    (1.5, 0.2, 0.4, 0.6),
    (-2.5, 1.8, 1.9, 0.8),
    (-1.6, -1.4, -1.5, 0.7),
    (-1.0, 0.1, -0.9, 0.5),
)
"""Height (below 0: depth), centre x, centre y and width of every hill."""


@dataclass(frozen=True)
class Hills(KnownFunction):
    """Three hills and three hollows of different widths in a shallow bowl b(x² + y²).

    `minima` are found from the hollows by Newton's method; one that the bowl has filled is left out.
    """

    name = "hills"
    label = "Hills"
    summary = "Three hollows between three hills: routes part on every ridge, and momentum carries over low ones."
    source = "gdviz"
    formula = "b(x² + y²) + Σ hₖ exp(−((x − xₖ)² + (y − yₖ)²)/(2wₖ²))"
    family = "hollows"
    view = ((-4.0, 4.0), (-4.0, 4.0))
    usual_start = (-0.9, 1.3)

    bowl: float = parameter(
        0.05,
        low=0,
        high=1,
        slider=(0.0, 0.2),
        symbol="b",
        help="How steep the bowl is that the hills stand in; at 0 they stand on a plateau.",
    )

    @property
    def minima(self) -> np.ndarray:
        found: list[np.ndarray] = []
        for _, x, y, _ in _HILLS[3:]:
            point = np.array([x, y])
            for _ in range(60):
                hessian = self.hessian(point)
                low = float(np.linalg.eigvalsh(hessian)[0])
                # Damped until the hollow's own curvature takes over.
                step = np.linalg.solve(hessian + max(0.0, 0.1 - low) * np.eye(2), self.gradient(point))
                point = point - step / max(1.0, 4.0 * float(np.linalg.norm(step)))
            steady = float(np.linalg.norm(self.gradient(point))) < 1e-9
            curved = float(np.linalg.eigvalsh(self.hessian(point))[0]) > 1e-6
            if steady and curved and all(np.linalg.norm(point - other) > 1e-3 for other in found):
                found.append(point)
        return np.array(sorted(found, key=lambda point: float(self.value(point)))).reshape(-1, 2)

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        return self.bowl * (x * x + y * y) + summed(bell for _, _, _, bell in _bells(xp, x, y))

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        bells = _bells(xp, x, y)
        return (
            2.0 * self.bowl * x - summed(u * scale * bell for u, _, scale, bell in bells),
            2.0 * self.bowl * y - summed(v * scale * bell for _, v, scale, bell in bells),
        )

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        bells = _bells(xp, x, y)
        return (
            2.0 * self.bowl + summed((u * u * scale - 1.0) * scale * bell for u, _, scale, bell in bells),
            summed(u * scale * (v * scale * bell) for u, v, scale, bell in bells),
            2.0 * self.bowl + summed((v * v * scale - 1.0) * scale * bell for _, v, scale, bell in bells),
        )


def _bells(xp: Namespace, x: Any, y: Any) -> list[tuple[Any, Any, float, Any]]:
    """Of every hill the offsets from its centre, 1/w², and its height at the point."""
    found = []
    for height, center_x, center_y, width in _HILLS:
        u, v, scale = x - center_x, y - center_y, 1.0 / (width * width)
        found.append((u, v, scale, height * xp.exp(-0.5 * scale * (u * u + v * v))))
    return found


@dataclass(frozen=True)
class MonkeySaddle(KnownFunction):
    """x³ − 3xy², a saddle with three ways down, and ¼(x² + y²)² that stops them at a distance of 3.

    Without the walls it falls for ever and has no minimum.

    Source: textbook; Hilbert & Cohn-Vossen 1932 for the name.
    """

    name = "monkey_saddle"
    label = "Monkey saddle"
    summary = "Three ways down from a point without curvature: Newton's method has nothing to hold on to there."
    source = "Textbook"
    formula = "x³ − 3xy² + ¼(x² + y²)²"
    usual_start = (0.01, 0.02)
    view = ((-4.0, 4.0), (-4.0, 4.0))

    walls: bool = parameter(True, help="Add ¼(x² + y²)², which ends the three ways down in minima.")

    @property
    def domain(self) -> np.ndarray:
        return np.array(self.view) if self.walls else np.array(self.view) / 2.0

    @property
    def minima(self) -> np.ndarray:
        side = 1.5 * math.sqrt(3.0)
        return np.array([(-3.0, 0.0), (1.5, side), (1.5, -side)]) if self.walls else np.empty((0, 2))

    def value_at(self, xp: Namespace, x: Any, y: Any) -> Any:
        saddle = x * (x * x - 3.0 * (y * y))
        square = x * x + y * y
        return saddle + 0.25 * (square * square) if self.walls else saddle

    def gradient_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        left, right = 3.0 * (x * x - y * y), -6.0 * x * y
        square = x * x + y * y
        return (left + square * x, right + square * y) if self.walls else (left, right)

    def hessian_at(self, xp: Namespace, x: Any, y: Any) -> tuple[Any, ...]:
        across, mixed = 6.0 * x, -6.0 * y
        if not self.walls:
            return across, mixed, -across
        square = x * x + y * y
        return across + square + 2.0 * (x * x), mixed + 2.0 * x * y, square + 2.0 * (y * y) - across
