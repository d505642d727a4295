"""Standardizing features: minus their mean, over their population standard deviation; targets stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gdviz.errors import InputError

__all__ = ["Standardizer", "refuse_constant"]

_BLOCK_ROWS = 8192


@dataclass(frozen=True, eq=False)
class Standardizer:
    """The mean and scale, (features,), of the columns of a table; every scale is above 0."""

    mean: npt.NDArray[np.float64]
    scale: npt.NDArray[np.float64]

    @classmethod
    def fit(cls, features: npt.NDArray[np.float64], names: Sequence[str]) -> Standardizer:
        """Mean and population standard deviation of features (rows, features); raises `InputError` for a constant one.

        A constant feature has no scale, and its weight could not be told from the bias.
        """
        refuse_constant(features, names)
        mean = features.mean(axis=0)
        # In blocks, so that no copy of a large table is made. What rounding left of the mean is found on the way.
        rest, squares = np.zeros_like(mean), np.zeros_like(mean)
        for start in range(0, len(features), _BLOCK_ROWS):
            centred = features[start : start + _BLOCK_ROWS] - mean
            rest += centred.sum(axis=0)
            squares += np.einsum("ij,ij->j", centred, centred)
        rest /= len(features)
        return cls(mean + rest, np.sqrt(squares / len(features) - rest * rest))

    def transform(self, features: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Features (..., features) in standard units."""
        return (features - self.mean) / self.scale

    def to_original_units(
        self, weights: npt.NDArray[np.float64], bias: npt.NDArray[np.float64] | float
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Weights (..., features) and bias (...) of the same model on features as they stand in the table.

        w·(x − mean)/scale + b = (w/scale)·x + (b − Σ w·mean/scale). Leading axes are a batch of models.
        """
        own_weights = np.asarray(weights) / self.scale
        return own_weights, np.asarray(bias - own_weights @ self.mean)


def refuse_constant(features: npt.NDArray[np.float64], names: Sequence[str]) -> None:
    """Raises `InputError` naming the columns of features (rows, features) that hold one value only."""
    is_constant = features.min(axis=0) == features.max(axis=0)
    constant = [name for name, alike in zip(names, is_constant, strict=True) if alike]
    if constant:
        listing = ", ".join(repr(name) for name in constant)
        subject = f"the column {listing} has" if len(constant) == 1 else f"the columns {listing} have"
        raise InputError(f"{subject} the same value in every row and can't be a feature; choose other features.")
