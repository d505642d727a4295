from __future__ import annotations

import dataclasses
import os
import pickle
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

import gdviz
from gdviz.experiment.experiment import Experiment, ProblemChoice, RunEntry, ViewChoice
from gdviz.experiment.file import ExperimentFileError, from_text, load, save, to_text
from gdviz.experiment.file_checks import read_text
from gdviz.optimizers import optimizer
from gdviz.runs.config import Change, RandomStart, RunConfig, StopRules

FOLDER = Path("/home/of/experiment")

EXAMPLE = """\
gdviz = 1                                  # version of the format
title = "Adam and momentum in Rosenbrock's valley"

[problem]
name = "rosenbrock"                        # its options beside it
b = 50

[[run]]
label = "Adam"                             # optional
optimizer = "adam"
learning_rate = 0.02
start = [-1.2, 1]                          # or "random" with a range
steps = 300
seed = 4
batch_size = 32
stop = { gradient_norm = 1e-8 }
changes = [
    { step = 40, learning_rate = 0.01 },
    { step = 60, beta1 = 0.5 },
]

[[run]]
optimizer = "momentum"
start = "random"
range = [-1000, 1000]
enabled = false
style = 5

[run.stop]
evaluations = 100

[view]
plane = ["y", "x"]
speed = 4
"""


def read(text: str) -> Experiment:
    return from_text(text, "race.toml", FOLDER)


def refusal(text: str) -> str:
    """The sentence with which a text is refused, empty where it is an experiment; any other exception is a fault."""
    try:
        read(text)
    except ExperimentFileError as error:
        return str(error)
    return ""


def test_that_the_format_means_what_the_contract_says() -> None:
    adam = RunConfig(
        optimizer("adam", learning_rate=0.02),
        label="Adam",
        start=(-1.2, 1.0),
        steps=300,
        seed=4,
        batch_size=32,
        stop=StopRules(gradient_norm=1e-8),
        changes=(Change(40, {"learning_rate": 0.01}), Change(60, {"beta1": 0.5})),
    )
    ball = RunConfig(optimizer("momentum"), start=RandomStart(-1000, 1000), stop=StopRules(evaluations=100))
    assert read(EXAMPLE) == Experiment(
        title="Adam and momentum in Rosenbrock's valley",
        problem=ProblemChoice("rosenbrock", {"b": 50.0}),
        runs=(RunEntry(1, adam), RunEntry(2, ball, style=5, enabled=False)),
        view=ViewChoice(plane=("y", "x"), speed=4.0),
    )


def test_that_a_file_says_only_what_differs_in_the_order_people_write() -> None:
    assert (
        to_text(read(EXAMPLE), FOLDER)
        == """\
gdviz = 1
title = "Adam and momentum in Rosenbrock's valley"

[problem]
name = "rosenbrock"
b = 50.0

[[run]]
label = "Adam"
optimizer = "adam"
learning_rate = 0.02
start = [-1.2, 1.0]
steps = 300
seed = 4
batch_size = 32
stop = { gradient_norm = 1e-08 }
changes = [{ step = 40, learning_rate = 0.01 }, { step = 60, beta1 = 0.5 }]

[[run]]
optimizer = "momentum"
start = "random"
range = [-1000.0, 1000.0]
stop = { evaluations = 100 }
style = 5
enabled = false

[view]
plane = ["y", "x"]
speed = 4.0
"""
    )


def test_that_the_empty_start_is_an_experiment_too() -> None:
    assert to_text(Experiment(), FOLDER) == "gdviz = 1\n"
    assert read("gdviz = 1") == Experiment()


@given(st.data())
def test_that_loading_what_was_saved_gives_the_same_experiment(
    any_experiment: Any, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    experiment = data.draw(any_experiment)
    text = to_text(experiment, FOLDER)
    assert read(text) == experiment
    assert to_text(read(text), FOLDER) == text
    path = tmp_path_factory.getbasetemp() / "property.toml"
    save(experiment, path)
    assert load(path) == experiment


def test_that_long_starts_are_wrapped_and_exact(tmp_path: Path) -> None:
    start = tuple(np.random.default_rng(0).normal(size=500).tolist())
    experiment = Experiment(runs=(RunEntry(1, RunConfig(optimizer("adam"), start=start)),))
    save(experiment, tmp_path / "long.toml")
    text = (tmp_path / "long.toml").read_text()
    assert max(map(len, text.splitlines())) <= 110
    assert load(tmp_path / "long.toml") == experiment


def test_that_keys_count_from_one_when_loaded() -> None:
    entries = tuple(RunEntry(key, RunConfig(optimizer("adam"))) for key in (4, 9))
    loaded = read(to_text(Experiment(runs=entries), FOLDER))
    assert [entry.key for entry in loaded.runs] == [1, 2]


def test_that_numbers_of_numpy_are_saved_as_plain_ones() -> None:
    config = RunConfig(
        optimizer("adam", learning_rate=np.float64(0.1)),
        start=np.array([0.1, 2.0]),  # type: ignore[arg-type]
        steps=np.int64(7),  # type: ignore[arg-type]
        changes=(Change(3, {"learning_rate": np.float32(0.5)}),),
    )
    experiment = Experiment(runs=(RunEntry(1, config),))
    assert read(to_text(experiment, FOLDER)) == experiment
    assert "0.1" in to_text(experiment, FOLDER)


# Paths ----------------------------------------------------------------------------------------------------------------


def data_experiment(table: str) -> Experiment:
    return Experiment(problem=ProblemChoice("data", {"table": table}))


@pytest.mark.parametrize("written", ["iris.csv", "data/iris.csv", "Daten ä/iris.csv"])
def test_that_tables_beside_or_below_are_written_relative(tmp_path: Path, written: str) -> None:
    experiment = data_experiment(str(tmp_path / written))
    save(experiment, tmp_path / "x.toml")
    assert tomllib.loads((tmp_path / "x.toml").read_text())["problem"]["table"] == written
    assert load(tmp_path / "x.toml") == experiment


def test_that_a_folder_moves_with_its_table(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    save(data_experiment(str(tmp_path / "here" / "iris.csv")), tmp_path / "here" / "x.toml")
    (tmp_path / "here").rename(tmp_path / "there")
    loaded = load(tmp_path / "there" / "x.toml")
    assert loaded.problem is not None
    assert loaded.problem.options["table"] == str(tmp_path / "there" / "iris.csv")


def test_that_tables_elsewhere_stay_absolute(tmp_path: Path) -> None:
    elsewhere = str(tmp_path / "tables" / "iris.csv")
    (tmp_path / "experiments").mkdir()
    save(data_experiment(elsewhere), tmp_path / "experiments" / "x.toml")
    assert tomllib.loads((tmp_path / "experiments" / "x.toml").read_text())["problem"]["table"] == elsewhere


def test_that_a_path_may_lead_upward(tmp_path: Path) -> None:
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "x.toml").write_text('gdviz = 1\n[problem]\nname = "data"\ntable = "../iris.csv"\n')
    loaded = load(tmp_path / "experiments" / "x.toml")
    assert loaded.problem is not None
    assert Path(loaded.problem.options["table"]).resolve() == (tmp_path / "iris.csv").resolve()


def test_that_bundled_tables_are_no_paths(tmp_path: Path) -> None:
    save(data_experiment("builtin:iris"), tmp_path / "x.toml")
    assert 'table = "builtin:iris"' in (tmp_path / "x.toml").read_text()
    assert load(tmp_path / "x.toml") == data_experiment("builtin:iris")


def test_that_a_relative_name_is_relative_to_the_file_and_not_to_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "x.toml").write_text('gdviz = 1\n[problem]\nname = "data"\ntable = "iris.csv"\n')
    monkeypatch.chdir(tmp_path)
    loaded = load("deep/x.toml")
    assert loaded.problem is not None
    assert loaded.problem.options["table"] == str(tmp_path / "deep" / "iris.csv")


# What is refused ------------------------------------------------------------------------------------------------------

REFUSED = [
    # replaced, by what, on which line the fault then is, words of the message
    ("gdviz = 1", "gdviz = 2", 1, "newer"),
    ("gdviz = 1", "gdviz = 2\nunknown = 3", 1, "newer"),
    ("gdviz = 1", "gdviz = 0", 1, "version of the format"),
    ("gdviz = 1", "gdviz = -1", 1, "version of the format"),
    ("gdviz = 1", "gdviz = true", 1, "version of the format"),
    ("gdviz = 1", 'gdviz = "1"', 1, "version of the format"),
    ("gdviz = 1", "gdviz = 1.0", 1, "version of the format"),
    ("title = ", "titel = ", 2, "unknown key 'titel'; did you mean title?"),
    ('title = "A', 'title = 3 #"A', 2, "title must be text, not 3"),
    ("[problem]", "[[problem]]", 4, "problem must be a table"),
    ("[problem]", "[problems]", 4, "unknown key 'problems'"),
    ('name = "rosenbrock"', 'name = "rosenbruck"', 5, "did you mean rosenbrock"),
    ('name = "rosenbrock"', "name = 3", 5, "name must be text"),
    ('name = "rosenbrock"', "", 4, "name is missing in problem; add a line such as"),
    ('name = "rosenbrock"', 'nam = "rosenbrock"', 5, "unknown key 'nam' in problem; did you mean name?"),
    ("b = 50", "bb = 50", 6, "unknown key 'bb' in problem"),
    ("b = 50", "b = -50", 6, "b must be a finite number above 0, not -50"),
    ("b = 50", "b = nan", 6, "b must be a finite number above 0"),
    ("b = 50", "b = 1979-05-27", 6, "b must be a finite number above 0"),
    ("b = 50", "b = true", 6, "b must be a finite number above 0"),
    ("b = 50", 'b = "2*x"', 6, "b must be a finite number above 0"),
    ("b = 50", f"b = {'9' * 400}", 6, "b must be a finite number above 0"),
    ("b = 50", "b = { c = 3 }", 6, "b must be a finite number above 0"),
    ('optimizer = "adam"', 'optimizer = "adma"', 10, "unknown optimizer 'adma'; did you mean"),
    ('optimizer = "adam"', "", 8, "optimizer is missing in run"),
    ("label = ", "label = 3 #", 9, "label must be text"),
    ("learning_rate = 0.02", "learning_rat = 0.02", 11, "did you mean learning_rate?"),
    ("learning_rate = 0.02", "momentum = 0.02", 11, "unknown key 'momentum' in run"),
    ("learning_rate = 0.02", "learning_rate = 0", 11, "learning_rate must be a finite number above 0"),
    ("learning_rate = 0.02", "learning_rate = inf", 11, "learning_rate must be a finite number above 0"),
    ("learning_rate = 0.02", "learning_rate = [0.02]", 11, "learning_rate must be a finite number above 0"),
    ("learning_rate = 0.02", 'learning_rate = { schedule = "cosin" }', 11, "did you mean cosine?"),
    ("learning_rate = 0.02", 'learning_rate = { schedule = 3 }', 11, "schedule must be text"),
    ("learning_rate = 0.02", "learning_rate = { initial = 0.1 }", 11, "schedule is missing in run.learning_rate"),
    ("learning_rate = 0.02", 'learning_rate = { schedule = "step", evry = 3 }', 11, "did you mean every?"),
    ("learning_rate = 0.02", 'learning_rate = { schedule = "step", every = 0 }', 11, "every must be a whole number"),
    (
        "learning_rate = 0.02",
        'learning_rate = { schedule = "curve", steps = [0], rates = [1, 2] }',
        11,
        "curve: there are 1 steps and 2 rates",
    ),
    ("learning_rate = 0.02", 'beta1 = { schedule = "cosine" }', 11, "only a learning rate follows a schedule"),
    ("learning_rate = 0.02", "clipping = { norm = 0 }", 11, "norm must be a finite number above 0"),
    ("learning_rate = 0.02", "clipping = { norm = 1, value = 1 }", 11, "exclude each other"),
    ("learning_rate = 0.02", "clipping = 1.0", 11, "clipping must be a table"),
    ("learning_rate = 0.02", "clipping = { length = 1 }", 11, "unknown key 'length' in run.clipping"),
    ("learning_rate = 0.02", "noise = { sigma = 1 }", 11, "kind is missing in run.noise"),
    ("learning_rate = 0.02", 'noise = { kind = "gausian" }', 11, "did you mean gaussian?"),
    ("learning_rate = 0.02", 'noise = { kind = "gaussian", sigma = -1 }', 11, "sigma must be a finite number at least"),
    ("learning_rate = 0.02", 'noise = { kind = "gaussian", eta = 1 }', 11, "unknown key 'eta' in run.noise"),
    ("start = [-1.2, 1]", "start = []", 12, "start must be a list of finite numbers"),
    ("start = [-1.2, 1]", 'start = "here"', 12, "start must be a list of numbers or"),
    ("start = [-1.2, 1]", 'start = ["1", 2]', 12, "start must be a list of finite numbers"),
    ("start = [-1.2, 1]", "start = [[1, 2], [3, 4]]", 12, "start must be a list of finite numbers"),
    ("start = [-1.2, 1]", "start = [nan, 1]", 12, "start must be a list of finite numbers"),
    ("start = [-1.2, 1]", "start = [true, 1]", 12, "start must be a list of finite numbers"),
    ("start = [-1.2, 1]", f"start = [1, {'9' * 400}]", 12, "start must be a list of finite numbers"),
    ("start = [-1.2, 1]", "range = [0, 1]", 12, "range belongs to start"),
    ("steps = 300", "steps = 0", 13, "steps must be a whole number at least 1"),
    ("steps = 300", "steps = 2.5", 13, "steps must be a whole number"),
    ("steps = 300", "steps = 1000000000", 13, "steps must be a whole number"),
    ("seed = 4", "seed = -4", 14, "seed must be a whole number"),
    ("batch_size = 32", "batch_size = 0", 15, "batch_size must be a whole number"),
    ("{ gradient_norm = 1e-8 }", "{ gradient = 1e-8 }", 16, "in run.stop; did you mean gradient_norm?"),
    ("{ gradient_norm = 1e-8 }", "{ gradient_norm = -1 }", 16, "gradient_norm must be"),
    ("{ gradient_norm = 1e-8 }", "1e-8", 16, "stop must be a table"),
    ("step = 60", "step = 40", 17, "different steps"),
    ("step = 60", "step = 6", 17, "rising order"),
    ("step = 60", "step = -60", 19, "step must be a whole number"),
    ("step = 60, ", "", 19, "from which step on"),
    (", beta1 = 0.5", "", 19, "must say what changes"),
    ("beta1 = 0.5", "beta1 = 1", 19, "beta1 must be a finite number at least 0 and below 1"),
    ("beta1 = 0.5", "beta3 = 0.5", 19, "unknown key 'beta3' in run.changes"),
    ("beta1 = 0.5", 'learning_rate = { schedule = "steps" }', 19, "did you mean step"),
    ("[run.stop]\nevaluations = 100", "changes = { step = 3 }", 29, "changes must be a list of tables"),
    ("range = [-1000, 1000]", "range = [1000, -1000]", 25, "must rise"),
    ("range = [-1000, 1000]", "range = [1000]", 25, "range must be two numbers"),
    ("range = [-1000, 1000]", "range = 1000", 25, "range must be a list"),
    ("enabled = false", "enabled = 0", 26, "enabled must be true or false"),
    ("style = 5", "style = -5", 27, "style must be a whole number"),
    ("style = 5", "style = true", 27, "style must be a whole number"),
    ("style = 5", "colour = 5", 27, "unknown key 'colour' in run"),
    ("evaluations = 100", "evaluations = 0", 30, "evaluations must be a whole number"),
    ("evaluations = 100", "evaluation = 100", 30, "unknown key 'evaluation' in run.stop"),
    ('plane = ["y", "x"]', 'plane = ["y", "y"]', 33, "two different parameters"),
    ('plane = ["y", "x"]', 'plane = ["y"]', 33, "two different parameters"),
    ('plane = ["y", "x"]', "plane = 3", 33, "two different parameters"),
    ("speed = 4", "speed = 0", 34, "speed must be"),
    ("speed = 4", 'value_scale = "cubic"', 34, "value_scale must be one of linear, log"),
    ("speed = 4", "pace = 4", 34, "unknown key 'pace' in view"),
    ("speed = 4", "speed = 4\nspeed = 4", 35, "not valid TOML"),
    ("speed = 4", "speed = ", 34, "not valid TOML"),
    ("speed = 4", "speed 4", 34, "not valid TOML"),
    ("[view]", "[view", 32, "not valid TOML"),
    ("[view]", "[[view]]", 32, "view must be a table"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "words"), REFUSED, ids=[f"{new}"[:40] for _, new, _, _ in REFUSED])
def test_that_a_fault_is_refused_in_a_sentence_with_its_line(old: str, new: str, line: int, words: str) -> None:
    assert EXAMPLE.count(old) >= 1
    with pytest.raises(ExperimentFileError, match=re.escape(words)) as caught:
        read(EXAMPLE.replace(old, new, 1))
    assert str(caught.value).startswith(f"race.toml, line {line}: ")
    assert caught.value.line == line
    assert "\n" not in str(caught.value)


def test_that_a_text_without_the_version_is_no_experiment() -> None:
    for text in ("", "# nothing", 'title = "x"', '[problem]\nname = "rosenbrock"'):
        with pytest.raises(ExperimentFileError, match="the line gdviz = 1 is missing"):
            read(text)


HOSTILE = {
    "arrays in arrays": "x = " + "[" * 5000 + "]" * 5000,
    "tables in tables": "x = " + "{a = " * 5000 + "1" + "}" * 5000,
    "a long dotted key": "a" + ".a" * 100_000 + " = 1",
    "a long dotted key in quotes": "a" + ' . "a"' * 100_000 + " = 1",
    "a long dotted header": "[a" + ".a" * 100_000 + "]",
    "a moderately deep array": "x = " + "[" * 60 + "]" * 60,
    "a number of 5000 digits": "x = " + "9" * 5000,
    "an impossible date": "x = 2024-99-99",
    "very many runs": "\n[[run]]\noptimizer = 'adam'" * 20_000,
    "very many keys": "\n".join(f"key{number} = 1" for number in range(40_000)),
    "one long word": "a" * 1_000_000,
    "one long string": 'title = "' + "a" * 900_000,
    "only quotes": '"' * 1_000_000,
    "only brackets": "[" * 1_000_000,
    "a lone surrogate": 'title = "\\ud800"',
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("case", HOSTILE)
def test_that_hostile_texts_are_refused_quickly_and_in_a_sentence(case: str) -> None:
    with pytest.raises(ExperimentFileError) as caught:
        read("gdviz = 1\n" + HOSTILE[case])
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("picture.toml", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "no text in UTF-8"),
        ("pickle.toml", pickle.dumps({"gdviz": 1}), "no text in UTF-8"),
        ("zeros.toml", b"\0" * 1000, "no text in UTF-8"),
        ("wide.toml", "gdviz = 1\n".encode("utf-16"), "no text in UTF-8"),
        ("latin.toml", 'gdviz = 1\ntitle = "Täler"\n'.encode("latin-1"), "no text in UTF-8"),
        ("huge.toml", b"# \n" * 600_000, "larger than 1 MB"),
        ("empty.toml", b"", "gdviz = 1 is missing"),
        ("table.toml", b"x,y\n1,2\n", "not valid TOML"),
        ("json.toml", b'{"gdviz": 1}', "not valid TOML"),
        ("code.toml", b"import os; os.system('true')", "not valid TOML"),
    ],
)
def test_that_files_of_other_kinds_are_refused_and_left_alone(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ExperimentFileError, match=words) as caught:
        load(tmp_path / name)
    assert name in str(caught.value)
    assert (tmp_path / name).read_bytes() == content


def test_that_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "loop.toml").symlink_to(tmp_path / "loop.toml")
    cases = {
        tmp_path: "a folder",
        tmp_path / "missing.toml": "there is no file",
        tmp_path / "pipe.toml": "no ordinary file",
        Path("/dev/zero"): "no ordinary file",
        tmp_path / "loop.toml": "can't be read",
        tmp_path / ("x" * 300): "can't be read",
        tmp_path / "nul\0.toml": "no path",
    }
    for path, words in cases.items():
        with pytest.raises(ExperimentFileError, match=words):
            load(path)


def test_that_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.toml").write_text(EXAMPLE)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(ExperimentFileError, match="you may not read this file"):
        load(tmp_path / "x.toml")


def test_that_a_file_that_grew_while_it_was_opened_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "small.toml").write_text(EXAMPLE)
    (tmp_path / "x.toml").write_bytes(b"# \n" * 600_000)
    small = os.stat(tmp_path / "small.toml")
    monkeypatch.setattr("gdviz.experiment.file_checks.os.stat", lambda _: small)
    with pytest.raises(ExperimentFileError, match="larger than 1 MB"):
        read_text(tmp_path / "x.toml")


def test_that_a_fault_whose_line_cannot_be_found_is_said_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(_: str) -> None:
        raise RecursionError

    monkeypatch.setattr("gdviz.experiment.file_checks.key_lines", give_up)
    assert refusal(EXAMPLE.replace("b = 50", "b = -50")) == (
        "race.toml: b must be a finite number above 0, not -50; choose such a value."
    )


def test_that_a_missing_key_of_the_only_inline_table_is_said_with_the_line_of_the_table() -> None:
    assert refusal('gdviz = 1\nrun = [\n  { label = "x" },\n]').startswith("race.toml, line 3: optimizer is missing")


def test_that_line_ends_and_marks_of_other_systems_are_read() -> None:
    expected = read(EXAMPLE)
    assert read(EXAMPLE.replace("\n", "\r\n")) == expected


def test_that_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xef\xbb\xbf" + EXAMPLE.encode())
    assert load(tmp_path / "x.toml") == read(EXAMPLE)


def test_that_a_text_cut_off_anywhere_is_an_experiment_or_a_sentence() -> None:
    refusals = [refusal(EXAMPLE[:end]) for end in range(len(EXAMPLE))]
    assert not any("\n" in sentence for sentence in refusals)
    assert sum(map(bool, refusals)) > len(EXAMPLE) / 4


@given(place=st.integers(0, len(EXAMPLE.encode()) - 1), bit=st.integers(0, 7))
def test_that_a_flipped_bit_makes_an_experiment_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int
) -> None:
    content = bytearray(EXAMPLE.encode())
    content[place] ^= 1 << bit
    path = tmp_path_factory.getbasetemp() / "flipped.toml"
    path.write_bytes(content)
    try:
        text = read_text(path)
    except ExperimentFileError:
        return  # no UTF-8 any more
    assert "\n" not in refusal(text)


@given(
    path=st.sampled_from(
        [("gdviz",), ("title",), ("problem",), ("problem", "name"), ("problem", "b"), ("run",), ("run", 0), ("view",)]
        + [("run", 0, key) for key in ("label", "optimizer", "learning_rate", "start", "steps", "stop", "changes")]
        + [("run", 1, key) for key in ("range", "enabled", "style")]
        + [("view", key) for key in ("plane", "speed")]
    ),
    value=st.recursive(
        st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=6,
    ),
)
def test_that_a_value_of_any_type_anywhere_makes_an_experiment_or_a_sentence(path: Any, value: Any) -> None:
    values: Any = tomllib.loads(EXAMPLE)
    inner = values
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    try:
        text = tomli_w.dumps(values)
        tomllib.loads(text)
    except (TypeError, ValueError):
        return  # nothing that TOML can say
    sentence = refusal(text)
    assert "\n" not in sentence
    if not sentence:
        assert read(to_text(read(text), FOLDER)) == read(text)


# Use ------------------------------------------------------------------------------------------------------------------


def test_that_loading_and_running_gives_a_trajectory_for_each_enabled_run(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(EXAMPLE.replace("batch_size = 32\n", "") + '\n[[run]]\noptimizer = "adam"\nsteps = 5\n')
    trajectories = gdviz.load(path).run()
    assert list(trajectories) == ["Adam 1", "Adam 2"]
    assert trajectories["Adam 1"].learning_rates[39] == 0.02
    assert trajectories["Adam 1"].learning_rates[40] == 0.01
    expected = gdviz.minimize(gdviz.problem("rosenbrock", b=50), "adam", steps=5)
    np.testing.assert_array_equal(trajectories["Adam 2"].points, expected.points)


def test_that_a_saved_file_replaces_the_old_one_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    save(read(EXAMPLE), path)
    changed = dataclasses.replace(read(EXAMPLE), title="another")
    save(changed, path)
    assert load(path) == changed
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.toml"]


def test_that_text_no_file_can_hold_is_refused_and_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    save(read(EXAMPLE), path)
    with pytest.raises(gdviz.InputError, match="no proper text"):
        save(Experiment(title="\ud800"), path)
    assert load(path) == read(EXAMPLE)


def test_that_a_change_that_takes_a_value_away_says_none(tmp_path: Path) -> None:
    config = RunConfig(optimizer("polyak_step", minimum_value=3.0), steps=20).changed_at(8, {"minimum_value": None})
    text = to_text(Experiment(runs=(RunEntry(1, config),)), tmp_path)
    assert 'changes = [{ step = 8, minimum_value = "none" }]' in text
    assert from_text(text, "away.toml", tmp_path).runs[0].config == config
