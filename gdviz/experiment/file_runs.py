"""The runs of an experiment file: one [[run]] table each, read with the line of whatever is wrong, and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from gdviz.experiment.experiment import RunEntry
from gdviz.experiment.file_checks import Section
from gdviz.optimizers import OPTIMIZERS, Optimizer
from gdviz.parameters import Parameter, Parameterized, declared
from gdviz.runs.clipping import Clipping
from gdviz.runs.config import Change, RandomStart, RunConfig, StartChoice, StopRules
from gdviz.runs.noise import NOISES, GradientNoise
from gdviz.schedules import SCHEDULES, Schedule

__all__ = ["plain", "read_run", "run_values"]

Declared = TypeVar("Declared", bound=Parameterized)

_NONE = "none"
"""What a change says that takes a hyper-parameter's value away again: TOML has no word for nothing."""

_RUN_KEYS = (
    "label",
    "optimizer",
    "start",
    "range",
    "steps",
    "seed",
    "batch_size",
    "clipping",
    "noise",
    "stop",
    "changes",
    "style",
    "enabled",
)


def read_run(index: int, section: Section) -> RunEntry:
    """The run that one [[run]] table says; raises `ExperimentFileError`."""
    optimizer_name = section.required_text("optimizer", "adam")
    with section.errors_at("optimizer"):
        cls = OPTIMIZERS.get(optimizer_name)
    with section.errors_at("base"):
        declarations = cls.declarations_for(section.values)
    section.allow(*_RUN_KEYS, *(item.name for item in declarations))
    optimizer = _optimizer(section, cls, declarations)
    settings: dict[str, Any] = {}
    for item in declared(RunConfig):
        if item.name in section.values:
            with section.errors_at(item.name):
                settings[item.name] = item.check(section.values[item.name])
    start = _start(section)
    with section.errors_at("changes" if "changes" in section.values else None):
        config = RunConfig(
            optimizer,
            start=start,
            stop=_stop(section),
            clipping=_clipping(section),
            noise=_noise(section),
            changes=tuple(_change(change, declarations) for change in section.tables("changes")),
            label=section.text("label"),
            **settings,
        )
    return RunEntry(
        key=index + 1,
        config=config,
        style=section.whole_number("style", index),
        enabled=section.truth("enabled", True),
    )


def _optimizer(section: Section, cls: type[Optimizer], declarations: tuple[Parameter, ...]) -> Optimizer:
    options = {}
    for item in declarations:
        if item.name in section.values:
            options[item.name] = _hyper_parameter(section, item)
    with section.errors_at("optimizer"):
        return cls.from_options(options)


def _hyper_parameter(section: Section, item: Parameter) -> Any:
    """A number or word, or for a learning rate the schedule that a table says."""
    if not isinstance(section.values[item.name], dict):
        if item.optional and section.values[item.name] == _NONE:
            return None
        with section.errors_at(item.name):
            return item.check(section.values[item.name])
    table = section.table(item.name)
    assert table is not None
    if item.alternative is not Schedule:
        raise section.error(f"only a learning rate follows a schedule; give {item.name} as one value", item.name)
    name = table.required_text("schedule", "cosine")
    with table.errors_at("schedule"):
        cls = SCHEDULES.get(name)
    return _declared_table(table, "schedule", cls)


def _clipping(section: Section) -> Clipping:
    table = section.table("clipping")
    return Clipping() if table is None else _declared_table(table, None, Clipping)


def _noise(section: Section) -> GradientNoise | None:
    table = section.table("noise")
    if table is None:
        return None
    kind = table.required_text("kind", "gaussian")
    with table.errors_at("kind"):
        cls = NOISES.get(kind)
    return _declared_table(table, "kind", cls)


def _declared_table(table: Section, naming: str | None, cls: type[Declared]) -> Declared:
    """What a table of the options of `cls` says, with the line of whatever is wrong; `naming` is the key beside them
    that says which class it is."""
    table.allow(*(() if naming is None else (naming,)), *(item.name for item in declared(cls)))
    options = {}
    for item in declared(cls):
        if item.name in table.values:
            with table.errors_at(item.name):
                options[item.name] = item.check(table.values[item.name])
    with table.errors_at(None):
        return cls.from_options(options)


def _start(section: Section) -> StartChoice:
    start = section.values.get("start")
    if "range" in section.values and start != "random":
        raise section.error('range belongs to start = "random"; add that or remove the range', "range")
    if start is None:
        return None
    if start == "random":
        ends = section.numbers("range") if "range" in section.values else ()
        if ends and len(ends) != 2:
            raise section.error("range must be two numbers, the lowest and the highest; give two", "range")
        with section.errors_at("range"):
            return RandomStart(*ends)
    if not isinstance(start, list):
        raise section.error('start must be a list of numbers or "random"; give one number for every parameter', "start")
    return section.numbers("start")


def _stop(section: Section) -> StopRules:
    rules = section.table("stop")
    return StopRules() if rules is None else _declared_table(rules, None, StopRules)


def _change(section: Section, declarations: tuple[Parameter, ...]) -> Change:
    section.allow("step", *(item.name for item in declarations))
    if "step" not in section.values:
        raise section.error("a change must say from which step on; add one, for instance step = 40")
    options = {}
    for item in declarations:
        if item.name in section.values:
            options[item.name] = _hyper_parameter(section, item)
    if not options:
        raise section.error("a change must say what changes; add a hyper-parameter such as learning_rate")
    return Change(section.whole_number("step", 0), options)


def run_values(index: int, entry: RunEntry) -> dict[str, Any]:
    """The keys of a run, in the order a person would give them."""
    config = entry.config
    values: dict[str, Any] = {}
    if config.label:
        values["label"] = config.label
    values["optimizer"] = config.optimizer.name
    values |= {name: plain(value) for name, value in config.optimizer.changed_options().items()}
    if isinstance(config.start, RandomStart):
        values["start"] = "random"
        if config.start != RandomStart():
            values["range"] = [config.start.low, config.start.high]
    elif config.start is not None:
        values["start"] = list(config.start)
    values |= config.changed_options()
    if not config.stop.none:
        values["stop"] = config.stop.changed_options()
    if not config.clipping.none:
        values["clipping"] = config.clipping.changed_options()
    if config.noise is not None:
        values["noise"] = plain(config.noise.table())
    if config.changes:
        values["changes"] = [
            {
                "step": change.step,
                **{name: _NONE if value is None else plain(value) for name, value in change.options.items()},
            }
            for change in config.changes
        ]
    if entry.style != index:
        values["style"] = entry.style
    if not entry.enabled:
        values["enabled"] = False
    return values


def plain(value: Any) -> Any:
    """Tuples as lists, schedules as tables, tables within as they are: what TOML knows."""
    if isinstance(value, Schedule):
        value = value.table()
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, tuple | list) else value
