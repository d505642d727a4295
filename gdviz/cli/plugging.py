"""`--plugin FILE` of every command: a user's own optimizers and problems from a file, and what is wrong with any."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from gdviz.errors import InputError

__all__ = ["plugin_faults", "with_plugins_loaded"]

_OPTION = "--plugin"


def with_plugins_loaded(words: Sequence[str]) -> list[str]:
    """The words without this option, whose files are loaded; raises `InputError` where no file follows it."""
    rest: list[str] = []
    files: list[str] = []
    coming = iter(words)
    for word in coming:
        if word == "--":
            rest += [word, *coming]
        elif word == _OPTION:
            files.append(next(coming, ""))
        elif word.startswith(f"{_OPTION}="):
            files.append(word.partition("=")[2])
        else:
            rest.append(word)
    if not all(files):
        raise InputError(f"{_OPTION} needs a file; write {_OPTION} FILE.py.")
    if files:
        from gdviz.optimizers import OPTIMIZERS
        from gdviz.problems import PROBLEMS
        from gdviz.registry import add_file

        for path in files:
            add_file(path, (OPTIMIZERS, PROBLEMS))
    return rest


def plugin_faults() -> list[str]:
    """What is wrong with the plug-ins that were looked at, in sentences, each once."""
    # Where a command had no need of optimizers and problems, nobody looked.
    loaded = [sys.modules.get(name) for name in ("gdviz.optimizers", "gdviz.problems")]
    registries = [getattr(module, name, None) for module, name in zip(loaded, ("OPTIMIZERS", "PROBLEMS"), strict=True)]
    sentences = [sentence for registry in registries if registry is not None for sentence in registry.faults]
    return list(dict.fromkeys(sentences))
