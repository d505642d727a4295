"""New, open, save and recent files: the experiment is replaced only by one that is good, and kept as it is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox

from gdviz.experiment import edits
from gdviz.experiment.experiment import Experiment, ProblemChoice
from gdviz.experiment.file import load, save
from gdviz.views.table_preview import TablePreviewDialog

if TYPE_CHECKING:
    from conftest import Person

    from gdviz.app.application import Application


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path | str], None]:
    """Says which file the person names when asked for one."""

    def name(path: Path | str) -> None:
        for question in ("getOpenFileName", "getSaveFileName"):
            monkeypatch.setattr(QFileDialog, question, lambda *_arguments: (str(path), ""))

    return name


@pytest.fixture
def race(person: Person) -> Person:
    person.choose("rosenbrock", b=20.0)
    person.application.layout.workspace.landscape.start_dropped.emit(0.5, 0.5)
    person.wait_for_runs()
    return person


def content(experiment: Experiment) -> tuple[object, ...]:
    """What a file keeps: everything but the numbers by which the window knows its runs."""
    runs = tuple((entry.config, entry.style, entry.enabled) for entry in experiment.runs)
    return experiment.title, experiment.problem, runs, experiment.view


def test_that_what_is_saved_and_opened_again_is_the_same(
    race: Person, asked: Callable[[Path], None], tmp_path: Path
) -> None:
    application = race.application
    model, actions = application.services.model, application.layout.actions
    kept = content(model.experiment)
    points = [run.trajectory.points.copy() for run in application.showing.runs]
    asked(tmp_path / "race.toml")
    assert application.window.isWindowModified()

    actions["save"].trigger()
    assert not application.window.isWindowModified()
    assert model.path == tmp_path / "race.toml"
    assert application.window.windowTitle() == "race[*]"
    actions["new"].trigger()
    assert model.experiment == Experiment()
    assert application.layout.welcome.isVisible()
    assert model.path is None
    actions["open"].trigger()
    race.wait_for_runs()

    assert content(model.experiment) == kept
    assert model.undo_text is None
    assert not application.window.isWindowModified()
    for run, before in zip(application.showing.runs, points, strict=True):
        assert (run.trajectory.points == before).all()


def test_that_saving_again_asks_for_no_name(race: Person, asked: Callable[[Path], None], tmp_path: Path) -> None:
    actions, model = race.application.layout.actions, race.application.services.model
    asked(tmp_path / "race.toml")
    actions["save"].trigger()
    assert not actions["save"].isEnabled()

    model.apply(lambda now: edits.set_for_all_runs(now, {"steps": 77}), "fewer steps")
    assert actions["save"].isEnabled()
    asked(tmp_path / "somewhere else.toml")
    actions["save"].trigger()

    assert {entry.config.steps for entry in load(tmp_path / "race.toml").runs} == {77}
    assert not (tmp_path / "somewhere else.toml").exists()


def test_that_saving_as_leaves_the_first_file_alone(
    race: Person, asked: Callable[[Path], None], tmp_path: Path
) -> None:
    actions, model = race.application.layout.actions, race.application.services.model
    asked(tmp_path / "one.toml")
    actions["save"].trigger()
    before = (tmp_path / "one.toml").read_bytes()
    model.apply(lambda now: edits.set_for_all_runs(now, {"steps": 77}), "fewer steps")

    asked(tmp_path / "two.toml")
    actions["save_as"].trigger()

    assert (tmp_path / "one.toml").read_bytes() == before
    assert {entry.config.steps for entry in load(tmp_path / "two.toml").runs} == {77}
    assert model.path == tmp_path / "two.toml"


@pytest.mark.parametrize(
    ("typed", "saved"), [("race", "race.toml"), ("v1.2 race", "v1.2 race.toml"), ("Race.TOML", "Race.TOML")]
)
def test_that_a_file_keeps_the_name_that_was_typed(
    race: Person, asked: Callable[[Path], None], tmp_path: Path, typed: str, saved: str
) -> None:
    asked(tmp_path / typed)
    race.application.layout.actions["save"].trigger()

    assert [path.name for path in tmp_path.glob("*") if path.suffix != ".ini"] == [saved]


@pytest.mark.parametrize("answer", [QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No])
def test_that_a_file_that_was_not_named_is_not_replaced_unasked(
    race: Person,
    asked: Callable[[Path], None],
    tmp_path: Path,
    answer: QMessageBox.StandardButton,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "race.toml"
    path.write_text("gdviz = 1\n", encoding="utf-8")
    monkeypatch.setattr(QMessageBox, "question", lambda *_arguments: answer)
    asked(tmp_path / "race")

    race.application.layout.actions["save"].trigger()

    replaced = answer == QMessageBox.StandardButton.Yes
    assert (path.read_text(encoding="utf-8") != "gdviz = 1\n") == replaced
    assert (race.application.services.model.path == path) == replaced


def test_that_a_dialog_given_up_does_nothing(race: Person, asked: Callable[[str], None], tmp_path: Path) -> None:
    model, actions = race.application.services.model, race.application.layout.actions
    before = model.experiment
    asked("")
    for action in ("open", "save", "save_as", "save_picture", "save_steps"):
        actions[action].trigger()

    assert model.experiment is before
    assert model.modified
    assert list(tmp_path.glob("*.toml")) == []


def test_that_a_file_that_cannot_be_written_is_said_and_the_work_stays_unsaved(
    race: Person, asked: Callable[[Path], None], tmp_path: Path
) -> None:
    (tmp_path / "folder.toml").mkdir()
    for path in (tmp_path / "nowhere" / "race.toml", tmp_path / "folder.toml", tmp_path / ("long" * 80 + ".toml")):
        asked(path)
        race.application.layout.actions["save"].trigger()

        assert race.application.layout.notice.text, path
        assert race.application.services.model.modified
        assert race.application.services.model.path is None
        race.application.layout.notice.clear()


def test_that_opening_gives_up_nothing_that_was_not_saved(race: Person, tmp_path: Path) -> None:
    application = race.application
    before = content(application.services.model.experiment)
    save(edits.choose_problem(Experiment(), ProblemChoice("booth")), tmp_path / "booth.toml")

    application.documents.open(str(tmp_path / "booth.toml"))
    race.wait(lambda: application.services.model.experiment.problem == ProblemChoice("booth"))

    assert content(load(application.documents.left_behind)) == before


def test_that_opening_leaves_nothing_behind_where_all_was_saved(race: Person, tmp_path: Path) -> None:
    application = race.application
    application.documents.save_to(tmp_path / "race.toml")
    save(edits.choose_problem(Experiment(), ProblemChoice("booth")), tmp_path / "booth.toml")

    application.documents.open(str(tmp_path / "booth.toml"))
    race.wait(lambda: application.services.model.experiment.problem == ProblemChoice("booth"))

    assert not application.documents.left_behind.exists()


def test_that_an_experiment_of_the_problem_on_the_screen_is_opened_with_its_own_runs(
    race: Person, tmp_path: Path
) -> None:
    application = race.application
    experiment = application.services.model.experiment
    other = edits.move_start(edits.set_for_all_runs(experiment, {"steps": 40}), (0.25, 0.25))
    save(other, tmp_path / "other.toml")

    application.documents.open(str(tmp_path / "other.toml"))
    race.wait_for_runs()

    assert content(application.services.model.experiment) == content(other)
    assert not application.services.model.modified
    assert [run.trajectory.points[0].tolist() for run in application.showing.runs] == [[0.25, 0.25]] * 3


def test_that_an_experiment_with_a_table_finds_it_beside_itself(race: Person, iris: Path, tmp_path: Path) -> None:
    application = race.application
    race.choose("data", table=str(iris), target="petal_width")
    application.documents.save_to(iris.parent / "fit.toml")
    assert str(iris.parent) not in (iris.parent / "fit.toml").read_text(encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("iris.csv", "fit.toml"):
        (iris.parent / name).rename(elsewhere / name)

    application.layout.actions["new"].trigger()
    application.documents.open(str(elsewhere / "fit.toml"))
    race.wait(lambda: application.services.source.problem is not None)
    race.wait_for_runs()

    assert application.services.model.experiment.problem.options["table"] == str(elsewhere / "iris.csv")
    assert application.services.source.problem.rows == 150


def test_that_work_with_a_table_left_behind_finds_the_table_again(
    start: Callable[..., Application], as_person: Callable[[Application], Person], iris: Path
) -> None:
    first = as_person(start())
    first.choose("data", table=str(iris), target="petal_width")
    first.application.window.close()

    second = as_person(start())
    second.application.documents.open_experiment(second.application.documents.left_behind, remember=False)
    second.wait(lambda: bool(second.application.showing.runs))

    assert second.application.services.source.problem.rows == 150


def test_that_another_choice_made_while_a_table_is_read_wins(race: Person, large_table: Path, tmp_path: Path) -> None:
    application = race.application
    slow = ProblemChoice("data", {"table": str(large_table)})
    save(edits.choose_problem(Experiment(title="slow"), slow), tmp_path / "slow.toml")

    application.documents.open(str(tmp_path / "slow.toml"))
    race.wait(lambda: application.services.source.progress > 0)
    race.choose("booth")

    assert application.services.model.experiment.problem == ProblemChoice("booth")
    assert application.services.model.experiment.title == ""
    assert not application.services.source.loading


def test_that_reading_given_up_keeps_what_was_open(race: Person, large_table: Path) -> None:
    application = race.application
    before = application.services.model.experiment
    shown = application.showing.runs
    application.editing.choose_problem(ProblemChoice("data", {"table": str(large_table)}))
    race.wait(lambda: application.services.source.progress > 0)

    application.layout.workspace.problem.loading_cancelled.emit()
    race.wait_for_runs()

    assert application.services.model.experiment is before
    assert application.showing.runs == shown


def test_that_files_opened_and_saved_can_be_opened_again_from_the_menu(
    start: Callable[..., Application], as_person: Callable[[Application], Person], tmp_path: Path
) -> None:
    person = as_person(start())
    for name in ("rosenbrock", "booth"):
        person.choose(name)
        person.application.documents.save_to(tmp_path / f"{name}.toml")
    save(edits.choose_problem(Experiment(), ProblemChoice("beale")), tmp_path / "beale.toml")
    person.application.documents.open(str(tmp_path / "beale.toml"))
    person.wait_for_runs()
    names = ["beale.toml", "booth.toml", "rosenbrock.toml"]
    assert [action.text() for action in person.application.layout.recent_menu.actions()] == names
    person.application.window.close()

    again = as_person(start())
    menu = again.application.layout.recent_menu
    assert [action.text() for action in menu.actions()] == names
    menu.actions()[2].trigger()
    again.wait_for_runs()

    assert again.application.services.model.experiment.problem == ProblemChoice("rosenbrock")
    assert [action.text() for action in menu.actions()] == ["rosenbrock.toml", "beale.toml", "booth.toml"]


def test_that_a_recent_file_that_is_gone_says_so(race: Person, tmp_path: Path) -> None:
    application = race.application
    application.documents.save_to(tmp_path / "race.toml")
    (tmp_path / "race.toml").unlink()
    before = application.services.model.experiment

    application.layout.recent_menu.actions()[0].trigger()

    assert "race.toml" in application.layout.notice.text
    assert application.services.model.experiment is before


def test_that_a_table_given_at_the_start_is_asked_about(start: Callable[..., Application], iris: Path) -> None:
    application = start(iris)
    dialog = application.window.findChild(TablePreviewDialog)

    assert dialog.isVisible()
    assert application.services.model.experiment.problem is None
    dialog.reject()


def test_that_pictures_and_steps_are_saved_as_they_are_shown(
    race: Person, asked: Callable[[Path], None], tmp_path: Path
) -> None:
    actions = race.application.layout.actions
    race.press("End")
    race.wait(lambda: race.application.services.landscape.progress is None)
    for name, action, beginning in (
        ("race.png", "save_picture", b"\x89PNG"),
        ("race.svg", "save_picture", b"<?xml"),
        ("race.csv", "save_steps", b"run,step,value"),
        ("race.json", "save_steps", b""),
        ("race.parquet", "save_steps", b"PAR1"),
    ):
        asked(tmp_path / name)
        actions[action].trigger()
        assert race.application.layout.notice.text == "", name
        assert (tmp_path / name).read_bytes().startswith(beginning), name
        assert (tmp_path / name).stat().st_size > 1000, name

    rows = (tmp_path / "race.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + 3 * 501


def test_that_a_picture_of_nothing_is_refused_in_words(application: Application) -> None:
    for action in ("save_picture", "save_steps"):
        application.layout.actions[action].trigger()
        assert "first" in application.layout.notice.text
        application.layout.notice.clear()


def test_that_a_picture_that_cannot_be_written_says_why(
    race: Person, asked: Callable[[Path], None], tmp_path: Path
) -> None:
    for action, name in (("save_picture", "a.png"), ("save_picture", "a.svg"), ("save_steps", "a.csv")):
        asked(tmp_path / "nowhere" / name)
        race.application.layout.actions[action].trigger()
        assert race.application.layout.notice.text, name
        race.application.layout.notice.clear()
    for action, name in (("save_picture", "a.bmp"), ("save_steps", "a.xlsx"), ("save_picture", "a")):
        asked(tmp_path / name)
        race.application.layout.actions[action].trigger()
        assert race.application.layout.notice.text or (tmp_path / f"{name}.png").exists(), name
        race.application.layout.notice.clear()
