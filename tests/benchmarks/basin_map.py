"""P2: a million descents of which the ends make a picture, with NumPy alone.

Every peer takes 500 steps of gradient descent on Himmelblau's function from the middles of 1024 x 1024 pixels.
"retiring" lets go of points that have come to rest, and has to end in the same picture.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from harness import Goal, Measure, Peer, Ratio, timed

SIZE = 1024
STEPS = 500
RATE = 0.01
DOMAIN = np.array([[-6.0, 6.0], [-6.0, 6.0]])


def starts_of(size: int) -> np.ndarray:
    """Himmelblau's usual view in pixels, `(size, size, 2)`."""
    from gdviz.runs.many import grid_starts

    return grid_starts(DOMAIN, size, size)


def with_gdviz(starts: np.ndarray, rest: float | None = None) -> np.ndarray:
    """Every step of every point."""
    import gdviz
    from gdviz.runs.many import descend_many

    descent = gdviz.optimizer("gradient_descent", learning_rate=RATE)
    return descend_many(gdviz.problem("himmelblau"), descent, starts, STEPS, rest=rest).points


def with_gdviz_retiring(starts: np.ndarray) -> np.ndarray:
    """As it is meant to be used."""
    return with_gdviz(starts, rest=1e-6)


def with_naive_numpy(starts: np.ndarray) -> np.ndarray:
    """What one writes down who knows the formula and that arrays are quicker than loops."""
    x, y = starts[..., 0].copy(), starts[..., 1].copy()
    for _ in range(STEPS):
        first, second = x**2 + y - 11, x + y**2 - 7
        slope_x, slope_y = 4 * x * first + 2 * second, 2 * first + 4 * y * second
        x, y = x - RATE * slope_x, y - RATE * slope_y
    return np.stack([x, y], axis=-1)


def with_torch(starts: np.ndarray) -> np.ndarray:
    """The same formula on torch's tensors, which use all cores."""
    import torch

    x, y = torch.tensor(starts[..., 0].copy()), torch.tensor(starts[..., 1].copy())
    with torch.no_grad():
        for _ in range(STEPS):
            first, second = x**2 + y - 11, x + y**2 - 7
            slope_x, slope_y = 4 * x * first + 2 * second, 2 * first + 4 * y * second
            x, y = x - RATE * slope_x, y - RATE * slope_y
    return np.stack([x.numpy(), y.numpy()], axis=-1)


PEERS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "gdviz": with_gdviz,
    "gdviz retiring": with_gdviz_retiring,
    "naive NumPy": with_naive_numpy,
    "torch": with_torch,
}


@contextmanager
def prepare(names: Collection[str]) -> Iterator[Mapping[str, Measure]]:
    """Checks that all see the same picture before any is timed."""
    import gdviz
    from gdviz.runs.many import nearest_minimum

    few = starts_of(128)
    minima = gdviz.problem("himmelblau").minima
    expected = nearest_minimum(with_naive_numpy(few), minima, within=1e-3)
    for name in names:
        np.testing.assert_array_equal(nearest_minimum(PEERS[name](few), minima, within=1e-3), expected, err_msg=name)
    starts = starts_of(SIZE)
    yield {name: _measure(name, starts) for name in names}


def _measure(name: str, starts: np.ndarray) -> Measure:
    return lambda: timed(lambda: PEERS[name](starts))


GOAL = Goal(
    name="P2",
    what="500 steps of gradient descent from 1024 x 1024 starts on Himmelblau's function",
    peers=(Peer("gdviz"), Peer("gdviz retiring"), Peer("naive NumPy"), Peer("torch", needs=("torch",))),
    bounds=(
        Ratio(numerator="naive NumPy", denominator="gdviz", least=3),
        Ratio(numerator="torch", denominator="gdviz", least=3.5),
        Ratio(numerator="gdviz", denominator="gdviz retiring", least=3),
    ),
    prepare=prepare,
)
