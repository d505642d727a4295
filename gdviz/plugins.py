"""Where a user's own optimizers and problems come from: installed packages, files, and a folder of the user's.

A package says what it brings by entry points in the groups `gdviz.optimizers` and `gdviz.problems`. A Python file
brings every class in it that is one; files are loaded from the folder `plugins` in gdviz's configuration folder, or
where one is named on the command line. Experiments come from strangers, so nothing in them can load a file.

What can't be loaded is a `Fault`, in a sentence; nothing else fails of it. `gdviz.registry` looks at what was loaded.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias

__all__ = ["Fault", "Offer", "classes_in", "folder", "installed", "own_files", "reason_of"]

_LONGEST_REASON = 200


class Offer(NamedTuple):
    """A class and where it comes from, in words."""

    origin: str
    offered: Any


class Fault(NamedTuple):
    """What is wrong with what came from somewhere, in words that can follow a colon."""

    origin: str
    reason: str

    @property
    def sentence(self) -> str:
        """What to tell the user."""
        return f"the plug-in {self.origin} can't be used: {self.reason}"


Found: TypeAlias = Offer | Fault


def folder() -> Path:
    """The folder whose files are loaded; there need not be one."""
    import platformdirs

    return platformdirs.user_config_path("gdviz", appauthor=False) / "plugins"


def own_files() -> list[Path]:
    """The Python files in the user's folder, by name; those that begin with an underscore are for the others to use."""
    try:
        return sorted(path for path in folder().glob("*.py") if not path.name.startswith("_"))
    except OSError:
        return []


def installed(group: str) -> Iterator[Found]:
    """What installed packages offer in this group of entry points."""
    for point in _entry_points(group):
        origin = f"{point.name} ({point.value})"
        distribution = getattr(point, "dist", None)
        if distribution is not None:
            origin = f"{point.name} of the package {distribution.name}"
        try:
            yield Offer(origin, point.load())
        except (Exception, SystemExit) as error:
            yield Fault(origin, reason_of(error))


def classes_in(path: Path, base: type) -> Iterator[Found]:
    """The classes of this kind that a file defines, those among them left out that are there to be derived from."""
    loaded = _loaded(path.absolute())
    if isinstance(loaded, Fault):
        yield loaded
        return
    for value in vars(loaded).values():
        if isinstance(value, type) and issubclass(value, base) and value.__module__ == loaded.__name__:
            base_only = inspect.isabstract(value) and not vars(value).get("name")
            if not base_only and not value.__name__.startswith("_"):
                yield Offer(path.name, value)


def reason_of(error: BaseException) -> str:
    """An exception as a short clause with the line that it came from, for the author of a plug-in."""
    text = " ".join(str(error).split())
    text = text if len(text) <= _LONGEST_REASON else text[: _LONGEST_REASON - 1] + "…"
    name = type(error).__name__
    trace = error.__traceback__
    line = ""
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__", "").startswith(_PREFIX):
            line = f" (line {trace.tb_lineno})"
        trace = trace.tb_next
    return f"{name}: {text}{line}" if text else f"{name}{line}"


_PREFIX = "gdviz_plugin_"


@functools.cache
def _entry_points(group: str) -> Iterable[Any]:
    if not _may_be_offered(group):
        return ()
    from importlib.metadata import entry_points

    return tuple(sorted(entry_points(group=group), key=lambda point: (point.name, point.value)))


def _may_be_offered(group: str) -> bool:
    """Whether some package has entry points in this group, as far as a quick look tells: importlib.metadata takes ten
    times as long, and nearly always there are none."""
    sought = group.encode()
    for place in dict.fromkeys(sys.path):
        try:
            entries = list(os.scandir(place or "."))
        except NotADirectoryError:
            return True  # an archive, into which importlib.metadata looks
        except OSError:
            continue
        for entry in entries:
            if entry.name.endswith((".dist-info", ".egg-info")):
                try:
                    if sought in Path(entry.path, "entry_points.txt").read_bytes():
                        return True
                except OSError:
                    continue
    return False


@functools.cache
def _loaded(path: Path) -> ModuleType | Fault:
    """The module of a file, run once in a process however many kinds of things are looked for in it."""
    # Two folders may each have a file of the same name.
    name = f"{_PREFIX}{path.stem}_{zlib.crc32(bytes(path)):08x}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        return Fault(path.name, "it is no Python file, whose name ends in .py")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up here.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        return Fault(path.name, reason_of(error))
    return module
