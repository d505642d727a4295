"""`gdviz list`: what there is by name, for people or as JSON."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from gdviz.backends import BACKENDS
from gdviz.cli.summary import columns
from gdviz.cli.words import WordParser
from gdviz.errors import InputError
from gdviz.experiment.file import load
from gdviz.files import resource
from gdviz.losses import LOSSES
from gdviz.models import MODELS
from gdviz.optimizers import OPTIMIZERS
from gdviz.parameters import Parameter
from gdviz.problems import PROBLEMS
from gdviz.runs.noise import NOISES
from gdviz.schedules import SCHEDULES

__all__ = ["KINDS", "list_names"]

Entry = dict[str, Any]


def list_names(words: Sequence[str]) -> int:
    """Print what there is of the kind asked for, or of every kind."""
    parser = WordParser("gdviz list", "What there is by name.")
    parser.add_argument("kind", nargs="?", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--json", action="store_true", help="with every option, its limits and default")
    arguments = parser.read(words)
    if arguments.kind is not None and arguments.kind not in KINDS:
        close = difflib.get_close_matches(arguments.kind, KINDS, n=1, cutoff=0.5)
        offer = f"did you mean {close[0]}?" if close else f"choose one of {', '.join(KINDS)}."
        raise InputError(f"there are no {arguments.kind!r} to list; {offer}")
    found = {kind: entries() for kind, entries in KINDS.items() if arguments.kind in (None, kind)}
    if arguments.json:
        answer = found if arguments.kind is None else found[arguments.kind]
        print(json.dumps(answer, ensure_ascii=False, indent=2, allow_nan=False))
        return 0
    texts = [
        (f"{kind}\n" if arguments.kind is None else "") + _as_text(kind, entries) for kind, entries in found.items()
    ]
    print("\n".join(texts), end="")
    return 0


def _as_text(kind: str, entries: list[Entry]) -> str:
    if not entries:
        return f"no {kind} in this version yet\n"
    rows = []
    for entry in entries:
        if entry.get("reason"):
            rows.append([entry["name"], f"not here: {entry['reason']}"])
            continue
        told = [entry["title"]] if "title" in entry else []
        told += [entry.get("summary") or entry.get("label", "")]
        told += [words[key] for words in entry.get("translations", {}).values() for key in ("title", "summary")]
        first, *others = [text for text in told if text] or [""]
        rows.append([entry["name"], first])
        rows += [["", text] for text in others]
        options = ", ".join(
            item["name"] if item["default"] is None else f"{item['name']}={_as_word(item['default'])}"
            for item in entry.get("options", ())
        )
        if options:
            rows.append(["", options])
    return columns(rows, "ll")


def _as_word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def _registered(registry: Iterable[Any], *attributes: str) -> Callable[[], list[Entry]]:
    def entries() -> list[Entry]:
        return [
            {
                "name": cls.name,
                **{attribute: text for attribute in attributes if (text := getattr(cls, attribute, ""))},
                "options": [_option(item) for item in cls.declarations_for({})],
            }
            for cls in registry
        ]

    return entries


def _option(item: Parameter) -> Entry:
    limits = {name: value for name, value in (("low", item.low), ("high", item.high)) if math.isfinite(value)}
    opened = {f"{name}_open": True for name in limits if getattr(item, f"{name}_open")}
    more = {name: value for name in ("choices", "symbol", "unit", "help") if (value := getattr(item, name))}
    return {"name": item.name, "kind": item.kind, "default": item.default, **limits, **opened, **more}


def _examples() -> list[Entry]:
    found = []
    for path in sorted(resource("examples").glob("*.toml")):
        experiment = load(path)
        translations = {
            language: {"title": words.title, "summary": words.description}
            for language, words in experiment.translations.items()
        }
        found.append(
            {
                "name": path.stem,
                "title": experiment.title,
                "summary": experiment.description,
                "translations": translations,
                "path": str(path),
            }
        )
    return found


def _backends() -> list[Entry]:
    found = []
    for item in BACKENDS:
        reason = item.why_not()
        found.append({"name": item.name, "summary": item.summary, "available": not reason, "reason": reason})
    return found


KINDS: dict[str, Callable[[], list[Entry]]] = {
    "problems": _registered(PROBLEMS, "label", "summary", "formula", "source"),
    "optimizers": _registered(OPTIMIZERS, "label", "summary", "source"),
    "schedules": _registered(SCHEDULES, "label", "summary", "formula", "source"),
    "noises": _registered(NOISES, "label", "summary", "formula", "source"),
    "models": _registered(MODELS, "label", "summary", "source"),
    "losses": _registered(LOSSES, "label", "summary", "source"),
    "examples": _examples,
    "backends": _backends,
}
