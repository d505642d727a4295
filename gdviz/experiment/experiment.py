"""What a user has set up: the problem, the runs, and how they are looked at.

Frozen: what a file saves and undo restores.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from gdviz.backends import choose
from gdviz.echo import echoed, plain_line, plain_lines
from gdviz.errors import InputError, ParameterError
from gdviz.parameters import Parameterized, declared, parameter
from gdviz.problems import PROBLEMS, Problem
from gdviz.runs.config import RunConfig
from gdviz.runs.placed import run_with, warn_of_backend
from gdviz.runs.run import Run
from gdviz.runs.trajectory import Trajectory

__all__ = ["MOST_RUNS", "Experiment", "ProblemChoice", "RunEntry", "Scale", "ViewChoice", "Words"]

MOST_RUNS = 64

# What stands in a locale's name: a language, and perhaps a script or country, as in zh, pt-BR, zh-Hant.
_LANGUAGE = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")

Scale = Literal["linear", "log"]


@dataclass(frozen=True)
class ProblemChoice:
    """A problem by name with the options that differ from its defaults; raises `InputError` for what it has not.

    Paths among the options are absolute or `builtin:NAME`.
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        declarations = {item.name: item for item in declared(PROBLEMS.get(self.name))}
        options = {}
        for name, value in self.options.items():
            if name not in declarations:
                known = ", ".join(declarations) or "none"
                raise ParameterError(f"{self.name} has no option {echoed(name)}; it has {known}.")
            accepted = declarations[name].check(value)
            if accepted != declarations[name].default:
                options[name] = accepted
        object.__setattr__(self, "options", options)

    def build(self) -> Problem:
        """The problem itself, reading its table if it has one; raises `InputError`."""
        return PROBLEMS.make(self.name, self.options)


@dataclass(frozen=True)
class RunEntry:
    """A run of the experiment. `key` names it for as long as the experiment is open, whatever is edited;
    `style` counts through the colours, symbols and dashes."""

    key: int
    config: RunConfig
    style: int = 0
    enabled: bool = True


@dataclass(frozen=True)
class ViewChoice(Parameterized):
    """How the experiment is looked at: the two parameters that span the landscape (by name; None: the first two),
    the scales of the curves, and the steps played a second."""

    name: ClassVar[str] = "view"

    plane: tuple[str, str] | None = None
    value_scale: Literal["linear", "log"] = parameter(
        "log", choices=("linear", "log"), help="The scale of loss and gradient norm."
    )
    step_scale: Literal["linear", "log"] = parameter(
        "linear", choices=("linear", "log"), help="The scale of the steps."
    )
    speed: float = parameter(30.0, low=1, high=1e9, unit="steps/s", help="Steps shown a second.")

    def __post_init__(self) -> None:
        super().__post_init__()
        plane: Any = self.plane
        if plane is None:
            return
        names = tuple(plane) if isinstance(plane, list | tuple) else ()
        if len(names) != 2 or names[0] == names[1] or not all(isinstance(name, str) for name in names):
            raise InputError(f"view: plane must name two different parameters, not {echoed(plane)}; name two.")
        object.__setattr__(self, "plane", names)


@dataclass(frozen=True)
class Words:
    """What an experiment is called and what there is to see in it, in one language.

    Both lose characters that steer terminals or the direction of text; a title is one line.
    """

    title: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", plain_line(self.title))
        object.__setattr__(self, "description", plain_lines(self.description))


@dataclass(frozen=True)
class Experiment:
    """A problem and the runs on it. An experiment without a problem is the empty start.

    Title and description are as in `Words`, in English where the program brings them; `translations` says them in
    other languages, by the names of those (`zh`). Raises `InputError` for what is no such name.
    """

    title: str = ""
    description: str = ""
    problem: ProblemChoice | None = None
    runs: tuple[RunEntry, ...] = ()
    view: ViewChoice = field(default_factory=ViewChoice)
    translations: Mapping[str, Words] = field(default_factory=dict)

    def __post_init__(self) -> None:
        own = Words(self.title, self.description)
        object.__setattr__(self, "title", own.title)
        object.__setattr__(self, "description", own.description)
        for language in self.translations:
            if not _LANGUAGE.fullmatch(language):
                raise InputError(
                    f"{echoed(language)} is no name of a language for a translation; write one such as zh or pt-BR."
                )
        object.__setattr__(self, "translations", dict(self.translations))

    def words(self, language: str) -> Words:
        """Title and description in that language, each as the experiment itself has it where it is not translated."""
        said = self.translations.get(language, Words())
        return Words(said.title or self.title, said.description or self.description)

    def entry(self, key: int) -> RunEntry:
        """The run of that key; raises `KeyError`."""
        for item in self.runs:
            if item.key == key:
                return item
        raise KeyError(key)

    def labels(self) -> dict[int, str]:
        """A label for every run by key, each different: those that agree are numbered."""
        titles = [item.config.title for item in self.runs]
        taken = set(titles)
        labels: dict[int, str] = {}
        for item, title in zip(self.runs, titles, strict=True):
            label = title
            if titles.count(title) > 1:
                # A run that was given the label "Adam 1" by hand keeps it.
                number = 1
                while (label := f"{title} {number}") in taken:
                    number += 1
                taken.add(label)
            labels[item.key] = label
        return labels

    def run(
        self,
        progress: Callable[[Run], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        problem: Problem | None = None,
        backend: str = "numpy",
        tell: Callable[[str], None] = warn_of_backend,
    ) -> dict[str, Trajectory]:
        """Every enabled run to its end, one trajectory each, keyed by label; raises `InputError`.

        `tell` is given a sentence where `backend` can't compute and NumPy takes over, and where a plug-in fails while
        others run: that run then ends as failed.
        """
        if problem is None:
            if self.problem is None:
                return {}
            problem = self.problem.build()
        labels = self.labels()
        configs = [(labels[item.key], item.config) for item in self.runs if item.enabled]
        for _, config in configs:
            Run(problem, config)  # one that can't be made says so before the first of them has run
        chosen, notice = choose(backend)
        if notice:
            tell(notice)
        return {
            label: run_with(
                chosen.name, problem, config, tell, progress=progress, cancelled=cancelled, others_wait=True
            )
            for label, config in configs
        }
