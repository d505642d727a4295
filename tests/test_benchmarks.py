"""The benchmarks' arithmetic, on goals made up for it: nothing here is timed."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parent / "benchmarks"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Imports a module of the benchmarks as they do themselves, for the time of a test."""
    monkeypatch.syspath_prepend(str(FOLDER))
    names = {path.stem for path in FOLDER.glob("*.py")} - {"__main__"}
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield importlib.import_module
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture
def harness(load: Callable[[str], ModuleType]) -> ModuleType:
    return load("harness")


@pytest.fixture
def command(load: Callable[[str], ModuleType]) -> ModuleType:
    """`__main__.py`, under another name."""
    load("harness")
    spec = importlib.util.spec_from_file_location("benchmarks_command", FOLDER / "__main__.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Scripted:
    """A goal whose peers take the seconds they are told to, one number a round; notes who was measured when."""

    def __init__(
        self, harness: ModuleType, *bounds: Any, absent: Collection[str] = (), **seconds: list[float]
    ) -> None:
        self.seconds = {name: list(numbers) for name, numbers in seconds.items()}
        self.measured: list[str] = []
        self.prepared: list[list[str]] = []
        self._harness = harness
        self.goal = harness.Goal(
            name="fake",
            what="something made up",
            peers=tuple(
                harness.Peer(name, needs=("a_module_nobody_has",) if name in absent else ()) for name in seconds
            ),
            bounds=bounds,
            prepare=self._prepare,
        )

    @contextmanager
    def _prepare(self, names: Collection[str]) -> Iterator[Mapping[str, Callable[[], Any]]]:
        self.prepared.append(list(names))
        yield {name: lambda name=name: self._measure(name) for name in names}

    def _measure(self, name: str) -> Any:
        self.measured.append(name)
        seconds = self.seconds[name].pop(0)
        return self._harness.Sample(seconds, seconds / 2)


def test_that_a_ratio_is_that_of_medians_without_the_first_round(harness: ModuleType) -> None:
    bound = harness.Ratio(numerator="slow", denominator="quick", least=2.5)
    fake = Scripted(harness, bound, slow=[100, 4, 6, 5], quick=[100, 1, 2, 9])

    outcome = harness.achieve(fake.goal, rounds=3)

    (verdict,) = outcome.verdicts
    assert (verdict.value, verdict.cpu_value, verdict.met) == (2.5, 2.5, True)
    assert [sample.seconds for sample in outcome.attempts[0].samples["slow"]] == [4, 6, 5]


@pytest.mark.parametrize(
    ("limits", "met"),
    [({"least": 2.0}, True), ({"least": 2.1}, False), ({"most": 2.0}, True), ({"most": 1.9}, False)],
)
def test_that_a_bound_includes_its_limit_and_nothing_beyond(
    harness: ModuleType, limits: dict[str, float], met: bool
) -> None:
    bound = harness.Ratio(numerator="slow", denominator="quick", **limits)
    fake = Scripted(harness, bound, slow=[2] * 4, quick=[1] * 4)

    assert harness.achieve(fake.goal, rounds=1).missed is not met


def test_that_all_peers_take_turns_in_every_round(harness: ModuleType) -> None:
    fake = Scripted(harness, a=[1] * 4, b=[1] * 4, c=[1] * 4)

    harness.achieve(fake.goal, rounds=3)

    assert "".join(fake.measured) == "abc bca cab abc".replace(" ", "")


def test_that_a_limit_is_on_the_median_in_seconds(load: Callable[[str], ModuleType], harness: ModuleType) -> None:
    bound = harness.Limit(peer="answer", most=0.05)
    fake = Scripted(harness, bound, answer=[9, 0.01, 0.06, 0.06, 9, 0.01, 0.06, 0.04])

    outcome = harness.achieve(fake.goal, rounds=3)

    assert [attempt.verdicts[0].value for attempt in outcome.attempts] == [0.06, 0.04]
    assert not outcome.missed
    assert "  met        answer ≤ 50 ms: 40 ms" in load("report").lines(outcome)


def test_that_a_miss_is_measured_once_more_and_no_oftener(harness: ModuleType) -> None:
    bound = harness.Ratio(numerator="slow", denominator="quick", least=2)
    fake = Scripted(harness, bound, slow=[1] * 9, quick=[1] * 9)

    outcome = harness.achieve(fake.goal, rounds=1)

    assert len(outcome.attempts) == 2
    assert outcome.missed
    assert fake.prepared == [["slow", "quick"]] * 2


def test_that_what_was_met_at_first_stays_met_and_the_repetition_counts_for_the_rest(harness: ModuleType) -> None:
    fake = Scripted(
        harness,
        harness.Ratio(numerator="a", denominator="c", least=2),
        harness.Ratio(numerator="b", denominator="c", least=2),
        a=[2, 2, 1, 1],
        b=[1, 1, 3, 3],
        c=[1, 1, 1, 1],
    )

    outcome = harness.achieve(fake.goal, rounds=1)

    assert [(verdict.value, verdict.met) for verdict in outcome.verdicts] == [(2, True), (3, True)]
    assert not outcome.missed


def test_that_a_goal_that_is_met_is_measured_once(harness: ModuleType) -> None:
    bound = harness.Ratio(numerator="slow", denominator="quick", least=1)
    fake = Scripted(harness, bound, slow=[1] * 9, quick=[1] * 9)

    assert len(harness.achieve(fake.goal, rounds=2).attempts) == 1


def test_that_a_peer_that_is_not_installed_is_left_out_by_name_with_its_bounds(
    load: Callable[[str], ModuleType], harness: ModuleType
) -> None:
    fake = Scripted(
        harness,
        harness.Ratio(numerator="rare", denominator="quick", least=100),
        harness.Ratio(numerator="slow", denominator="quick", least=2),
        absent={"rare"},
        rare=[],
        slow=[2] * 2,
        quick=[1] * 2,
    )

    outcome = harness.achieve(fake.goal, rounds=1)

    assert fake.prepared == [["slow", "quick"]]
    assert outcome.left_out == {"rare": "a_module_nobody_has not installed"}
    assert [verdict.met for verdict in outcome.verdicts] == [None, True]
    assert not outcome.missed
    text = "\n".join(load("report").lines(outcome))
    assert "left out   rare / quick ≥ 100 (rare: a_module_nobody_has not installed)" in text
    assert "met        slow / quick ≥ 2: 2" in text


def test_that_the_report_gives_median_minimum_ratio_and_load(
    load: Callable[[str], ModuleType], harness: ModuleType
) -> None:
    bound = harness.Ratio(numerator="slow", denominator="quick", least=2)
    fake = Scripted(harness, bound, slow=[9, 0.004, 0.003, 0.005] * 2, quick=[9, 4.0, 4.0, 4.0] * 2)

    text = list(load("report").lines(harness.achieve(fake.goal, rounds=3)))

    rows = [line.split() for line in text]
    assert ["slow", "4", "ms", "3", "ms", "5", "ms", "2", "ms"] in rows
    assert "  MISSED     slow / quick ≥ 2: 0.001, by processors' time 0.001" in text
    assert sum("rounds in" in line and "load" in line for line in text) == 2


def test_that_the_command_fails_on_a_miss_and_writes_all_numbers_down(
    command: ModuleType, harness: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound = harness.Ratio(numerator="slow", denominator="quick", least=2)
    missed = harness.achieve(Scripted(harness, bound, slow=[1] * 9, quick=[1] * 9).goal, rounds=1)
    met = harness.achieve(Scripted(harness, bound, slow=[4] * 9, quick=[1] * 9).goal, rounds=1)
    for outcomes, code in (([met, met], 0), ([met, missed], 1)):
        turns = iter(outcomes)
        monkeypatch.setattr(command, "measure_apart", lambda name, rounds, turns=turns: next(turns))
        file = tmp_path / "results" / f"{code}.json"
        assert command.main(["--only", "P1", "P5", "--json", str(file)]) == code
    written = json.loads(file.read_text(encoding="utf-8"))
    assert written["rounds"] == 5
    assert written["versions"]["numpy"]
    goal = written["goals"][1]
    assert [attempt["samples"]["slow"] for attempt in goal["attempts"]] == [[{"seconds": 1, "cpu_seconds": 0.5}]] * 2
    assert goal["verdicts"][0]["met"] is False


def test_that_a_goal_without_a_screen_is_left_out_and_a_broken_one_fails(
    command: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for error, code in ((command.NoScreenError("Xvfb not installed"), 0), (command.BrokenGoalError("code -11"), 1)):

        def measure_apart(name: str, rounds: int, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(command, "measure_apart", measure_apart)
        assert command.main(["--only", "P5", "--json", str(tmp_path / "all.json")]) == code
    said = capsys.readouterr().out
    assert "P5  left out: Xvfb not installed" in said
    assert "P5  FAILED: code -11" in said


def test_that_an_outcome_survives_the_way_between_two_processes(
    command: ModuleType, harness: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound = harness.Limit(peer="answer", most=2)
    fake = Scripted(harness, bound, absent={"rare"}, answer=[1, 2], rare=[])
    monkeypatch.setattr(command.goals, "goal", lambda name: fake.goal)

    assert command.main(["--measure", "P1", "--rounds", "1", "--json", str(tmp_path / "one.json")]) == 0

    read = command.msgspec.json.decode((tmp_path / "one.json").read_bytes(), type=harness.Outcome)
    assert read.attempts[0].samples == {"answer": [harness.Sample(2, 1)]}
    assert read.left_out == {"rare": "a_module_nobody_has not installed"}
    assert not read.missed


def test_that_the_command_lists_every_goal_with_its_bounds() -> None:
    result = subprocess.run(
        [sys.executable, str(FOLDER), "--list"], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    for name in ("P1", "P5", "P6", "P7", "P8", "answers", "stillness"):
        assert any(line.startswith(f"{name}  ") for line in result.stdout.splitlines()), name
    assert "  torch.optim / gdviz ≥ 15\n" in result.stdout


def test_that_an_unknown_goal_is_refused_in_words() -> None:
    result = subprocess.run(
        [sys.executable, str(FOLDER), "--only", "P99"], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 2
    assert "unknown goal P99; choose from P1, P2" in result.stderr
