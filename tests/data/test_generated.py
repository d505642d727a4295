"""Generated tables are what they say, and the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from gdviz.data.generated import GENERATED, GENERATED_PREFIX, GeneratedTable, generated_table
from gdviz.data.read import read_table
from gdviz.errors import UnknownNameError
from gdviz.problems import DataFit

every_kind = pytest.mark.parametrize("kind", GENERATED, ids=lambda kind: kind.name)


def points_of(name: str, samples: int, noise: float = 0.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both coordinates, and the name of every point's class."""
    table = generated_table(name, samples, noise, seed)
    labels = table.column("class")
    return table.column("x1").values, table.column("x2").values, np.array(labels.categories)[labels.values]


@every_kind
def test_that_a_table_is_decided_by_its_numbers_and_can_be_fitted(kind: GeneratedTable) -> None:
    table = read_table(GENERATED_PREFIX + kind.name)
    assert (table.rows, table.source) == (kind.samples, GENERATED_PREFIX + kind.name)
    again, other = generated_table(kind.name), generated_table(kind.name, 33, 0.4, seed=7)
    assert other.rows == 33
    for column, same in zip(table.columns, again.columns, strict=True):
        np.testing.assert_array_equal(column.values, same.values)
        assert not column.values.flags.writeable
    moved = generated_table(kind.name, 33, 0.4, seed=8)
    assert any(not np.array_equal(a.values, b.values) for a, b in zip(other.columns, moved.columns, strict=True))
    fit = DataFit(table=GENERATED_PREFIX + kind.name)
    assert fit.data.target == ("class" if "class" in table.names else "y")
    assert np.isfinite(fit.value(fit.start))


def test_that_the_exponential_is_that_of_the_tutorial() -> None:
    table = generated_table("exponential")
    x = table.column("x").values
    np.testing.assert_allclose(x, np.arange(-30, 31) / 10, atol=1e-14)
    np.testing.assert_allclose(table.column("y").values, np.exp(x), rtol=1e-15)


def test_that_noise_has_the_deviation_asked_for() -> None:
    table = generated_table("line", 20_000, 0.7)
    rest = table.column("y").values - 2 * table.column("x").values - 1
    assert rest.std() == pytest.approx(0.7, rel=0.03)
    np.testing.assert_allclose(
        generated_table("line", 50, 0.0).column("y").values[0],
        2 * generated_table("line", 50, 0.0).column("x").values[0] + 1,
    )


def test_that_shapes_without_noise_are_exact() -> None:
    x1, x2, names = points_of("circles", 90)
    np.testing.assert_allclose(np.hypot(x1, x2), np.where(names == "outer", 1.0, 0.5), rtol=1e-14)
    x1, x2, names = points_of("moons", 90)
    centres = np.where(names == "upper", 0.0, 1.0)
    np.testing.assert_allclose(np.hypot(x1 - centres, x2 - np.where(names == "upper", 0.0, 0.5)), 1.0, rtol=1e-14)
    assert (x2[names == "upper"] >= -1e-15).all()
    assert (x2[names == "lower"] <= 0.5 + 1e-15).all()
    x1, x2, names = points_of("xor", 90)
    assert ((x1 * x2 > 0) == (names == "same")).all()
    x1, x2, names = points_of("spirals", 200)
    first = np.stack([x1, x2])[:, names == "first"]
    np.testing.assert_allclose(np.stack([x1, x2])[:, names == "second"], -first, atol=1e-14)
    assert (np.diff(np.hypot(*first)) > 0).all()


def test_that_classes_have_as_many_points_as_there_can_be() -> None:
    for name, count in (("blobs", 3), ("moons", 2), ("xor", 2)):
        _, _, names = points_of(name, 101, 0.1)
        counts = np.unique(names, return_counts=True)[1]
        assert len(counts) == count
        assert counts.max() - counts.min() <= 1


def test_that_an_unknown_name_is_refused_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="moons"):
        read_table("generated:moon")
