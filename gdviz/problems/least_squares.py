"""Functions that are sums of squares, written by their residuals: Gauss–Newton and Levenberg–Marquardt need these.

`LeastSquares` adds residuals and Jacobian to a function that writes its value itself; `SumOfSquares` makes value,
gradient and Hessian of them, which is shorter where nobody counts the nanoseconds of a step.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Any

from gdviz.arrays import Array, Namespace, namespace
from gdviz.problems.coordinates import CoordinateFunction, coordinates_of, stacked, summed, upper_triangle

__all__ = ["LeastSquares", "SumOfSquares"]


@dataclass(frozen=True)
class LeastSquares(CoordinateFunction, abc.ABC):
    """A function residual_factor · ½ Σrᵢ² of `dimension` coordinates."""

    @property
    def has_residuals(self) -> bool:
        return True

    @abc.abstractmethod
    def residuals_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        """The residuals r₁ … rₘ."""

    @abc.abstractmethod
    def jacobian_at(self, xp: Namespace, *coordinates: Any) -> tuple[tuple[Any, ...], ...]:
        """The gradients of r₁ … rₘ, `dimension` entries each; an entry that is constant may be a plain number."""

    def residuals(self, x: Array) -> Array:
        xp = namespace(x)
        coordinates = coordinates_of(x)
        return stacked(xp, self.residuals_at(xp, *coordinates), coordinates[0])

    def jacobian(self, x: Array) -> Array:
        xp = namespace(x)
        coordinates = coordinates_of(x)
        rows = self.jacobian_at(xp, *coordinates)
        return xp.stack([stacked(xp, row, coordinates[0]) for row in rows], axis=-2)


@dataclass(frozen=True)
class SumOfSquares(LeastSquares, abc.ABC):
    """A function that is written by its residuals and their first and second derivatives alone."""

    @abc.abstractmethod
    def bends_at(self, xp: Namespace, *coordinates: Any) -> tuple[tuple[Any, ...], ...]:
        """The Hessians of r₁ … rₘ, each as its upper triangle row by row."""

    def value_at(self, xp: Namespace, *coordinates: Any) -> Any:
        squares = summed(residual * residual for residual in self.residuals_at(xp, *coordinates))
        return 0.5 * self.residual_factor * squares

    def gradient_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        residuals = self.residuals_at(xp, *coordinates)
        slopes = self.jacobian_at(xp, *coordinates)
        factor = self.residual_factor
        return tuple(
            factor * summed(residual * row[column] for residual, row in zip(residuals, slopes, strict=True))
            for column in range(self.dimension)
        )

    def hessian_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        residuals = self.residuals_at(xp, *coordinates)
        slopes = self.jacobian_at(xp, *coordinates)
        bends = self.bends_at(xp, *coordinates)
        factor = self.residual_factor
        return tuple(
            factor
            * summed(
                own[row] * own[column] + residual * bend[entry]
                for residual, own, bend in zip(residuals, slopes, bends, strict=True)
            )
            for entry, (row, column) in enumerate(upper_triangle(self.dimension))
        )
