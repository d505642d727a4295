"""What functions of any number of parameters have in common: the option that says how many, and sums of terms."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from gdviz.arrays import Namespace
from gdviz.parameters import parameter
from gdviz.problems.coordinates import CoordinateFunction, summed, upper_triangle

__all__ = ["ManyParameters", "SumOfPlacedTerms", "SumOfTerms", "dimension_option"]


def dimension_option(default: int = 2, low: int = 1, high: int = 100) -> Any:
    """The dataclass field that says how many parameters a function has."""
    return parameter(
        default,
        low=low,
        high=high,
        slider=(low, 10),
        symbol="d",
        help="How many parameters. Beyond two the landscape is a plane through them.",
    )


@dataclass(frozen=True)
class ManyParameters(CoordinateFunction, abc.ABC):
    """A function of `dimension` parameters with the same view along each."""

    view: ClassVar[tuple[float, float]]
    """Lower and upper limit of every parameter."""
    usual_start: ClassVar[tuple[float, ...]]
    """The start, repeated as often as there are parameters."""
    lowest: ClassVar[float] = 0.0
    """Every coordinate of the global minimum."""

    dimension: int = dimension_option()

    @property
    def domain(self) -> np.ndarray:
        return np.array([self.view] * self.dimension)

    @property
    def minima(self) -> np.ndarray:
        return np.full((1, self.dimension), self.lowest)

    @property
    def start(self) -> np.ndarray:
        return np.resize(np.array(self.usual_start), self.dimension)


@dataclass(frozen=True)
class SumOfTerms(ManyParameters, abc.ABC):
    """The sum of one function of one parameter over all parameters."""

    @abc.abstractmethod
    def term(self, xp: Namespace, x: Any) -> Any:
        """φ of one coordinate."""

    @abc.abstractmethod
    def slope(self, xp: Namespace, x: Any) -> Any:
        """φ′ of one coordinate."""

    @abc.abstractmethod
    def bend(self, xp: Namespace, x: Any) -> Any:
        """φ″ of one coordinate."""

    def value_at(self, xp: Namespace, *coordinates: Any) -> Any:
        return summed(self.term(xp, x) for x in coordinates)

    def gradient_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        return tuple(self.slope(xp, x) for x in coordinates)

    def hessian_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        return tuple(
            self.bend(xp, coordinates[row]) if row == column else 0.0 for row, column in upper_triangle(self.dimension)
        )


@dataclass(frozen=True)
class SumOfPlacedTerms(ManyParameters, abc.ABC):
    """The sum of one function a parameter over all parameters, which differ by their place 0, 1, … d − 1."""

    @abc.abstractmethod
    def term(self, xp: Namespace, place: int, x: Any) -> Any:
        """φ of the coordinate at `place`."""

    @abc.abstractmethod
    def slope(self, xp: Namespace, place: int, x: Any) -> Any:
        """φ′ of the coordinate at `place`."""

    @abc.abstractmethod
    def bend(self, xp: Namespace, place: int, x: Any) -> Any:
        """φ″ of the coordinate at `place`."""

    def value_at(self, xp: Namespace, *coordinates: Any) -> Any:
        return summed(self.term(xp, place, x) for place, x in enumerate(coordinates))

    def gradient_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        return tuple(self.slope(xp, place, x) for place, x in enumerate(coordinates))

    def hessian_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        return tuple(
            self.bend(xp, row, coordinates[row]) if row == column else 0.0
            for row, column in upper_triangle(self.dimension)
        )
