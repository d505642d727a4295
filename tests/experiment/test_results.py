from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gdviz
from gdviz.errors import InputError
from gdviz.experiment import results
from gdviz.experiment.results import check_results_path, save_results
from gdviz.runs.trajectory import Trajectory

HEAD = ["run", "step", "value", "gradient_norm", "learning_rate", "evaluations"]


def race(steps: int = 30) -> dict[str, Trajectory]:
    return {
        label: gdviz.minimize("rosenbrock", gdviz.optimizer(name, learning_rate=1e-3), steps=steps)
        for label, name in (("Adam", "adam"), ("ball", "momentum"))
    }


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_parquet(path: Path) -> list[dict[str, Any]]:
    from pyarrow import parquet

    return list(parquet.read_table(path).to_pylist())


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a results file, numbers as floats."""
    if path.suffix == ".json":
        rows = json.loads(path.read_text(encoding="utf-8"))
    else:
        rows = read_csv(path) if path.suffix == ".csv" else read_parquet(path)
    return [{name: value if name == "run" else float(value) for name, value in row.items()} for row in rows]


@pytest.mark.parametrize("ending", ["csv", "parquet", "json", "CSV"])
def test_that_every_format_says_every_row_exactly(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "_BLOCK", 7)
    trajectories = race()
    path = tmp_path / f"path.{ending}"
    assert save_results(path, trajectories, ("x", "y")) == 62
    rows = read(path.rename(tmp_path / f"path.{ending.lower()}"))
    assert list(rows[0]) == [*HEAD, "x", "y"]
    expected = [
        {
            "run": label,
            "step": step,
            "value": item.values[step],
            "gradient_norm": item.gradient_norms[step],
            "learning_rate": 1e-3,
            "evaluations": item.evaluations.total[step],
            "x": item.points[step, 0],
            "y": item.points[step, 1],
        }
        for label, item in trajectories.items()
        for step in range(31)
    ]
    assert rows == expected


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_that_parameters_can_be_left_out(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"path.{ending}"
    save_results(path, race(3), ("x", "y"), parameters=False)
    assert list(read(path)[0]) == HEAD


def recorded(points: np.ndarray, values: np.ndarray) -> Trajectory:
    trajectory = Trajectory(points[0], len(points) - 1)
    rows = trajectory.reserve(len(points))
    rows.points[:] = points
    rows.values[:] = values
    rows.gradient_norms[:] = np.inf
    rows.learning_rates[:] = np.nan
    rows.evaluations[:] = 0
    trajectory.publish(len(points))
    return trajectory


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_that_every_float_reads_back_as_the_same_one(
    tmp_path_factory: pytest.TempPathFactory, values: list[float]
) -> None:
    numbers = np.array(values)
    for ending in ("csv", "json"):
        path = tmp_path_factory.getbasetemp() / f"floats.{ending}"
        save_results(path, {"a": recorded(numbers[:, None], numbers)}, ("x",))
        read_back = np.array([[row["value"], row["x"]] for row in _plain(path)], dtype=float)
        assert read_back.tobytes() == np.stack([numbers, numbers], axis=-1).tobytes()


def _plain(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text()) if path.suffix == ".json" else read_csv(path)


def test_that_what_json_cannot_say_is_null_and_csv_says_it(tmp_path: Path) -> None:
    numbers = np.array([1.0, 2.0])
    trajectory = recorded(numbers[:, None], numbers)
    save_results(tmp_path / "x.json", {"a": trajectory}, ("x",))
    assert json.loads((tmp_path / "x.json").read_text())[0] == {
        "run": "a", "step": 0, "value": 1.0, "gradient_norm": None, "learning_rate": None, "evaluations": 0, "x": 1.0
    }  # fmt: skip
    save_results(tmp_path / "x.csv", {"a": trajectory}, ("x",))
    assert (tmp_path / "x.csv").read_text() == ",".join([*HEAD, "x"]) + "\na,0,1,inf,nan,0,1\na,1,2,inf,nan,0,2\n"


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
@pytest.mark.parametrize("label", ["plain", 'with "quotes", commas', "line\nbreak", "梯度 ä", "", " "])
def test_that_labels_of_any_kind_read_back(tmp_path: Path, ending: str, label: str) -> None:
    trajectories = {label: race(2)["Adam"], "other": race(2)["ball"]}
    path = tmp_path / f"path.{ending}"
    save_results(path, trajectories, ("x", "y"))
    assert [row["run"] for row in read(path)] == [label] * 3 + ["other"] * 3


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_that_parameters_named_like_a_column_get_a_name_of_their_own(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"path.{ending}"
    save_results(path, race(2), ("value", 'a, "b"'))
    assert list(read(path)[0]) == [*HEAD, "value (parameter)", 'a, "b"']
    save_results(path, race(2), ("step", "step"))
    assert list(read(path)[0]) == [*HEAD, "step (parameter)", "step (parameter 2)"]


@pytest.mark.parametrize("name", ["path.txt", "path", "path.xlsx", ".csv"])
def test_that_other_endings_are_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    for attempt in (check_results_path, lambda path: save_results(path, race(1), ("x", "y"))):
        with pytest.raises(InputError, match=r"\.csv, \.parquet, \.json"):
            attempt(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_that_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "path.csv"
    path.write_text("old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(results, "_record_batch", fail)
    with pytest.raises(InputError, match="the disk is full"):
        save_results(path, race(1), ("x", "y"))
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["path.csv"]


def test_that_a_batch_of_starts_is_refused(tmp_path: Path) -> None:
    batch = gdviz.minimize("rosenbrock", "adam", start=np.zeros((3, 2)), steps=2)
    with pytest.raises(InputError, match="batch of starts"):
        save_results(tmp_path / "x.csv", {"a": batch}, ("x", "y"))
    assert not list(tmp_path.iterdir())


# Texts that a spreadsheet would run ----------------------------------------------------------------------------------

FORMULAS = ["=1+2", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "=a,b", "\t=1", "\r=1"]


@pytest.mark.parametrize("label", FORMULAS)
def test_that_no_text_in_csv_begins_like_a_formula(tmp_path: Path, label: str) -> None:
    trajectory = gdviz.minimize("rosenbrock", gdviz.optimizer("adam"), steps=3)
    path = tmp_path / "path.csv"
    save_results(path, {label: trajectory, "Adam": trajectory}, (label, "y"))
    rows = read_csv(path)
    assert [row["run"] for row in rows] == [f"'{label}"] * 4 + ["Adam"] * 4
    assert list(rows[0]) == [*HEAD, f"'{label}", "y"]
    assert [float(row["y"]) for row in rows[:4]] == trajectory.points[:, 1].tolist()


@pytest.mark.parametrize("ending", ["json", "parquet"])
def test_that_other_formats_say_labels_and_names_as_they_are(tmp_path: Path, ending: str) -> None:
    trajectory = gdviz.minimize("rosenbrock", gdviz.optimizer("adam"), steps=1)
    path = tmp_path / f"path.{ending}"
    save_results(path, {"=1+2": trajectory}, ("=x", "y"))
    rows = json.loads(path.read_text(encoding="utf-8")) if ending == "json" else read_parquet(path)
    assert rows[0]["run"] == "=1+2"
    assert "=x" in rows[0]
