"""A user's own optimizers and problems: listed beside the built-in ones, and each fault said in a sentence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdviz
from gdviz import plugins
from gdviz.errors import UnknownNameError
from gdviz.optimizers import BUILTIN, Optimizer
from gdviz.optimizers.trial import try_optimizer
from gdviz.problems import BUILTIN as PROBLEM_CLASSES
from gdviz.problems import Problem
from gdviz.problems.trial import try_problem
from gdviz.registry import Registry, add_file

ROOT = Path(gdviz.__file__).parents[1]

OPTIMIZER = """\
from dataclasses import dataclass
from typing import NamedTuple
from gdviz.optimizers import GradientRule
from gdviz.parameters import parameter

class Nothing(NamedTuple):
    pass

@dataclass(frozen=True)
class Mine(GradientRule):
    name = "mine"
    label = "Mine"
    factor: float = parameter(2.0, low=0, slider=(0.5, 5.0), help="Times the rate.")

    def init(self, xp, x):
        return Nothing()

    def update(self, xp, gradient, state, x, learning_rate):
        return -self.factor * learning_rate * gradient, state
"""

PROBLEM = """\
from dataclasses import dataclass
from gdviz.problems.coordinates import KnownFunction

@dataclass(frozen=True)
class Bowl(KnownFunction):
    name = "my_bowl"
    label = "My bowl"
    view = ((-2.0, 2.0), (-1.0, 1.0))
    known_minima = ((0.0, 0.0),)
    usual_start = (1.0, 0.5)

    def value_at(self, xp, x, y):
        return x * x + y * y

    def gradient_at(self, xp, x, y):
        return 2.0 * x, 2.0 * y

    def hessian_at(self, xp, x, y):
        return 2.0, 0.0, 2.0
"""


def optimizers() -> Registry[Optimizer]:
    """A registry like the program's, which no other test sees."""
    return Registry("optimizer", BUILTIN, base=Optimizer, trial=try_optimizer)


def problems() -> Registry[Problem]:
    return Registry("problem", PROBLEM_CLASSES, base=Problem, trial=try_problem)


def written(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# Found ----------------------------------------------------------------------------------------------------------------


def test_that_files_in_the_user_s_folder_are_listed_after_the_built_in_ones() -> None:
    written(plugins.folder(), "mine.py", OPTIMIZER)
    written(plugins.folder(), "bowl.py", PROBLEM)
    known = optimizers()
    assert known.names == (*(cls.name for cls in BUILTIN), "mine")
    assert known.faults == ()
    assert problems().names[-1] == "my_bowl"
    trajectory = gdviz.minimize(problems().make("my_bowl", {}), known.make("mine", {"factor": 3.0}), steps=1)
    np.testing.assert_allclose(trajectory.points[1], np.array([1.0, 0.5]) * (1 - 2 * 3e-3))


def test_that_a_built_in_name_is_found_without_a_look_at_plug_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    def looked(group: str) -> Any:
        raise AssertionError("looked for plug-ins")

    monkeypatch.setattr("gdviz.registry.installed", looked)
    assert optimizers().get("adam").name == "adam"
    assert "adam" in optimizers()


def test_that_entry_points_of_installed_packages_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the files of an installed package, as pip leaves them."""
    written(tmp_path, "my_package_of_rules.py", OPTIMIZER)
    information = tmp_path / "my_package_of_rules-1.0.dist-info"
    written(information, "METADATA", "Metadata-Version: 2.1\nName: my-package-of-rules\nVersion: 1.0\n")
    written(
        information,
        "entry_points.txt",
        "[gdviz.optimizers]\nmine = my_package_of_rules:Mine\nbroken = my_package_of_rules:Nobody\n",
    )
    monkeypatch.syspath_prepend(tmp_path)
    plugins._entry_points.cache_clear()
    try:
        known = optimizers()
        assert known.get("mine").label == "Mine"
        assert known.faults == (
            "the plug-in broken of the package my-package-of-rules can't be used: AttributeError: module "
            "'my_package_of_rules' has no attribute 'Nobody'",
        )
    finally:
        plugins._entry_points.cache_clear()
        sys.modules.pop("my_package_of_rules", None)


def test_that_a_file_is_run_once_for_both_kinds(tmp_path: Path) -> None:
    mark = tmp_path / "runs"
    path = written(
        tmp_path, "both.py", f"with open({str(mark)!r}, 'a') as m:\n    m.write('x')\n{OPTIMIZER}\n{PROBLEM}"
    )
    kinds = optimizers(), problems()
    add_file(path, kinds)
    assert ("mine" in kinds[0], "my_bowl" in kinds[1]) == (True, True)
    assert mark.read_text() == "x"
    assert [kind.faults for kind in kinds] == [(), ()]


def test_that_names_of_files_with_an_underscore_are_left_alone() -> None:
    written(plugins.folder(), "_shared.py", "raise RuntimeError")
    assert optimizers().names == tuple(cls.name for cls in BUILTIN)


# Faults ---------------------------------------------------------------------------------------------------------------

FAULTS = {
    "an import error": ("import nonsense_that_is_not_there", "No module named 'nonsense_that_is_not_there' (line 1)"),
    "a syntax error": ("def (:", "SyntaxError: "),
    "an exit": ("raise SystemExit(3)", "SystemExit: 3 (line 1)"),
    "a missing method": (
        re.sub(r"    def update(.|\n)*", "", OPTIMIZER),
        "Mine lacks update; write it",
    ),
    "no dataclass": (
        OPTIMIZER.replace("@dataclass(frozen=True)\n", ""),
        "write @dataclass(frozen=True) above",
    ),
    "not frozen": (OPTIMIZER.replace("(frozen=True)", ""), "TypeError: cannot inherit non-frozen dataclass"),
    "no name": (OPTIMIZER.replace('name = "mine"', ""), "Mine needs a name of small letters and underscores"),
    "a strange name": (OPTIMIZER.replace('"mine"', '"My Rule"'), "Mine needs a name of small letters and underscores"),
    "no label": (OPTIMIZER.replace('label = "Mine"', 'label = ""'), "Mine needs a label for menus"),
    "a built-in name": (OPTIMIZER.replace('"mine"', '"adam"'), "there is another optimizer named adam"),
    "a default beyond its limits": (
        OPTIMIZER.replace("2.0, low=0", "-2.0, low=0"),
        "mine: factor must be a finite number at least 0, not -2.0",
    ),
    "a slider beyond the limits": (
        OPTIMIZER.replace("(0.5, 5.0)", "(-1.0, 5.0)"),
        "the slider of mine.factor must",
    ),
    "an unknown type": (OPTIMIZER.replace("factor: float", "factor: 'Floaty'"), "NameError: name 'Floaty'"),
    "a step that raises": (
        OPTIMIZER.replace("-self.factor *", "1 / 0 *"),
        "division by zero (line 19)",
    ),
    "a state that is none": (OPTIMIZER.replace("return Nothing()", "return [0]"), "Mine.init returns list"),
    "a step of another shape": (
        OPTIMIZER.replace("* gradient, state", "* gradient[..., None], state"),
        "Mine steps from (2,)",
    ),
    "nothing in it": ("x = 1", "it defines no optimizer and no problem"),
    "a problem's wrong gradient": (
        PROBLEM.replace("return 2.0 * x, 2.0 * y", "return (2.0 * x,)"),
        "Bowl.gradient has the shape (1,), not (2,)",
    ),
    "a problem without derivatives": (
        PROBLEM.replace("def gradient_at", "def slope_at"),
        "Bowl lacks gradient_at; write it",
    ),
    "a problem's wrong start": (PROBLEM.replace("(1.0, 0.5)", "(1.0,)"), "Bowl.start has the shape (1,), not (2,)"),
}


@pytest.mark.parametrize(("text", "said"), FAULTS.values(), ids=FAULTS)
def test_that_what_is_wrong_with_a_file_is_said_and_all_else_is_listed(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, "own.py", text)
    good = written(tmp_path, "good.py", OPTIMIZER.replace('"mine"', '"good_one"'))
    kinds = optimizers(), problems()
    for file in (path, good):
        add_file(file, kinds)
    sentences = dict.fromkeys(sentence for kind in kinds for sentence in kind.faults)
    assert len(sentences) == 1
    sentence = next(iter(sentences))
    assert sentence.startswith("the plug-in own.py can't be used: ")
    assert said in sentence
    assert "\n" not in sentence
    assert kinds[0].names == (*(cls.name for cls in BUILTIN), "good_one")
    assert kinds[1].names == tuple(cls.name for cls in PROBLEM_CLASSES)


def test_that_an_unknown_name_comes_with_what_is_wrong_with_plug_ins() -> None:
    written(plugins.folder(), "mine.py", "import nonsense_that_is_not_there")
    with pytest.raises(UnknownNameError, match="unknown optimizer 'mine'") as refusal:
        optimizers().get("mine")
    assert len(refusal.value.__notes__) == 1
    assert "mine.py" in refusal.value.__notes__[0]


# The program ----------------------------------------------------------------------------------------------------------


def gdviz_in(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own: what it loads stays loaded."""
    return subprocess.run(
        [sys.executable, "-m", "gdviz", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def example() -> str:
    """The optimizer of the README, word for word."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Your own optimizers and functions")[2]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


def test_that_the_example_of_the_readme_runs_beside_the_built_in_ones(tmp_path: Path) -> None:
    written(tmp_path, "normalized.py", example())
    words = (
        "--problem",
        "rosenbrock",
        "--optimizer",
        "adam",
        "--optimizer",
        "normalized_descent:kept=0,learning_rate=0.1",
    )
    ran = gdviz_in(tmp_path, "run", *words, "--steps", "3", "--out", "path.csv", "--plugin", "normalized.py")
    assert (ran.returncode, ran.stderr) == (0, "")
    rows = [line.split(",") for line in (tmp_path / "path.csv").read_text().splitlines()]
    taken = np.array([row[-2:] for row in rows if row[0] == "Normalized descent"], dtype=float)
    np.testing.assert_allclose(np.linalg.norm(np.diff(taken, axis=0), axis=1), 0.1, rtol=1e-9)


def test_that_a_broken_file_is_one_line_and_the_run_goes_on(tmp_path: Path) -> None:
    written(tmp_path, "broken.py", "import nonsense_that_is_not_there")
    words = ("--problem", "rosenbrock", "--optimizer", "adam", "--steps", "3")
    ran = gdviz_in(tmp_path, "run", *words, "--plugin=broken.py", "--plugin", "nowhere.py")
    assert ran.returncode == 0
    assert ran.stderr.splitlines() == [
        "gdviz: the plug-in broken.py can't be used: ModuleNotFoundError: No module named "
        "'nonsense_that_is_not_there' (line 1)",
        "gdviz: the plug-in nowhere.py can't be used: there is no such file; check the path",
    ]
    assert "finished all 3 steps" in ran.stdout


def test_that_a_plug_in_that_fails_on_the_way_ends_its_own_run_only(tmp_path: Path) -> None:
    failing = "        if 1.01 < x[1] < 2:\n            raise KeyError('lost')\n        return -self"
    text = OPTIMIZER.replace("        return -self", failing)
    written(tmp_path, "mine.py", text.replace('label = "Mine"', 'label = "Mine"\n    elementwise = False'))
    words = ("--problem", "rosenbrock", "--optimizer", "mine:learning_rate=1e-5", "--optimizer", "adam")
    ran = gdviz_in(tmp_path, "run", *words, "--steps", "30", "--start=-1.2,1", "--plugin", "mine.py")
    assert ran.returncode == 0, ran.stderr
    assert re.fullmatch(r"gdviz: Mine failed at step \d+: KeyError: 'lost' \(line 21\)\n", ran.stderr)
    assert "finished all 30 steps" in ran.stdout
    assert "failed at step" in ran.stdout


def test_that_an_experiment_can_name_a_plug_in_but_not_load_one(tmp_path: Path) -> None:
    written(tmp_path, "mine.py", OPTIMIZER)
    written(
        tmp_path,
        "own.toml",
        textwrap.dedent(
            """\
            gdviz = 1
            [problem]
            name = "rosenbrock"
            [[run]]
            optimizer = "mine"
            factor = 1.5
            steps = 4
            """
        ),
    )
    assert gdviz_in(tmp_path, "run", "own.toml", "--plugin", "mine.py").returncode == 0
    refused = gdviz_in(tmp_path, "run", "own.toml")
    assert refused.returncode == 2
    assert "unknown optimizer 'mine'" in refused.stderr
    text = (tmp_path / "own.toml").read_text()
    written(tmp_path, "loads.toml", text.replace("gdviz = 1\n", 'gdviz = 1\nplugin = "mine.py"\n'))
    refused = gdviz_in(tmp_path, "run", "loads.toml")
    assert refused.returncode == 2
    assert "plugin" in refused.stderr


def test_that_lists_name_the_option_of_a_plug_in(tmp_path: Path) -> None:
    written(tmp_path, "mine.py", OPTIMIZER)
    listed = json.loads(gdviz_in(tmp_path, "list", "optimizers", "--json", "--plugin", "mine.py").stdout)
    assert listed[-1]["name"] == "mine"
    assert [item["name"] for item in listed[-1]["options"]] == ["learning_rate", "factor"]


def test_that_the_option_without_a_file_is_refused(tmp_path: Path) -> None:
    refused = gdviz_in(tmp_path, "list", "--plugin")
    assert (refused.returncode, refused.stderr) == (2, "gdviz: --plugin needs a file; write --plugin FILE.py.\n")
