"""The bundled tables hold what their README says."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris

from gdviz.data.builtin import BUILTIN, builtin_table
from gdviz.data.read import read_table
from gdviz.errors import UnknownNameError
from gdviz.files import resource


def test_that_iris_holds_fishers_numbers() -> None:
    table, reference = read_table("builtin:iris"), load_iris()
    assert (table.name, table.source, table.rows) == ("iris", "builtin:iris", 150)
    values = np.column_stack([table.column(name).values for name in table.numeric_names])
    np.testing.assert_array_equal(values, reference.data)
    species = table.column("species")
    assert species.categories == ("setosa", "versicolor", "virginica")
    np.testing.assert_array_equal(species.values, reference.target)
    assert table.report.sentences() == ("Read 150 rows.", "Text read as classes: 'species' (3 classes).")


def test_that_diabetes_holds_the_numbers_of_its_authors() -> None:
    table, reference = read_table("builtin:diabetes"), load_diabetes(scaled=False)
    values = np.column_stack([column.values for column in table.columns])
    np.testing.assert_array_equal(values, np.column_stack([reference.data, reference.target]))


def test_that_line_was_made_as_told() -> None:
    table = read_table("builtin:line")
    generator = np.random.default_rng(2024)
    x = np.round(generator.uniform(-5, 5, 60), 2)
    np.testing.assert_array_equal(table.column("x").values, x)
    np.testing.assert_array_equal(table.column("y").values, np.round(2 * x + 1 + generator.normal(0, 1.5, 60), 3))


def test_that_exam_was_made_as_told() -> None:
    table = read_table("builtin:exam")
    generator = np.random.default_rng(7)
    hours = np.round(generator.uniform(0, 10, 80), 1)
    passed = generator.random(80) < 1 / (1 + np.exp(5 - 1.1 * hours))
    np.testing.assert_array_equal(table.column("hours").values, hours)
    assert table.column("passed").categories == ("no", "yes")
    np.testing.assert_array_equal(table.column("passed").values, passed)


@pytest.mark.parametrize("bundled", BUILTIN, ids=lambda bundled: bundled.name)
def test_that_every_bundled_table_is_whole_and_documented(bundled: object) -> None:
    table = builtin_table(bundled.name)  # type: ignore[attr-defined]
    assert table is bundled
    read = read_table(f"builtin:{table.name}")
    assert all(column.present.all() and not column.constant for column in read.columns)
    assert f"| {table.file} | {read.rows} |" in resource("tables", "README.md").read_text(encoding="utf-8")
    assert table.title
    assert table.description.endswith(".")


def test_that_an_unknown_bundled_table_is_answered_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown bundled table 'irs'; did you mean iris\?"):
        read_table("builtin:irs")
