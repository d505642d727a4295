"""Which rows a fit is made from and which are held out to try it on: drawn by a seed, class by class."""

from __future__ import annotations

import numpy as np

from gdviz.errors import InputError

__all__ = ["split_rows"]


def split_rows(rows: int, share: float, seed: int, classes: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The places, in rising order, of the rows to fit and of those held out; raises `InputError` for too few rows.

    With `classes (rows,)`, counted from 0, the share is taken of every class by itself, so that both parts have the
    classes in the proportions of the whole. The first row of a class is always one to fit: a class that is unknown to
    the fit could never be predicted.
    """
    generator = np.random.default_rng(seed)
    groups = [np.arange(rows)] if classes is None else [np.flatnonzero(classes == c) for c in np.unique(classes)]
    order = [generator.permutation(group) for group in groups]
    counts = _shared_out([len(group) for group in order], share)
    held_out = np.sort(np.concatenate([group[:count] for group, count in zip(order, counts, strict=True)]))
    kept = np.ones(rows, dtype=bool)
    kept[held_out] = False
    fitted = np.flatnonzero(kept)
    if len(held_out) == 0 or len(fitted) < 2:
        raise InputError(
            f"a validation share of {share:g} leaves {len(fitted)} of {rows} rows to fit and {len(held_out)} to try it "
            "on; choose a share that leaves at least two and one."
        )
    return fitted, held_out


def _shared_out(sizes: list[int], share: float) -> list[int]:
    """How many of each group are held out: together the share of all, each as near to its own share as that allows."""
    wanted = [share * size for size in sizes]
    counts = [min(int(want), max(0, size - 1)) for want, size in zip(wanted, sizes, strict=True)]
    missing = round(share * sum(sizes)) - sum(counts)
    # Those whose share was cut off the most give one more; the order settles what is equal.
    for place in sorted(range(len(sizes)), key=lambda index: counts[index] - wanted[index]):
        if missing <= 0:
            break
        if counts[place] < sizes[place] - 1:
            counts[place] += 1
            missing -= 1
    return counts
