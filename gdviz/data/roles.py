"""What part each column of a table plays in a fit: target, feature, or none."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

from gdviz.data.table import ColumnKind

__all__ = ["ColumnRole", "Columns", "default_features", "guess_roles", "guess_target"]

ColumnRole: TypeAlias = Literal["target", "feature", "ignored"]

_TARGET_NAMES = (
    *("target", "class", "label", "species", "category", "outcome", "response", "output", "y"),
    *("目标", "类别", "标签", "种类", "分类"),
)


class Columns(Protocol):
    """Anything with named columns of known kind: a table, or its preview."""

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def kinds(self) -> tuple[ColumnKind, ...]: ...


def guess_target(columns: Columns) -> str:
    """The column that is likely to be predicted: one with a usual name for it, otherwise the last one."""
    lowered = {name.lower(): name for name in columns.names}
    return next((lowered[name] for name in _TARGET_NAMES if name in lowered), columns.names[-1])


def default_features(columns: Columns, target: str | tuple[str, ...]) -> tuple[str, ...]:
    """Every numeric column but the target, or the targets."""
    targets = (target,) if isinstance(target, str) else target
    pairs = zip(columns.names, columns.kinds, strict=True)
    return tuple(name for name, kind in pairs if kind == "numeric" and name not in targets)


def guess_roles(columns: Columns) -> tuple[ColumnRole, ...]:
    """The role of every column, in their order."""
    target = guess_target(columns)
    features = default_features(columns, target)
    return tuple("target" if name == target else "feature" if name in features else "ignored" for name in columns.names)
