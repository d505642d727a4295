"""The bundled examples: each opens, runs to its end, and shows what its description says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import gdviz
from gdviz.experiment.file import load
from gdviz.files import resource
from gdviz.runs.stopping import StopReason

EXAMPLES = sorted(path.stem for path in Path(resource("examples")).glob("*.toml"))


def example(name: str) -> Path:
    return Path(resource("examples", f"{name}.toml"))


def ends(name: str) -> dict[str, np.ndarray]:
    return {label: item.points[-1] for label, item in load(example(name)).run().items()}


def test_that_the_examples_cover_the_kinds_of_problems() -> None:
    assert {"rosenbrock_race", "iris_species", "line_fit", "double_well", "himmelblau_starts", "saddle"} <= set(
        EXAMPLES
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_that_an_example_runs_to_its_end_within_the_picture(name: str) -> None:
    experiment = load(example(name))
    assert experiment.title
    assert experiment.description
    assert experiment.problem is not None
    problem = experiment.problem.build()
    trajectories = experiment.run(problem=problem)
    assert len(trajectories) >= 3
    low, high = problem.domain.T
    for trajectory in trajectories.values():
        assert trajectory.stop_reason is StopReason.FINISHED
        assert (trajectory.points >= low).all()
        assert (trajectory.points <= high).all()
        assert trajectory.values[-1] < trajectory.values[0]


@pytest.mark.parametrize("name", EXAMPLES)
def test_that_an_example_is_written_as_the_program_writes_it(name: str) -> None:
    from gdviz.experiment.file import from_text, to_text

    path = example(name)
    assert from_text(to_text(load(path), path.parent), path.name, path.parent) == load(path)


def test_that_the_largest_rate_and_the_heavy_ball_end_in_the_other_well() -> None:
    wells = {label: round(float(point[0]), 2) for label, point in ends("double_well").items()}
    assert wells == {"Rate 0.01": 1.0, "Rate 0.05": 1.0, "Rate 0.1": -1.0, "Momentum": -1.0}


def test_that_six_starts_reach_all_four_minima() -> None:
    minima = gdviz.problem("himmelblau").minima
    reached = {int(np.argmin(np.linalg.norm(minima - point, axis=1))) for point in ends("himmelblau_starts").values()}
    assert reached == {0, 1, 2, 3}
    for point in ends("himmelblau_starts").values():
        assert np.linalg.norm(minima - point, axis=1).min() < 1e-3


def test_that_plain_descent_leaves_the_saddle_last() -> None:
    left = {
        label: int(np.argmax(np.abs(item.points[:, 1]) > 0.5)) for label, item in load(example("saddle")).run().items()
    }
    assert min(left.values()) > 0
    assert left["Gradient descent"] == max(left.values())
    assert min(left, key=lambda label: left[label]) in {"Adagrad", "Adam", "RMSprop"}


def test_that_fits_come_close_to_their_minimum() -> None:
    for name in ("iris_species", "line_fit"):
        experiment = load(example(name))
        assert experiment.problem is not None
        problem = experiment.problem.build()
        lowest = problem.value(problem.minima[0])
        for point in ends(name).values():
            assert problem.value(point) < lowest + 0.02
