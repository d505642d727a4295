"""What runs have recorded, as a file for other programs: CSV, Parquet or JSON, one row per run and step.

The columns are run, step, value, gradient_norm, learning_rate, evaluations, then one per parameter. Rows are
written in blocks, so that a long run needs no second copy of itself in memory, and every float is written so that
it reads back as the same one.

Spreadsheets run a cell of a CSV file that begins with = + - or @, although it came from a stranger's experiment or
table. So labels and names of columns that begin so, or with a tab or line break before, have an apostrophe in front in
CSV, which spreadsheets take as "this is text"; the other formats say them as they are. Numbers are never changed.
Source: OWASP, "CSV Injection".
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np

from gdviz.errors import InputError
from gdviz.experiment.atomic import check_writable, replacing
from gdviz.runs.trajectory import Trajectory

__all__ = ["FORMATS", "check_results_path", "save_results"]

_BLOCK = 65_536
_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n")
_COLUMNS = ("run", "step", "value", "gradient_norm", "learning_rate", "evaluations")

Measures = Callable[[np.ndarray], Mapping[str, np.ndarray]]
"""From points `(n, d)` to columns `(n,)` by name; the names are the same for all points."""

Block = dict[str, Any]
"""Columns by name: the label of the run, then arrays of equal length."""


def check_results_path(path: str | os.PathLike[str]) -> None:
    """Raises the `InputError` that `save_results` would raise for this path, before anything long is begun."""
    _writer(path)
    check_writable(path)


def save_results(
    path: str | os.PathLike[str],
    trajectories: Mapping[str, Trajectory],
    names: Sequence[str],
    parameters: bool = True,
    measures: Measures | None = None,
) -> int:
    """Write these trajectories, by label, to a file whose ending says the format; returns how many rows there are.

    `names` are the problem's parameters, left out where `parameters` is false. `measures` are columns more, made of the
    points. Raises `InputError`, and then the file that was there is as it was.
    """
    write = _writer(path)
    measured = tuple(measures(np.zeros((1, len(names))))) if measures is not None else ()
    columns = _parameter_columns(names, measured) if parameters else ()
    with replacing(path) as file:
        blocks = _blocks(trajectories, columns, measures)
        write(file, blocks, (*_COLUMNS, *measured, *columns), list(trajectories))
    return sum(map(len, trajectories.values()))


def _writer(path: str | os.PathLike[str]) -> Callable[..., None]:
    ending = Path(path).suffix.lower()
    if os.path.isdir(path):
        raise InputError(f"{os.fspath(path)!r} is a folder; name a file in it that ends in {' or '.join(FORMATS)}.")
    if ending not in FORMATS:
        raise InputError(
            f"results are written as {', '.join(FORMATS)}, not as {ending or 'a file without ending'}; "
            f"rename {os.fspath(path)!r}."
        )
    return FORMATS[ending]


def _parameter_columns(names: Sequence[str], measured: Sequence[str] = ()) -> tuple[str, ...]:
    """The names of the parameters, changed where another column has the same: a feature may be called "value"."""
    taken = {*_COLUMNS, *measured}
    columns = []
    for name in names:
        column, number = name, 1
        while column in taken:
            column = f"{name} (parameter{'' if number == 1 else f' {number}'})"
            number += 1
        taken.add(column)
        columns.append(column)
    return tuple(columns)


def _blocks(
    trajectories: Mapping[str, Trajectory], columns: Sequence[str], measures: Measures | None
) -> Iterator[Block]:
    for label, trajectory in trajectories.items():
        length = len(trajectory)
        for first in range(0, length, _BLOCK):
            rows = trajectory.rows(first, min(length, first + _BLOCK))
            if rows.points.ndim != 2:
                raise InputError("results of a batch of starts have no rows of their own; save one descent at a time.")
            block: Block = {
                "run": label,
                "step": np.arange(first, first + len(rows.values)),
                "value": rows.values,
                "gradient_norm": rows.gradient_norms,
                "learning_rate": rows.learning_rates,
                "evaluations": rows.evaluations.sum(axis=1),
            }
            points = rows.points.astype(np.float64, copy=False)
            if measures is not None:
                block |= measures(points)
            yield block | {column: points[:, place] for place, column in enumerate(columns)}


def _write_csv(file: BinaryIO, blocks: Iterator[Block], columns: Sequence[str], labels: Sequence[str]) -> None:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    header = io.StringIO()
    # The csv module leaves a carriage return on its own without quotes, and then reads two rows.
    quoted: Literal[0, 1] = csv.QUOTE_ALL if any("\r" in column for column in columns) else csv.QUOTE_MINIMAL
    csv.writer(header, lineterminator="\n", quoting=quoted).writerow([_not_run(column) for column in columns])
    file.write(header.getvalue().encode())
    # Arrow quotes all texts or none; most labels need no quotes.
    quoting = "needed" if any(set(label) & set(',"\r\n') for label in labels) else "none"
    options = arrow_csv.WriteOptions(include_header=False, quoting_style=quoting)
    schema = _schema(columns)
    with arrow_csv.CSVWriter(pa.PythonFile(file, mode="w"), schema, write_options=options) as writer:
        for block in blocks:
            writer.write_batch(_record_batch(block | {"run": _not_run(block["run"])}, schema))


def _not_run(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_RUN_BY_SPREADSHEETS) else text


def _write_parquet(file: BinaryIO, blocks: Iterator[Block], columns: Sequence[str], labels: Sequence[str]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    schema = _schema(columns)
    with parquet.ParquetWriter(pa.PythonFile(file, mode="w"), schema) as writer:
        for block in blocks:
            writer.write_batch(_record_batch(block, schema))


def _schema(columns: Sequence[str]) -> Any:
    import pyarrow as pa

    kinds = {"run": pa.string(), "step": pa.int64(), "evaluations": pa.int64()}
    return pa.schema([(column, kinds.get(column, pa.float64())) for column in columns])


def _record_batch(block: Block, schema: Any) -> Any:
    import pyarrow as pa

    count = len(block["step"])
    label = pa.array([block["run"]], pa.string()).take(pa.array(np.zeros(count, dtype=np.int64)))
    arrays = [label, *(pa.array(block[name], type=schema.field(name).type) for name in schema.names[1:])]
    return pa.record_batch(arrays, schema=schema)


def _write_json(file: BinaryIO, blocks: Iterator[Block], columns: Sequence[str], labels: Sequence[str]) -> None:
    """A list of objects, one a line. JSON has no nan and no infinity, so they are null."""
    file.write(b"[")
    separator = "\n"
    for block in blocks:
        keys = [json.dumps(column, ensure_ascii=False) for column in columns]
        label = json.dumps(block["run"], ensure_ascii=False)
        texts = [[label] * len(block["step"]), *(_json_numbers(block[column]) for column in columns[1:])]
        lines = (
            "{" + ", ".join(f"{key}: {text}" for key, text in zip(keys, row, strict=True)) + "}"
            for row in zip(*texts, strict=True)
        )
        file.write((separator + ",\n".join(lines)).encode())
        separator = ",\n"
    file.write(b"\n]\n")


def _json_numbers(values: np.ndarray) -> list[str]:
    return [repr(value) if math.isfinite(value) else "null" for value in values.tolist()]


FORMATS: dict[str, Callable[..., None]] = {".csv": _write_csv, ".parquet": _write_parquet, ".json": _write_json}
"""How to write a file, by its ending."""
