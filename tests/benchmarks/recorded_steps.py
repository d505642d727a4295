"""P1: steps that are recorded as they are taken, through the plain rule of Adam and through the same rule compiled.

Every peer takes 100,000 steps from the same start and keeps the point and the loss after each; gdviz keeps more, as it
always does. The floor is a loop in C, built here with the system's compiler where there is one.
"""

from __future__ import annotations

import ctypes
import functools
import pathlib
import subprocess
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from harness import Goal, Measure, Peer, Ratio, timed

STEPS = 100_000
RATE = 0.01
START = (-1.2, 1.0)

Path = tuple[np.ndarray, np.ndarray]
"""Points `(steps + 1, 2)` and losses `(steps + 1,)`."""


def with_gdviz(steps: int) -> Path:
    """As in the README."""
    import gdviz

    optimizer = gdviz.optimizer("adam", learning_rate=RATE)
    trajectory = gdviz.minimize(gdviz.problem("rosenbrock"), optimizer, start=START, steps=steps)
    return trajectory.points, trajectory.values


def with_gdviz_compiled(steps: int) -> Path:
    """The same with JAX, which compiles it in the round that is dropped."""
    import gdviz

    optimizer = gdviz.optimizer("adam", learning_rate=RATE)
    trajectory = gdviz.minimize(gdviz.problem("rosenbrock"), optimizer, start=START, steps=steps, backend="jax")
    return trajectory.points, trajectory.values


@functools.cache
def _c_library() -> ctypes.CDLL:
    """The loop in C, built for this process."""
    source = pathlib.Path(__file__).with_name("recorded_adam.c")
    compiler = next(peer.program for peer in GOAL.peers if peer.name == "C")
    assert compiler is not None, "the harness leaves out what can't be built"
    with tempfile.TemporaryDirectory() as folder:
        library = pathlib.Path(folder, "recorded_adam.so")
        command = [compiler, "-O2", "-shared", "-fPIC", str(source), "-o", str(library), "-lm"]
        subprocess.run(command, check=True)
        return ctypes.CDLL(str(library))


def with_c(steps: int) -> Path:
    """A loop in C over plain variables, at -O2."""
    points, losses = np.empty((steps + 1, 2)), np.empty(steps + 1)
    addresses = (ctypes.c_void_p(array.ctypes.data) for array in (points, losses))
    _c_library().recorded_adam(ctypes.c_long(steps), *map(ctypes.c_double, (*START, RATE)), *addresses)
    return points, losses


def with_naive_numpy(steps: int) -> Path:
    """What one writes down who knows the formulas and NumPy and doesn't waste anything on purpose."""
    beta1, beta2, epsilon = 0.9, 0.999, 1e-8
    points, losses = np.empty((steps + 1, 2)), np.empty(steps + 1)
    point = np.array(START)
    points[0], losses[0] = point, _loss(point)
    first_moment, second_moment = np.zeros(2), np.zeros(2)
    for step in range(1, steps + 1):
        gradient = _gradient(point)
        first_moment = beta1 * first_moment + (1 - beta1) * gradient
        second_moment = beta2 * second_moment + (1 - beta2) * gradient * gradient
        first = first_moment / (1 - beta1**step)
        second = second_moment / (1 - beta2**step)
        point = point - RATE * first / (np.sqrt(second) + epsilon)
        points[step], losses[step] = point, _loss(point)
    return points, losses


def with_torch(steps: int) -> Path:
    """torch.optim as its documentation uses it, in float64."""
    import torch

    points, losses = np.empty((steps + 1, 2)), np.empty(steps + 1)
    parameters = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    # Shares the parameters' memory, which the optimizer changes in place: reading them costs torch nothing.
    point = parameters.detach().numpy()
    optimizer = torch.optim.Adam([parameters], lr=RATE)
    for step in range(steps):
        optimizer.zero_grad()
        x, y = parameters
        loss = (1 - x) ** 2 + 100 * (y - x**2) ** 2
        loss.backward()
        points[step], losses[step] = point, loss.item()
        optimizer.step()
    points[steps], losses[steps] = point, _loss(point)
    return points, losses


def _loss(point: np.ndarray) -> float:
    # Of plain floats: NumPy's own scalars would take four times as long.
    x, y = point.tolist()
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def _gradient(point: np.ndarray) -> np.ndarray:
    x, y = point.tolist()
    return np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])


PEERS: Mapping[str, Callable[[int], Path]] = {
    "gdviz": with_gdviz,
    "gdviz, compiled": with_gdviz_compiled,
    "C": with_c,
    "naive NumPy": with_naive_numpy,
    "torch.optim": with_torch,
}


@contextmanager
def prepare(names: Collection[str]) -> Iterator[Mapping[str, Measure]]:
    """Checks that all take the same path before any is timed."""
    expected = with_naive_numpy(2000)
    for name in names:
        for found, wanted in zip(PEERS[name](2000), expected, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12, err_msg=name)
    yield {name: _measure(name) for name in names}


def _measure(name: str) -> Measure:
    return lambda: timed(lambda: PEERS[name](STEPS))


GOAL = Goal(
    name="P1",
    what="100,000 recorded Adam steps on Rosenbrock's function",
    peers=(
        Peer("gdviz"),
        Peer("naive NumPy"),
        Peer("torch.optim", needs=("torch",)),
        Peer("gdviz, compiled", needs=("jax",)),
        Peer("C", programs=("cc", "gcc", "clang")),
    ),
    bounds=(
        Ratio(numerator="torch.optim", denominator="gdviz", least=15),
        Ratio(numerator="naive NumPy", denominator="gdviz", least=1),
        Ratio(numerator="gdviz, compiled", denominator="C", most=2),
    ),
    prepare=prepare,
)
