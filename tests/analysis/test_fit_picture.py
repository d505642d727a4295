"""Pictures of fits against straightforward arithmetic on the same tables."""

import dataclasses

import numpy as np
import pytest

from gdviz.analysis.fit_picture import MOST_ROWS, FitPicture, clipped_segment
from gdviz.data.table import Column, Table
from gdviz.problems.fit import DataFit


@pytest.fixture(scope="module")
def line_fit():
    return DataFit(table="builtin:line")


@pytest.fixture(scope="module")
def iris():
    return DataFit(table="builtin:iris", target="species", classes=("versicolor", "virginica"))


@pytest.fixture(scope="module")
def large(line_fit):
    """A linear fit to many rows: height in metres, weight in kilograms."""
    generator = np.random.default_rng(3)
    height = 1.7 + 0.1 * generator.standard_normal(40_000)
    weight = 70 + 60 * (height - 1.7) + 5 * generator.standard_normal(40_000)
    columns = (Column("height", "numeric", height), Column("weight", "numeric", weight))
    table = Table("people", columns, line_fit.loaded.table.report, "people.csv")
    return DataFit.from_table(table, target="weight")


def test_that_the_line_is_the_fitted_one_in_the_units_of_the_table(line_fit):
    picture = FitPicture.of(line_fit)
    x, y = picture.column(picture.features[0]), picture.targets
    slope, intercept = np.polyfit(x, y, 1)
    ends = picture.line(picture.features[0], line_fit.minima[0], (-4.0, 4.0), (-100.0, 100.0))
    np.testing.assert_allclose(ends[:, 0], [-4, 4])
    np.testing.assert_allclose(ends[:, 1], intercept + slope * ends[:, 0], rtol=1e-9)
    assert picture.score(line_fit.minima[0]) == pytest.approx(np.corrcoef(x, y)[0, 1] ** 2)


def test_that_a_line_is_cut_at_the_limits_of_the_picture(line_fit):
    picture = FitPicture.of(line_fit)
    whole = picture.line(picture.features[0], line_fit.minima[0], (-4.0, 4.0), (-100.0, 100.0))
    part = picture.line(picture.features[0], line_fit.minima[0], (-4.0, 4.0), (-2.0, 2.0))
    slope = np.diff(whole[:, 1]) / np.diff(whole[:, 0])
    np.testing.assert_allclose(np.diff(part[:, 1]) / np.diff(part[:, 0]), slope)
    assert part[:, 1].min() == pytest.approx(-2)
    assert part[:, 1].max() == pytest.approx(2)
    assert picture.line(picture.features[0], line_fit.minima[0], (-4.0, 4.0), (1000.0, 2000.0)) is None


def test_that_parameters_far_off_give_no_line_and_no_warning(line_fit):
    picture = FitPicture.of(line_fit)
    for point in ([1e308, 1e308], [1e200, -1e200]):
        ends = picture.line(picture.features[0], point, (-4.0, 4.0), (-2.0, 2.0))
        assert ends is None or np.isfinite(ends).all()
        assert not picture.score(point) > 0


def test_that_the_boundary_is_where_both_classes_are_equally_likely(iris):
    picture = FitPicture.of(iris)
    features = (picture.features[2], picture.features[3])
    point = iris.minima[0]
    x, y = (3.0, 7.0), (0.5, 3.0)
    ends = picture.boundary(features, point, x, y)
    places = ends[0] + np.linspace(0, 1, 11)[:, None] * (ends[1] - ends[0])
    np.testing.assert_allclose(iris.at(point).along(features, places), 0.5, atol=1e-9)
    # It ends at the limits, not before.
    at_limit = np.isclose(ends[:, 0, None], x).any(axis=1) | np.isclose(ends[:, 1, None], y).any(axis=1)
    assert at_limit.all()


@pytest.mark.parametrize("scale", [1e-9, 1e9, 1e150])
def test_that_the_boundary_is_the_same_for_multiples_of_the_parameters(iris, scale):
    picture = FitPicture.of(iris)
    features = (picture.features[2], picture.features[3])
    limits = ((3.0, 7.0), (0.5, 3.0))
    ends = picture.boundary(features, iris.minima[0], *limits)
    np.testing.assert_allclose(picture.boundary(features, scale * iris.minima[0], *limits), ends, rtol=1e-6)


def test_that_there_is_no_boundary_out_of_sight_or_without_weights(iris):
    picture = FitPicture.of(iris)
    features = (picture.features[2], picture.features[3])
    assert picture.boundary(features, iris.minima[0], (0.0, 0.1), (0.0, 0.1)) is None
    assert picture.boundary(features, np.zeros(iris.dimension), (0.0, 1.0), (0.0, 1.0)) is None
    assert picture.boundary(features, np.full(iris.dimension, 1e308), (0.0, 1.0), (0.0, 1.0)) is None


def test_that_probabilities_lie_where_they_belong(iris):
    picture = FitPicture.of(iris)
    features = (picture.features[2], picture.features[3])
    point = iris.minima[0]
    found = picture.probabilities(features, point, (3.0, 7.0), (0.5, 3.0), 8)
    others = iris.data.means
    row = others.copy()
    row[2], row[3] = 3.0 + 4.0 * 6.5 / 8, 0.5 + 2.5 * 1.5 / 8
    assert found.shape == (8, 8)
    assert found[1, 6] == pytest.approx(float(iris.at(point).predict(row[None])[0]))
    assert found[0, 0] < 0.5 < found[-1, -1]


def test_that_the_curve_of_one_feature_is_the_logistic_function():
    exam = DataFit(table="builtin:exam")
    picture = FitPicture.of(exam)
    coefficients = exam.coefficients(exam.minima[0])
    points = picture.curve("hours", exam.minima[0], (0.0, 10.0))
    expected = 1 / (1 + np.exp(-(coefficients.bias + coefficients.weights[0] * points[:, 0])))
    np.testing.assert_allclose(points[:, 1], expected, atol=1e-12)
    assert (points[0, 0], points[-1, 0]) == (0.0, 10.0)
    huge = picture.curve("hours", [1e308, 1e308], (0.0, 10.0))
    assert np.isfinite(huge).all()


def test_that_accuracy_is_the_share_of_rows_on_the_right_side(iris):
    picture = FitPicture.of(iris)
    point = iris.minima[0]
    right = (iris.predictions(point) >= 0.5) == (iris.data.y == 1)
    assert picture.score(point) == pytest.approx(right.mean())
    assert picture.predicts_classes
    assert picture.class_names == ("versicolor", "virginica")


def test_that_many_rows_are_sampled_the_same_way_each_time(large):
    one, other = FitPicture.of(large), FitPicture.of(large)
    assert not one.complete
    assert len(one.targets) == MOST_ROWS
    np.testing.assert_array_equal(one.rows.row_index, other.rows.row_index)
    rows = large.loaded.table.column("height").values[one.rows.row_index]
    np.testing.assert_allclose(one.column("height"), rows)
    np.testing.assert_array_equal(one.targets, large.loaded.table.column("weight").values[one.rows.row_index])
    whole = float(large.at(large.minima[0]).r2)
    assert one.score(large.minima[0]) == pytest.approx(whole, abs=0.03)


def test_that_few_rows_are_all_there(line_fit):
    picture = FitPicture.of(line_fit)
    assert picture.complete
    assert len(picture.targets) == line_fit.rows


def test_that_rows_are_in_the_units_of_the_table_with_and_without_standardizing(line_fit):
    plain = FitPicture.of(dataclasses.replace(line_fit, standardize=False))
    feature = plain.features[0]
    np.testing.assert_allclose(FitPicture.of(line_fit).column(feature), plain.column(feature), rtol=1e-12)


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ([[0.2, 0.2], [0.8, 0.8]], [[0.2, 0.2], [0.8, 0.8]]),
        ([[-1.0, 0.5], [2.0, 0.5]], [[0.0, 0.5], [1.0, 0.5]]),
        ([[0.5, -1e300], [0.5, 1e300]], [[0.5, 0.0], [0.5, 1.0]]),
        ([[-1.0, -1.0], [2.0, 2.0]], [[0.0, 0.0], [1.0, 1.0]]),
        ([[-1.0, 0.5], [-0.5, 0.5]], None),
        ([[0.2, 2.0], [0.8, 2.0]], None),
        ([[-1.0, 0.9], [0.9, 3.0]], None),
        ([[0.0, np.nan], [1.0, 1.0]], None),
        ([[0.0, 0.0], [1.0, np.inf]], None),
        ([[0.0, -1.7e308], [1.0, 1.7e308]], None),
    ],
)
def test_that_segments_are_cut_at_the_edges(ends, expected):
    found = clipped_segment(np.array(ends), (0.0, 1.0), (0.0, 1.0))
    if expected is None:
        assert found is None
    else:
        np.testing.assert_allclose(found, expected, atol=1e-9)
