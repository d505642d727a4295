from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import gdviz


def test_that_names_and_instances_give_the_same_trajectory() -> None:
    by_name = gdviz.minimize("rosenbrock", "adam", start=[-1.2, 1.0], steps=50)
    by_instance = gdviz.minimize(gdviz.problem("rosenbrock"), gdviz.optimizer("adam"), start=(-1.2, 1), steps=50)
    np.testing.assert_array_equal(by_name.points, by_instance.points)
    assert by_name.points.shape == (51, 2)
    assert by_name.values.shape == by_name.gradient_norms.shape == by_name.learning_rates.shape == (51,)
    np.testing.assert_array_equal(by_name.points[0], [-1.2, 1.0])


def test_that_adam_takes_the_steps_of_its_paper() -> None:
    trajectory = gdviz.minimize("rosenbrock", gdviz.optimizer("adam", learning_rate=0.02), start=[-1.2, 1.0], steps=40)
    point, first, second = np.array([-1.2, 1.0]), np.zeros(2), np.zeros(2)
    rosenbrock = gdviz.problem("rosenbrock")
    for step in range(1, 41):
        slope = rosenbrock.gradient(point)
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        point = point - 0.02 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        np.testing.assert_allclose(trajectory.points[step], point, rtol=1e-12)


def test_that_a_batch_of_starts_gives_a_batch_of_paths() -> None:
    trajectory = gdviz.minimize("himmelblau", "adam", start=np.zeros((4, 3, 2)), steps=7)
    assert trajectory.points.shape == (8, 4, 3, 2)
    assert trajectory.values.shape == (8, 4, 3)


def test_that_stopping_rules_are_given_by_name() -> None:
    trajectory = gdviz.minimize("sphere", gdviz.optimizer("gradient_descent", learning_rate=0.1), stop={"value": 1e-3})
    assert trajectory.stop_reason.value == "target_reached"
    assert trajectory.values[-1] <= 1e-3 < trajectory.values[-2]


def test_that_without_rules_all_steps_are_taken() -> None:
    trajectory = gdviz.minimize("sphere", gdviz.optimizer("gradient_descent", learning_rate=0.5), steps=80)
    assert trajectory.steps == 80
    assert trajectory.stop_reason.value == "finished"


def test_that_the_type_asked_for_is_the_type_of_the_points() -> None:
    single = gdviz.minimize("rosenbrock", "adam", steps=5, dtype="float32")
    assert single.points.dtype == np.float32
    assert single.values.dtype == np.float64
    assert gdviz.minimize("rosenbrock", "adam", start=np.zeros(2, dtype=np.float32), steps=5).points.dtype == np.float64


def test_that_a_random_start_is_drawn_by_the_seed() -> None:
    starts = [gdviz.minimize("rosenbrock", "adam", start="random", steps=1, seed=seed).points[0] for seed in (0, 0, 1)]
    np.testing.assert_array_equal(starts[0], starts[1])
    assert (starts[0] != starts[2]).all()
    assert (np.abs(starts) <= 1).all()


def test_that_the_start_given_is_not_kept_by_reference() -> None:
    start = np.array([-1.2, 1.0])
    trajectory = gdviz.minimize("rosenbrock", "adam", start=start, steps=5)
    start[:] = 0
    np.testing.assert_array_equal(trajectory.checkpoints[0].point, [-1.2, 1.0])


@pytest.mark.parametrize(
    "arguments",
    [
        {"problem": "rosenbruck"},
        {"problem": 5},
        {"optimizer": "adma"},
        {"optimizer": None},
        {"start": [1.0]},
        {"start": [1.0, 2.0, 3.0]},
        {"start": []},
        {"start": [math.nan, 0.0]},
        {"start": [math.inf, 0.0]},
        {"start": ["1", "2"]},
        {"start": "sin(x)"},
        {"start": 3},
        {"start": [[1.0, 2.0], [3.0]]},
        {"start": [1e999, 0]},
        {"start": [1e300, 0], "dtype": "float32"},
        {"start": np.empty((0, 2))},
        {"start": [True, False]},
        {"start": [1j, 2]},
        {"steps": 0},
        {"steps": None},
        {"seed": -1},
        {"batch_size": 3},
        {"stop": {"gradient": 1}},
        {"stop": 1e-3},
        {"dtype": "int64"},
    ],
)
def test_that_what_cannot_be_used_is_refused_in_a_sentence(arguments: dict[str, Any]) -> None:
    with pytest.raises(gdviz.InputError) as caught:
        gdviz.minimize(**{"problem": "rosenbrock", "optimizer": "adam", **arguments})
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) > 20


def test_that_importing_gdviz_loads_nothing_heavy() -> None:
    code = (
        "import sys, gdviz; "
        "print([name for name in ('numpy', 'PySide6', 'pyarrow', 'pyqtgraph') if name in sys.modules]); "
        "gdviz.minimize('rosenbrock', 'adam', steps=3); "
        "print([name for name in ('PySide6', 'pyarrow', 'scipy', 'torch', 'sympy') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split("\n")[:2] == ["[]", "[]"]


def test_that_every_public_name_is_there() -> None:
    assert {"InputError", "__version__", "load", "minimize", "optimizer", "problem"} <= set(dir(gdviz))
    with pytest.raises(AttributeError, match="nothing"):
        gdviz.nothing  # noqa: B018
