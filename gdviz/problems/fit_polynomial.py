"""Polynomial features: products of powers of the columns, up to a degree."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from gdviz.errors import InputError

__all__ = ["MOST_TERMS", "Polynomial"]

MOST_TERMS = 1000
"""So many columns are made at most: a fit of more parameters is neither seen nor understood."""


@dataclass(frozen=True)
class Polynomial:
    """The columns made of some features, each the product of the features whose places it lists, which may repeat.

    The features themselves come first, in their order, then the products of two, and so on.
    Source: Gergonne 1815, as scikit-learn's PolynomialFeatures without its constant.
    """

    features: tuple[str, ...]
    terms: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, features: tuple[str, ...], degree: int) -> Polynomial:
        """All products of up to `degree` features; raises `InputError` for more than `MOST_TERMS`."""
        count = math.comb(len(features) + degree, degree) - 1
        if count > MOST_TERMS:
            raise InputError(
                f"degree {degree} makes {count:,} columns of {len(features)} features, and at most {MOST_TERMS:,} are "
                "fitted; choose a lower degree or fewer features."
            )
        places = range(len(features))
        terms = [
            term for power in range(1, degree + 1) for term in itertools.combinations_with_replacement(places, power)
        ]
        return cls(features, tuple(terms))

    @property
    def degree(self) -> int:
        """The largest number of factors."""
        return max(len(term) for term in self.terms)

    @property
    def names(self) -> tuple[str, ...]:
        """A name for every column, such as x, x^2, x*y."""
        return tuple(self._name(term) for term in self.terms)

    def without(self, columns: Collection[int]) -> Polynomial:
        """The same without these columns, none of which is a feature itself."""
        return Polynomial(
            self.features, tuple(term for place, term in enumerate(self.terms) if place not in set(columns))
        )

    def expand(self, values: np.ndarray) -> np.ndarray:
        """The columns `(..., c)` made of features `(..., f)`; infinite where a product is too large."""
        made = np.empty((*values.shape[:-1], len(self.terms)))
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            for place, term in enumerate(self.terms):
                made[..., place] = values[..., term[0]]
                for factor in term[1:]:
                    made[..., place] *= values[..., factor]
        return made

    def _name(self, term: tuple[int, ...]) -> str:
        powers = [(self.features[place], len(list(group))) for place, group in itertools.groupby(term)]
        return "*".join(name if power == 1 else f"{name}^{power}" for name, power in powers)
