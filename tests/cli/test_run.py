from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz.files import resource

EXPERIMENT = """\
gdviz = 1
title = "A race"

[problem]
name = "rosenbrock"
b = 10

[[run]]
optimizer = "adam"
learning_rate = 0.05
start = [-1.2, 1]
steps = 40

[[run]]
label = "ball"
optimizer = "momentum"
start = [-1.2, 1]
steps = 20

[[run]]
optimizer = "rmsprop"
enabled = false
"""


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table_of(output: str) -> list[list[str]]:
    """The rows of the summary's first table, cells split at two spaces."""
    lines = output.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("run "))
    rows = []
    for line in lines[first + 1 :]:
        if not line:
            break
        rows.append(re.split(r"\s{2,}", line.strip()))
    return rows


def test_that_the_contracts_example_writes_the_trajectory(gdviz_command: Any, tmp_path: Path) -> None:
    out = tmp_path / "path.csv"
    answer = gdviz_command(
        "run", "--problem", "rosenbrock", "--optimizer", "adam:learning_rate=0.05", "--start=-1.2,1", "--steps", "200",
        "--seed", "0", "--out", out,
    )  # fmt: skip
    assert (answer.code, answer.errors) == (0, "")
    rows = rows_of(out)
    expected = gdviz.minimize(
        gdviz.problem("rosenbrock"), gdviz.optimizer("adam", learning_rate=0.05), start=[-1.2, 1.0], steps=200, seed=0
    )
    assert len(rows) == 201
    assert list(rows[0]) == ["run", "step", "value", "gradient_norm", "learning_rate", "evaluations", "x", "y"]
    written = np.array([[float(row["x"]), float(row["y"])] for row in rows])
    np.testing.assert_array_equal(written, expected.points)
    np.testing.assert_array_equal([float(row["value"]) for row in rows], expected.values)
    assert [int(row["evaluations"]) for row in rows] == list(range(201))
    assert {row["run"] for row in rows} == {"Adam"}
    assert table_of(answer.output) == [
        ["Adam", "200", f"{expected.values[-1]:.10g}", f"{expected.gradient_norms[-1]:.10g}", "200",
         "finished all 200 steps"]
    ]  # fmt: skip


def test_that_a_start_may_stand_apart_from_its_option(gdviz_command: Any, tmp_path: Path) -> None:
    for words in (("--start=-1.2,1",), ("--start", "-1.2,1"), ("--start", "[-1.2, 1.0]")):
        assert (
            gdviz_command("run", "--problem", "rosenbrock", *words, "--steps", 1, "--out", tmp_path / "x.csv").code == 0
        )
        assert float(rows_of(tmp_path / "x.csv")[0]["x"]) == -1.2


def test_that_optimizers_race_in_the_order_given(gdviz_command: Any, tmp_path: Path) -> None:
    answer = gdviz_command(
        "run", "--problem", "rosenbrock:b=10,a=2", "--optimizer", "momentum:learning_rate=1e-3,momentum=0.5",
        "--optimizer", "adam", "--optimizer", "adam:learning_rate=0.1", "--steps", 5, "--out", tmp_path / "x.json",
    )  # fmt: skip
    assert [row[0] for row in table_of(answer.output)] == ["Momentum", "Adam 1", "Adam 2"]
    rows = json.loads((tmp_path / "x.json").read_text())
    problem = gdviz.problem("rosenbrock", b=10, a=2)
    expected = gdviz.minimize(problem, gdviz.optimizer("momentum", learning_rate=1e-3, momentum=0.5), steps=5)
    assert [row["value"] for row in rows[:6]] == expected.values.tolist()
    assert {row["run"]: row["learning_rate"] for row in rows} == {"Momentum": 1e-3, "Adam 1": 1e-3, "Adam 2": 0.1}


def test_that_without_an_optimizer_it_is_gradient_descent(gdviz_command: Any) -> None:
    assert table_of(gdviz_command("run", "--problem", "sphere").output)[0][0] == "Gradient descent"


def test_that_an_experiment_runs_as_it_says(gdviz_command: Any, tmp_path: Path) -> None:
    (tmp_path / "race.toml").write_text(EXPERIMENT)
    answer = gdviz_command("run", tmp_path / "race.toml", "--out", tmp_path / "race.csv")
    assert (answer.code, answer.errors) == (0, "")
    assert answer.output.startswith("A race\nRosenbrock: ")
    assert [row[:2] for row in table_of(answer.output)] == [["Adam", "40"], ["ball", "20"]]
    trajectories = gdviz.load(tmp_path / "race.toml").run()
    assert len(rows_of(tmp_path / "race.csv")) == sum(map(len, trajectories.values())) == 62


def test_that_options_beside_an_experiment_replace_what_it_says(gdviz_command: Any, tmp_path: Path) -> None:
    (tmp_path / "race.toml").write_text(EXPERIMENT)
    answer = gdviz_command("run", tmp_path / "race.toml", "--steps", 7, "--start", "0,0", "--out", tmp_path / "x.csv")
    assert [row[1] for row in table_of(answer.output)] == ["7", "7"]
    assert {row["x"] for row in rows_of(tmp_path / "x.csv") if row["step"] == "0"} == {"0"}


def test_that_a_table_of_an_experiment_is_found_beside_it(
    gdviz_command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "points.csv").write_text("u,v\n1,2\n2,4.1\n3,5.9\n")
    (tmp_path / "deep" / "x.toml").write_text(
        'gdviz = 1\n[problem]\nname = "data"\ntable = "points.csv"\ntarget = "v"\n[[run]]\noptimizer = "adam"\n'
    )
    monkeypatch.chdir(tmp_path)
    assert gdviz_command("run", "deep/x.toml").code == 0


def test_that_stopping_rules_stop_and_say_so(gdviz_command: Any) -> None:
    answer = gdviz_command(
        "run", "--problem", "sphere", "--optimizer", "gradient_descent:learning_rate=0.1",
        "--stop", "gradient_norm=1e-3,evaluations=1000",
    )  # fmt: skip
    assert "converged at step" in table_of(answer.output)[0][-1]


def test_that_a_run_that_diverges_is_a_result(gdviz_command: Any, tmp_path: Path) -> None:
    answer = gdviz_command(
        "run", "--problem", "rosenbrock", "--optimizer", "gradient_descent:learning_rate=1", "--out", tmp_path / "x.csv"
    )
    assert answer.code == 0
    assert table_of(answer.output)[0][-1] == "diverged at step 4"
    assert len(rows_of(tmp_path / "x.csv")) == 4


def test_that_parameters_can_be_left_out_of_the_results(gdviz_command: Any, tmp_path: Path) -> None:
    gdviz_command("run", "--problem", "sphere", "--steps", 2, "--out", tmp_path / "x.csv", "--parameters", "none")
    assert (tmp_path / "x.csv").read_text().startswith("run,step,value,gradient_norm,learning_rate,evaluations\n")


def test_that_a_random_start_is_the_seeds(gdviz_command: Any, tmp_path: Path) -> None:
    starts = []
    for seed in (0, 0, 1):
        gdviz_command(
            "run", "--problem", "sphere", "--start", "random", "--range", "-5,-4", "--seed", seed, "--steps", 1,
            "--out", tmp_path / "x.csv",
        )  # fmt: skip
        starts.append(float(rows_of(tmp_path / "x.csv")[0]["x"]))
    assert starts[0] == starts[1] != starts[2]
    assert all(-5 <= start < -4 for start in starts)


# Fits -----------------------------------------------------------------------------------------------------------------


def iris() -> tuple[np.ndarray, np.ndarray]:
    rows = rows_of(Path(resource("tables", "iris.csv")))
    names = [name for name in rows[0] if name != "species"]
    return np.array([[float(row[name]) for name in names] for row in rows]), np.array([row["species"] for row in rows])


def coefficients(output: str, column: int = 0) -> dict[str, float]:
    """The second table of the summary, by its first column."""
    part = output.split("\n\n")[2]
    rows = [re.split(r"\s{2,}", line.strip()) for line in part.splitlines()[1:]]
    return {row[0]: float(row[1 + column]) for row in rows}


def test_that_a_linear_fit_ends_at_scikit_learns(gdviz_command: Any) -> None:
    from sklearn.linear_model import LinearRegression

    values, _ = iris()
    reference = LinearRegression().fit(values[:, :3], values[:, 3])
    answer = gdviz_command(
        "run", "--data", "builtin:iris", "--target", "petal_width", "--optimizer",
        "momentum:learning_rate=0.05,momentum=0.95", "--steps", 3000,
    )  # fmt: skip
    assert answer.code == 0
    found = coefficients(answer.output)
    assert list(found.values())[:3] == pytest.approx(reference.coef_.tolist(), rel=1e-6)
    assert found["bias"] == pytest.approx(float(reference.intercept_), rel=1e-6)
    assert found["R²"] == pytest.approx(reference.score(values[:, :3], values[:, 3]), rel=1e-8)
    assert found["mean squared error"] == pytest.approx(
        float(np.mean((reference.predict(values[:, :3]) - values[:, 3]) ** 2)), rel=1e-8
    )


def test_that_a_logistic_fit_ends_at_scikit_learns(gdviz_command: Any) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    values, species = iris()
    kept = species != "setosa"
    scaler = StandardScaler().fit(values[kept])
    scaled = scaler.transform(values[kept])
    reference = LogisticRegression(C=1 / (100 * 0.01), tol=1e-12, max_iter=10_000).fit(scaled, species[kept])
    answer = gdviz_command(
        "run", "--data", "builtin:iris", "--target", "species", "--classes", "versicolor,virginica", "--model",
        "logistic", "--l2", "0.01", "--optimizer", "momentum:learning_rate=0.5,momentum=0.95", "--steps", 3000,
    )  # fmt: skip
    assert answer.code == 0
    found = coefficients(answer.output)
    weights = reference.coef_[0] / scaler.scale_
    assert list(found.values())[:4] == pytest.approx(weights.tolist(), rel=1e-5)
    assert found["bias"] == pytest.approx(float(reference.intercept_[0] - weights @ scaler.mean_), rel=1e-5)
    assert found["accuracy"] == pytest.approx(reference.score(scaled, species[kept]))
    assert "Left out 50 rows" in answer.output


def test_that_rows_left_out_of_a_ragged_table_are_said(gdviz_command: Any, tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text("a,b,c\n1,2,3\n4,5\n6,7,8,9\n1,3,2\n2,8,1\n9,9\n")
    answer = gdviz_command("run", "--data", path, "--target", "b", "--steps", 1)
    assert answer.code == 0
    assert answer.output.splitlines()[1] == (
        "Left out 3 rows without exactly 3 cells: line 3 has 2; line 4 has 4; line 7 has 2."
    )


def test_that_mini_batches_are_drawn_and_said(gdviz_command: Any, tmp_path: Path) -> None:
    words = ("run", "--data", "builtin:iris", "--target", "petal_width", "--steps", 20, "--out", tmp_path / "x.csv")
    first = gdviz_command(*words, "--batch-size", 10)
    assert "those of its rows" in first.output
    values = [row["value"] for row in rows_of(tmp_path / "x.csv")]
    gdviz_command(*words, "--batch-size", 10, "--seed", 1)
    assert [row["value"] for row in rows_of(tmp_path / "x.csv")] != values
    assert "those of its rows" not in gdviz_command(*words, "--batch-size", 1000).output


def test_that_how_the_table_is_fitted_can_be_said(gdviz_command: Any, tmp_path: Path) -> None:
    plain = ("run", "--data", "builtin:iris", "--target", "petal_width", "--steps", 1, "--out", tmp_path / "x.csv")
    gdviz_command(*plain, "--features", "petal_length,sepal_width", "--no-standardize", "--start", "0,1,2")
    row = rows_of(tmp_path / "x.csv")[0]
    assert [float(row[name]) for name in ("petal_length", "sepal_width", "bias")] == [0, 1, 2]
    values, _ = iris()
    assert float(row["value"]) == pytest.approx(np.mean((values[:, 1] + 2 - values[:, 3]) ** 2))


# What is refused ------------------------------------------------------------------------------------------------------

FUNCTION = ("--problem", "rosenbrock")


def test_that_measures_of_every_step_stand_beside_the_results(gdviz_command: Any, tmp_path: Path) -> None:
    out = tmp_path / "measures.csv"
    words = ("--validation", "0.2", "--steps", 30, "--metrics", "--out", out)
    answer = gdviz_command("run", "--data", "builtin:iris", *words)
    assert answer.code == 0
    assert "accuracy, rows held out" in answer.output
    rows = rows_of(out)
    assert len(rows) == 31
    fit = gdviz.problem("data", table="builtin:iris", validation=0.2)
    points = np.array([[float(row[name]) for name in fit.names] for row in rows])
    for name, values in fit.metrics(points).columns().items():
        np.testing.assert_allclose([float(row[name]) for row in rows], values, rtol=1e-12)
    assert float(rows[-1]["validation_accuracy"]) > 0.7


IRIS = ("--data", "builtin:iris")

REFUSED = [
    ((), "nothing to minimize"),
    (("missing.toml",), "gdviz: there is no file 'missing.toml'"),
    ((*FUNCTION, *IRIS), "--problem and --data exclude each other"),
    (("x.toml", *FUNCTION), "EXPERIMENT and --problem exclude each other"),
    (("--formula", "x +"), "formula, character 4: something is missing after"),
    (("--formula", "x", *FUNCTION), "--problem and --formula exclude each other"),
    (("--formula", "x + a", "--constants", "a=b"), "constants must be finite numbers by name"),
    (("--formula", "a*x^2", "--constants", "q=1"), "formula: there is no 'q' in it to be a constant; it has a, x."),
    (
        ("--formula", "a*x", "--constants", "a=nan"),
        "constants must be finite numbers by name, as in a=1,b=2, and 'a' is",
    ),
    (("--formula", "a*x", "--constants", "a"), "not 'a'; type each as name=number."),
    (
        (*FUNCTION, "--optimizer", "adam:learning_rate=abc"),
        "learning_rate: 'abc' is neither a number nor a schedule; write",
    ),
    ((*FUNCTION, "--optimizer", "adam:learning_rate=cosin"), "unknown schedule 'cosin'; did you mean"),
    ((*FUNCTION, "--out", "."), "'.' is a folder; name a file in it that ends in .csv or .parquet or .json."),
    (("--data", "plain.csv.gz"), "plain.csv.gz is not gzip although its name ends in .gz"),
    (
        (*IRIS, "--target", "petal_width", "--l1", "0.1", "--optimizer", "bfgs"),
        "gdviz: BFGS needs a function without kinks, and this fit has some",
    ),
    (("--formula", "x + z", "--variables", "x,y"), "'z' is no variable; the variables are x, y"),
    ((*FUNCTION, "--variables", "x,y"), "--variables belongs to --formula"),
    ((*IRIS, "--constants", "a=1"), "--constants belongs to --formula"),
    (("--problem", "rosenbruck"), "did you mean rosenbrock"),
    (("--problem", "rosenbrock:b=-1"), "b must be a finite number above 0"),
    (("--problem", "rosenbrock:b=x*2"), "b must be a finite number above 0"),
    (("--problem", "rosenbrock:b"), "write an equals sign after 'b'"),
    (("--problem", "rosenbrock:b=1,b=2"), "gives b twice"),
    (("--problem", ":b=1"), "begin with a name"),
    (("--problem", "rosenbrock:c=1"), "rosenbrock has no option 'c'; it has a, b"),
    (("--problem", "data"), "data needs table"),
    ((*FUNCTION, "--optimizer", "adma"), "unknown optimizer 'adma'; did you mean"),
    ((*FUNCTION, "--optimizer", "adam:lr=0.1"), "adam has no option 'lr'"),
    ((*FUNCTION, "--optimizer", "adam:learning_rate=nan"), "learning_rate must be a finite number above 0"),
    ((*FUNCTION, "--optimizer", "adam:learning_rate=-1"), "learning_rate must be a finite number above 0"),
    ((*FUNCTION, "--optimizer", "adam:beta1=1"), "beta1 must be a finite number at least 0 and below 1"),
    ((*FUNCTION, "--start", "1"), "1 number but rosenbrock has 2 parameters"),
    ((*FUNCTION, "--start", "1,2,3"), "3 numbers but rosenbrock has 2 parameters"),
    ((*FUNCTION, "--start", "sin(1),2"), "--start must be numbers"),
    ((*FUNCTION, "--start", "nan,2"), "finite numbers"),
    ((*FUNCTION, "--start", ""), "--start must be numbers"),
    ((*FUNCTION, "--range", "0,1"), "--range belongs to --start random"),
    ((*FUNCTION, "--start", "random", "--range", "1,0"), "must rise"),
    ((*FUNCTION, "--start", "random", "--range", "1"), "two numbers"),
    ((*FUNCTION, "--steps", "0"), "steps must be a whole number at least 1"),
    ((*FUNCTION, "--steps", "many"), "steps must be a whole number"),
    ((*FUNCTION, "--steps", "9" * 400), "steps must be a whole number"),
    ((*FUNCTION, "--seed", "-1"), "seed must be a whole number"),
    ((*FUNCTION, "--batch-size", "5"), "rosenbrock has no rows"),
    ((*FUNCTION, "--stop", "gradient=1"), "--stop has no option 'gradient'"),
    ((*FUNCTION, "--stop", "value=low"), "value must be a finite number"),
    ((*FUNCTION, "--target", "x"), "--target belongs to --data"),
    ((*FUNCTION, "--no-standardize"), "--standardize belongs to --data"),
    ((*FUNCTION, "--backend", "abacus"), "unknown backend 'abacus'"),
    ((*FUNCTION, "--out", "path.txt"), "written as .csv, .parquet, .json, not as .txt"),
    ((*FUNCTION, "--out", "missing/path.csv"), "its folder does not exist"),
    ((*FUNCTION, "--parameters", "some"), "invalid choice: 'some'"),
    ((*FUNCTION, "--frobnicate"), "unrecognized arguments: --frobnicate"),
    ((*FUNCTION, "--step", "3"), "unrecognized arguments: --step"),
    ((*FUNCTION, "--steps"), "expected one argument"),
    (("--data", "missing.csv"), "there is no file"),
    (("--data", "builtin:irises"), "unknown bundled table 'irises'"),
    ((*IRIS, "--target", "colour"), "has no column 'colour'"),
    ((*IRIS, "--model", "logistic"), "3 classes (setosa, versicolor, virginica)"),
    ((*IRIS, "--model", "forest"), "model must be one of linear, logistic"),
    ((*IRIS, "--metrics"), "--metrics makes columns of results"),
    ((*FUNCTION, "--metrics", "--out", "x.csv"), "--metrics makes columns of results"),
    ((*IRIS, "--l2", "-1"), "l2 must be a finite number at least 0"),
    ((*IRIS, "--standardize", "perhaps"), "standardize must be true or false"),
    (("race.toml", "--optimizer", "adam"), "the optimizers are in the experiment file"),
    (("table.csv",), "table.csv is no experiment file, which ends in .toml; for a table type --data"),
    (("empty.toml",), "names no problem"),
    (("idle.toml",), "has no enabled run"),
    (("broken.toml",), "broken.toml, line 3: unknown key 'nam' in problem"),
]


@pytest.mark.parametrize(("words", "sentence"), REFUSED, ids=[" ".join(words)[:50] for words, _ in REFUSED])
def test_that_what_cannot_be_used_is_said_in_one_line(
    gdviz_command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("race.toml").write_text(EXPERIMENT)
    Path("table.csv").write_text("x,y\n1,2\n")
    Path("plain.csv.gz").write_text("x,y\n1,2\n")
    Path("empty.toml").write_text("gdviz = 1\n")
    Path("idle.toml").write_text('gdviz = 1\n[problem]\nname = "sphere"\n')
    Path("broken.toml").write_text('gdviz = 1\n[problem]\nnam = "sphere"\n')
    before = sorted(os.listdir())
    answer = gdviz_command("run", *words)
    assert answer.code == 2
    assert answer.output == ""
    assert sentence in answer.errors
    assert answer.errors.startswith("gdviz: ")
    assert answer.errors.count("\n") == 1
    assert sorted(os.listdir()) == before


def test_that_help_names_every_option_of_a_fit(gdviz_command: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        gdviz_command("run", "--help")
    assert left.value.code == 0
    text = capfd.readouterr().out
    for option in (
        "--target",
        "--features",
        "--model",
        "--loss",
        "--l1",
        "--l2",
        "--alpha",
        "--standardize",
        "--classes",
    ):
        assert option in text
    assert "130" in text


# Ctrl+C, and what is said on the way ----------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_that_interrupting_keeps_and_writes_what_there_is(tmp_path: Path) -> None:
    out = tmp_path / "path.csv"
    command = [
        sys.executable, "-m", "gdviz", "run", "--problem", "rosenbrock", "--optimizer", "adam",
        "--optimizer", "momentum", "--steps", "10000000", "--out", str(out),
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert re.fullmatch(r"Adam: step \d+ of 10000000\n", line)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    (adam, ball) = table_of(output)
    assert adam[-1] == f"cancelled at step {adam[1]}"
    assert ball[-1] == "cancelled at step 0"
    with out.open() as file:
        assert sum(1 for _ in file) == 1 + int(adam[1]) + 1 + 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["path.csv"]


def test_that_after_a_run_ctrl_c_means_what_it_meant_before(gdviz_command: Any) -> None:
    before = signal.getsignal(signal.SIGINT)
    gdviz_command("run", "--problem", "sphere", "--steps", 1)
    assert signal.getsignal(signal.SIGINT) is before


def test_that_a_quick_run_says_nothing_on_the_way(gdviz_command: Any) -> None:
    assert gdviz_command("run", "--problem", "sphere", "--steps", 5).errors == ""


def test_that_too_little_memory_is_said(gdviz_command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import gdviz.cli.run as command

    def fail(*_: object) -> Callable[[], None]:
        raise MemoryError

    monkeypatch.setattr(command, "run_experiment", fail)
    answer = gdviz_command("run", "--problem", "sphere")
    assert (answer.code, answer.errors.count("\n")) == (2, 1)
    assert "not enough memory" in answer.errors


def test_that_a_fault_of_the_program_is_not_hidden(gdviz_command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import gdviz.cli.run as command

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(command, "run_experiment", fail)
    with pytest.raises(ZeroDivisionError):
        gdviz_command("run", "--problem", "sphere")


def test_that_nothing_in_a_table_or_an_experiment_steers_the_terminal(gdviz_command: Any, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\x1b[31m\u202e,y\n0,1\n1,3\n2,5.5\n", encoding="utf-8")
    (tmp_path / "x.toml").write_text(
        'gdviz = 1\ntitle = "\\u001b[2Jtitle"\n[problem]\nname = "data"\ntable = "x.csv"\ntarget = "y"\n'
        '[[run]]\noptimizer = "adam"\nsteps = 5\nlabel = "\\u001b[31mred\\u202e"\n',
        encoding="utf-8",
    )
    answer = gdviz_command("run", tmp_path / "x.toml", "--out", tmp_path / "out.csv")
    assert answer.code == 0, answer.errors
    assert "[31mred" in answer.output
    assert "a[31m" in answer.output
    assert not set(answer.output + answer.errors) & {"\x1b", "\u202e"}
    assert "\x1b[31mred" not in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_that_a_backend_that_can_t_be_used_is_said_and_numpy_computes(
    gdviz_command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    words = ("run", *FUNCTION, "--optimizer", "adam", "--optimizer", "momentum", "--steps", "20")
    answer = gdviz_command(*words, "--backend", "cupy")
    assert answer.code == 0
    assert answer.errors == ("gdviz: cupy: cupy is not installed (pip install cupy-cuda12x); NumPy computes instead.\n")
    assert answer.output == gdviz_command(*words).output
