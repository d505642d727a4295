"""Experiment files: TOML that people read, write and send to each other.

`load` and `save` are the two ends. A file says what differs from the defaults and nothing else, so that what is
loaded from a saved experiment equals it. Reading refuses whatever it does not know, in one sentence with the line;
`file_checks` holds the pieces of that, `file_runs` knows the runs, `toml_lines` finds the line. Paths are relative to
the file where they lie beside or below it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from gdviz.data.builtin import is_table_name
from gdviz.echo import echoed
from gdviz.errors import InputError
from gdviz.experiment.atomic import replacing
from gdviz.experiment.experiment import MOST_RUNS, Experiment, ProblemChoice, ViewChoice, Words
from gdviz.experiment.file_checks import ExperimentFileError, Section, parse, read_text
from gdviz.experiment.file_runs import plain, read_run, run_values
from gdviz.experiment.toml_text import key_line
from gdviz.parameters import declared
from gdviz.problems import PROBLEMS

__all__ = ["FORMAT", "ExperimentFileError", "from_text", "load", "save", "to_text"]

FORMAT = 1
"""The version of the format that is written, and the newest that is read."""

_VIEW_KEYS = ("plane", "value_scale", "step_scale", "speed")


def load(path: str | os.PathLike[str]) -> Experiment:
    """The experiment in a file; raises `ExperimentFileError`, one sentence with the line where there is one."""
    return from_text(read_text(path), Path(path).name, Path(os.path.abspath(path)).parent)


def save(experiment: Experiment, path: str | os.PathLike[str]) -> None:
    """Write the experiment to a file, whole or not at all; raises `InputError` and leaves the old file as it was."""
    text = to_text(experiment, Path(os.path.abspath(path)).parent)
    try:
        content = text.encode()
    except UnicodeEncodeError:
        raise InputError(
            f"could not write {os.fspath(path)!r}: a path or label in the experiment is no proper text; rename it."
        ) from None
    with replacing(path) as file:
        file.write(content)


# Reading
# --------------------------------------------------------------------------------------------------------------


def from_text(text: str, name: str, folder: Path) -> Experiment:
    """The experiment that `text` says; `name` is for messages, paths in it are relative to `folder`."""
    top = parse(text, name)
    _check_version(top)
    top.allow("gdviz", "title", "description", "translation", "problem", "run", "view")
    translation = top.table("translation")
    problem = top.table("problem")
    view = top.table("view")
    sections = top.tables("run")
    if len(sections) > MOST_RUNS:
        raise top.error(f"there are {len(sections)} runs, at most {MOST_RUNS} can be shown; split the file", "run")
    return Experiment(
        title=top.text("title"),
        description=top.text("description"),
        problem=None if problem is None else _problem(problem, folder),
        runs=tuple(read_run(index, section) for index, section in enumerate(sections)),
        view=ViewChoice() if view is None else _view(view),
        translations={} if translation is None else _translations(translation),
    )


def _check_version(top: Section) -> None:
    if "gdviz" not in top.values:
        raise top.error(f"the line gdviz = {FORMAT} is missing, so this is no experiment; add it at the top")
    version = top.values["gdviz"]
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise top.error(f"gdviz must be the version of the format, a whole number such as {FORMAT}", "gdviz")
    if version > FORMAT:
        raise top.error(
            f"gdviz = {echoed(version)} is a newer format than this version of the program reads, which is {FORMAT}; "
            "install a newer gdviz",
            "gdviz",
        )


def _translations(section: Section) -> dict[str, Words]:
    translations = {}
    for language in section.values:
        words = section.table(language)
        assert words is not None
        words.allow("title", "description")
        with section.errors_at(language):
            said = Words(words.text("title"), words.text("description"))
            # What is no name of a language is refused here, where its line is known.
            Experiment(translations={language: said})
        translations[language] = said
    return translations


def _problem(section: Section, folder: Path) -> ProblemChoice:
    name = section.required_text("name", "rosenbrock")
    with section.errors_at("name"):
        cls = PROBLEMS.get(name)
    declarations = declared(cls)
    section.allow("name", *(item.name for item in declarations))
    options = {}
    for item in declarations:
        if item.name in section.values:
            with section.errors_at(item.name):
                options[item.name] = item.check(section.values[item.name])
            if item.kind == "path":
                options[item.name] = _absolute(options[item.name], folder)
    with section.errors_at(None):
        choice = ProblemChoice(name, options)
    if name == "formula":
        # Whether a text is a formula shows only when it is read; the line to mend is the one that it stands in.
        with section.errors_at("expression"):
            choice.build()
    return choice


def _view(section: Section) -> ViewChoice:
    section.allow(*_VIEW_KEYS)
    options: dict[str, Any] = {}
    for item in declared(ViewChoice):
        if item.name in section.values:
            with section.errors_at(item.name):
                options[item.name] = item.check(section.values[item.name])
    with section.errors_at("plane"):
        return ViewChoice(plane=section.values.get("plane"), **options)


def _absolute(path: str, folder: Path) -> str:
    return path if is_table_name(path) else os.path.join(folder, path)


# Writing
# --------------------------------------------------------------------------------------------------------------


def to_text(experiment: Experiment, folder: Path) -> str:
    """What a file of this experiment in `folder` says."""
    lines = [key_line("gdviz", FORMAT)]
    lines += [key_line(key, getattr(experiment, key)) for key in ("title", "description") if getattr(experiment, key)]
    for language, words in experiment.translations.items():
        lines.append(f"\n[translation.{language}]\n")
        lines += [key_line(key, getattr(words, key)) for key in ("title", "description") if getattr(words, key)]
    if experiment.problem is not None:
        lines += ["\n[problem]\n", key_line("name", experiment.problem.name)]
        lines += [key_line(key, value) for key, value in _problem_options(experiment.problem, folder).items()]
    for index, entry in enumerate(experiment.runs):
        lines.append("\n[[run]]\n")
        lines += [key_line(key, value) for key, value in run_values(index, entry).items()]
    view = experiment.view.changed_options()
    if experiment.view.plane is not None:
        view = {"plane": list(experiment.view.plane), **view}
    if view:
        lines.append("\n[view]\n")
        lines += [key_line(key, value) for key, value in view.items()]
    return "".join(lines)


def _problem_options(choice: ProblemChoice, folder: Path) -> dict[str, Any]:
    kinds = {item.name: item.kind for item in declared(PROBLEMS.get(choice.name))}
    return {
        name: _relative(value, folder)
        if kinds[name] == "path"
        else plain(dict(value) if kinds[name] == "constants" else value)
        for name, value in sorted(choice.options.items(), key=lambda option: list(kinds).index(option[0]))
        if value is not None
    }


def _relative(path: str, folder: Path) -> str:
    """`path` as seen from `folder` where it lies in it or below, with forward slashes; otherwise as it is."""
    if is_table_name(path):
        return path
    try:
        return Path(path).relative_to(folder).as_posix()
    except ValueError:
        return path
