"""What is found of a fit before a step is made: in pieces, once, and the same as in one go."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gdviz.analysis.curvature import stable_rate
from gdviz.app.newcomer import default_runs
from gdviz.problems import DataFit
from gdviz.problems.fit_rows import RowMean


def test_that_preparing_makes_minimum_and_view_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    fit = DataFit(table="builtin:exam")
    fit.prepare()

    def refuse(*_: Any) -> None:
        raise AssertionError("found twice")

    monkeypatch.setattr("gdviz.problems.fit_outlook.newton_minimum", refuse)
    assert fit.minima.shape == (1, 2)
    assert fit.domain.shape == (2, 2)


def many_rows(make_table: Any, rows: int = 60_000, **options: Any) -> DataFit:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(rows, 10))
    labels = np.where(generator.random(rows) < 1 / (1 + np.exp(-x[:, 0] - 0.3)), "yes", "no")
    columns = {f"x{index}": x[:, index] for index in range(10)}
    return DataFit.from_table(make_table(**columns, passed=labels), target="passed", **options)


@pytest.mark.parametrize("options", [{}, {"l1": 0.1}, {"l2": 0.1}])
def test_that_a_prepared_fit_passes_over_no_row_for_what_the_window_asks(
    make_table: Any, monkeypatch: pytest.MonkeyPatch, options: dict[str, float]
) -> None:
    fit = many_rows(make_table, rows=6_000, **options)
    fit.prepare()
    whole = RowMean._blocks
    passes = []

    def blocks(mean: RowMean, *rest: Any) -> Any:
        passes.append(mean.rows)
        return whole(mean, *rest)

    monkeypatch.setattr(RowMean, "_blocks", blocks)
    assert len(default_runs(fit)) == 3
    _ = fit.minima, fit.minimum_value, fit.domain, fit.data.means, stable_rate(fit)
    assert passes == []
    fit.hessian(fit.start)
    assert passes == [6_000]


def test_that_preparing_never_passes_over_many_rows_at_once(make_table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fit = many_rows(make_table)
    whole = RowMean._blocks
    seen = [0]

    def blocks(mean: RowMean, *rest: Any) -> Any:
        for block in whole(mean, *rest):
            seen[-1] += len(block.targets)
            yield block

    monkeypatch.setattr(RowMean, "_blocks", blocks)
    shares = []
    for share in fit.preparing():
        shares.append(share)
        seen.append(0)
    assert sum(seen) > 3 * fit.rows, "the minimum takes some passes"
    assert max(seen) <= 30_000
    assert shares == sorted(shares)
    assert shares[-1] < 1


def test_that_what_is_found_in_parts_is_that_of_all_rows(make_table: Any) -> None:
    fit = many_rows(make_table, l2=0.01)
    minimum = fit.minima[0]
    assert np.abs(fit.gradient(minimum)).max() < 1e-13
    assert fit.minimum_value == pytest.approx(float(fit.value(minimum)), rel=1e-13)
    whole = np.linalg.eigvalsh(fit.hessian(np.stack([fit.start, minimum]))).max()
    assert fit.largest_curvature == pytest.approx(whole, rel=1e-12)
    np.testing.assert_allclose(
        fit.data.means, [fit.data.own_column(name).mean() for name in fit.data.features], atol=1e-12
    )


def test_that_the_curvature_is_that_of_the_hessian_where_nothing_is_divided() -> None:
    for fit in (DataFit(table="builtin:exam"), DataFit(table="builtin:line")):
        whole = np.linalg.eigvalsh(fit.hessian(np.stack([fit.start, fit.minima[0]]))).max()
        assert fit.largest_curvature == pytest.approx(whole, rel=1e-12)
