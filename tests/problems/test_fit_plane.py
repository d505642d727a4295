"""Whole planes of losses are those of their points, by much shorter ways."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gdviz.analysis.plane import Plane, sample_surface, surface_of
from gdviz.problems import DataFit

SETTINGS: list[dict[str, Any]] = [
    {"table": "builtin:line"},
    {"table": "builtin:diabetes", "alpha": 5.0, "l1": 0.7},
    {"table": "builtin:linnerud", "target": ("weight", "waist"), "loss": "half_squared_error", "l2": 0.3},
    {"table": "builtin:exam"},
    {"table": "builtin:exam", "l2": 0.2, "l1": 0.1, "loss": "kl_divergence"},
    {"table": "builtin:iris", "classes": ("versicolor", "virginica"), "standardize": False},
    {"table": "builtin:iris", "classes": ("setosa", "virginica")},
]


def filled(fit: DataFit, base: np.ndarray, directions: np.ndarray, u: np.ndarray, v: np.ndarray, rows: Any) -> Any:
    values = np.full((len(v), len(u)), np.nan)
    pieces = fit.plane_pieces(base, directions, u, v, values, rows)
    assert pieces is not None
    shares = list(pieces)
    assert shares == sorted(shares)
    return values


@pytest.mark.parametrize("options", SETTINGS, ids=str)
@pytest.mark.parametrize("reach", [0.5, 8.0, 400.0])
def test_that_the_plane_is_that_of_its_points(options: dict[str, Any], reach: float) -> None:
    fit = DataFit(**options)
    generator = np.random.default_rng(1)
    base, directions = generator.normal(size=fit.dimension), generator.normal(size=(2, fit.dimension))
    u, v = np.linspace(-reach, 1.3 * reach, 23), np.linspace(-0.7 * reach, reach, 17)
    points = base + u[:, None] * directions[0] + v[:, None, None] * directions[1]
    found = filled(fit, base, directions, u, v, None)
    np.testing.assert_allclose(found, fit.value(points), rtol=1e-11)
    if fit.quadratic is None:
        rows = np.arange(3, 40)
        part = filled(fit, base, directions, u, v, rows)
        np.testing.assert_allclose(part, fit.batch_value(points, rows), rtol=1e-11)


def test_that_the_smallest_losses_keep_their_digits() -> None:
    fit = DataFit(table="builtin:iris", classes=("setosa", "virginica"))
    base = 6.0 * np.array([1.0, -1.0, 2.0, 2.0, 0.0])
    u, v = np.linspace(0, 10, 9), np.linspace(0, 10, 9)
    directions = np.eye(5)[2:4]
    found = filled(fit, base, directions, u, v, None)
    points = base + u[:, None] * directions[0] + v[:, None, None] * directions[1]
    assert found.min() < 1e-12
    np.testing.assert_allclose(found, fit.value(points), rtol=1e-11)


def test_that_a_landscape_takes_the_short_way_and_is_the_same() -> None:
    for options in SETTINGS[:4]:
        fit = DataFit(**options)
        surface = surface_of(fit, Plane.of(fit), (-2.0, 3.0), (-1.0, 4.0), (31, 29))
        points = surface.plane.points(surface.x, surface.y[:, None])
        np.testing.assert_allclose(surface.values, fit.value(points), rtol=1e-11)
        assert surface.exact


def test_that_a_landscape_of_many_rows_is_exact_and_comes_in_pieces() -> None:
    fit = DataFit(table="generated:moons", samples=30_000, noise=0.4)
    sampled = list(sample_surface(fit, Plane.of(fit), (-2.0, 2.0), (-2.0, 2.0), 200))
    assert len(sampled) > 20
    coarse, full = (item.picture for item in sampled if item.picture is not None)
    assert not coarse.exact
    assert full.exact
    places = [(0, 0), (100, 57), (199, 199)]
    for row, column in places:
        point = full.plane.points(full.x[column], full.y[row])
        assert full.values[row, column] == pytest.approx(float(fit.value(point)), rel=1e-11)


def test_that_weights_of_rows_and_other_losses_are_sampled_point_by_point() -> None:
    for options in ({"table": "builtin:exam", "loss": "hinge"}, {"table": "builtin:iris"}):
        fit = DataFit(**options)
        grid = np.linspace(-1, 1, 3)
        assert fit.plane_pieces(fit.start, np.eye(fit.dimension)[:2], grid, grid, np.empty((3, 3)), None) is None
