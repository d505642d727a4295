"""The rows of real bundled tables with real fits, as the view shows them."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage

from gdviz.analysis.axis import readable
from gdviz.analysis.fit_picture import FitPicture
from gdviz.data.table import Column, Table
from gdviz.optimizers import optimizer
from gdviz.problems import PROBLEMS
from gdviz.problems.fit import DataFit
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import run_to_end
from gdviz.runs.run import Run
from gdviz.runs.trajectory import Trajectory
from gdviz.views.data_canvas import class_color
from gdviz.views.data_view import DataView, equation_text
from gdviz.views.shown import ShownRun
from gdviz.views.theme import DARK, LIGHT, run_color


def fitted_runs(problem, *rates, steps=200):
    runs = []
    for key, rate in enumerate(rates):
        config = RunConfig(optimizer("gradient_descent", learning_rate=rate), steps=steps)
        runs.append(ShownRun(key, f"Run {key}", key, run_to_end(Run(problem, config))))
    return runs


def grow(trajectory, source, first, stop, point=None):
    """Record rows of another trajectory, at another point if told to."""
    rows = trajectory.reserve(stop - first)
    for mine, theirs in zip(rows, source.rows(first, stop), strict=True):
        mine[:] = theirs
    if point is not None:
        rows.points[:] = point
    trajectory.publish(stop - first)


@pytest.fixture(scope="module")
def line_fit():
    return DataFit(table="builtin:line")


@pytest.fixture(scope="module")
def iris():
    return DataFit(table="builtin:iris", target="species", classes=("versicolor", "virginica"))


@pytest.fixture(scope="module")
def exam():
    return DataFit(table="builtin:exam")


@pytest.fixture(scope="module")
def diabetes():
    return DataFit(table="builtin:diabetes")


@pytest.fixture
def view(qtbot):
    made = DataView(LIGHT)
    qtbot.addWidget(made)
    made.resize(520, 420)
    made.show()
    qtbot.waitExposed(made)
    return made


def pixels(view):
    image = view.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return flat[:, : image.width(), 2::-1].astype(int)


def seen(view, color, near=45):
    """How many pixels have about this colour."""
    return int((np.abs(pixels(view) - QColor(color).getRgb()[:3]).max(axis=2) < near).sum())


def pixel_at(view, x, y):
    place = QPoint(round(float(view.canvas.across(x))), round(float(view.canvas.up(y))))
    return pixels(view)[place.y(), place.x()]


def choose(qtbot, box, text):
    """Choose from a list by its keys, as a person can."""
    index = box.findText(text)
    assert index >= 0, [box.itemText(place) for place in range(box.count())]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Home)
    for _ in range(index):
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == text


# Linear


def test_that_the_line_follows_the_shown_step_to_the_closed_form(view, line_fit):
    view.set_problem(line_fit)
    runs = fitted_runs(line_fit, 0.05)
    view.set_runs(runs)
    x, y = view.canvas.points.x, view.canvas.points.y
    slope, intercept = np.polyfit(x, y, 1)
    drawn = []
    for step in (0, 10, 200):
        view.show_step(step)
        (line,) = view.canvas.lines
        drawn.append(np.diff(line.points[:, 1])[0] / np.diff(line.points[:, 0])[0])
    assert drawn[0] == pytest.approx(0, abs=1e-12)
    assert 0 < drawn[1] < slope
    assert drawn[2] == pytest.approx(slope, rel=1e-6)
    np.testing.assert_allclose(line.points[:, 1], intercept + slope * line.points[:, 0], rtol=1e-6)
    assert seen(view, run_color(LIGHT, 0)) > 100


def test_that_r2_is_said_at_the_shown_step(view, line_fit):
    view.set_problem(line_fit)
    view.set_runs(fitted_runs(line_fit, 0.05, 0.2))
    view.show_step(200)
    x, y = view.canvas.points.x, view.canvas.points.y
    best = np.corrcoef(x, y)[0, 1] ** 2
    readouts = view.scores.readouts
    assert [item.name for item in readouts] == ["Run 0", "Run 1"]
    assert float(readouts[0].value) == pytest.approx(best, abs=1e-3)
    view.show_step(0)
    mean, variance = y.mean(), y.var()
    assert float(view.scores.readouts[0].value.replace("−", "-")) == pytest.approx(-(mean**2) / variance, abs=1e-3)


def test_that_a_feature_is_chosen_and_the_others_are_at_their_means(view, diabetes, qtbot):
    view.set_problem(diabetes)
    view.set_runs(fitted_runs(diabetes, 0.1))
    view.show_step(200)
    assert "means" in view.caption
    assert view.canvas.y_axis.low <= diabetes.data.y.min()
    choose(qtbot, view.x_choice, "body_mass_index")
    np.testing.assert_allclose(view.canvas.points.x, diabetes.data.own_column("body_mass_index"))
    point = view._runs[0].trajectory.points[200]
    expected = diabetes.coefficients(point).weights[diabetes.data.features.index("body_mass_index")]
    (line,) = view.canvas.lines
    assert np.diff(line.points[:, 1])[0] / np.diff(line.points[:, 0])[0] == pytest.approx(expected)
    middle = line.points.mean(axis=0)
    means = diabetes.data.means.copy()
    means[diabetes.data.features.index("body_mass_index")] = middle[0]
    assert middle[1] == pytest.approx(float(diabetes.at(point).predict(means[None])[0]))


def test_that_one_feature_needs_no_choice(view, line_fit):
    view.set_problem(line_fit)
    assert view.x_choice.isHidden()
    assert view.y_choice.isHidden()
    assert view.run_choice.isHidden()


# Logistic


def test_that_two_features_span_the_chart_with_the_probability_behind(view, iris):
    view.set_problem(iris)
    view.set_runs(fitted_runs(iris, 0.5))
    view.show_step(200)
    features = (view.x_feature, view.y_feature)
    assert features == iris.data.features[:2]
    point = view._runs[0].trajectory.points[200]
    (line,) = view.canvas.lines
    np.testing.assert_allclose(iris.at(point).along(features, line.points), 0.5, atol=1e-9)
    assert view.canvas.probabilities.min() < 0.5 < view.canvas.probabilities.max()
    assert seen(view, class_color(LIGHT, 0)) > 100
    assert seen(view, class_color(LIGHT, 1)) > 100


def test_that_the_background_leans_to_the_likelier_class(view, iris, qtbot):
    view.set_problem(iris)
    view.set_runs(fitted_runs(iris, 0.5))
    choose(qtbot, view.x_choice, iris.data.features[2])
    choose(qtbot, view.y_choice, iris.data.features[3])
    view.show_step(200)
    x, y = view.canvas.x_axis, view.canvas.y_axis
    first = pixel_at(view, x.low + 0.02 * (x.high - x.low), y.low + 0.02 * (y.high - y.low))
    second = pixel_at(view, x.low + 0.98 * (x.high - x.low), y.low + 0.98 * (y.high - y.low))
    # The second class's blue at the upper right, grey at the lower left.
    assert second[2] - second[0] > 20
    assert abs(first[2] - first[0]) < 15
    assert first.max() < 250


def test_that_a_feature_is_never_over_itself(view, iris, qtbot):
    view.set_problem(iris)
    choose(qtbot, view.x_choice, view.y_feature)
    assert view.x_feature != view.y_feature
    choose(qtbot, view.y_choice, view.x_feature)
    assert view.x_feature != view.y_feature
    last = iris.data.features[-1]
    choose(qtbot, view.x_choice, last)
    choose(qtbot, view.y_choice, last)
    assert (view.y_feature, view.x_feature) == (last, iris.data.features[0])


def test_that_accuracy_is_said_at_the_shown_step(view, iris):
    view.set_problem(iris)
    runs = fitted_runs(iris, 0.5)
    view.set_runs(runs)
    for step in (0, 3, 200):
        view.show_step(step)
        likelier = iris.predictions(runs[0].trajectory.points[step]) >= 0.5
        expected = f"{100 * (likelier == (iris.data.y == 1)).mean():.1f} %"
        assert view.scores.readouts[0].value == expected


def test_that_one_feature_is_shown_with_the_probability_along_it(view, exam):
    view.set_problem(exam)
    runs = fitted_runs(exam, 0.5, 2.0)
    view.set_runs(runs)
    view.show_step(200)
    assert set(view.canvas.points.y) == {0.0, 1.0}
    assert view.canvas.probabilities is None
    assert len(view.canvas.lines) == 2
    curve = view.canvas.lines[1].points
    coefficients = exam.coefficients(runs[1].trajectory.points[200])
    expected = 1 / (1 + np.exp(-(coefficients.bias + coefficients.weights[0] * curve[:, 0])))
    np.testing.assert_allclose(curve[:, 1], expected, atol=1e-12)


def test_that_the_probability_along_one_feature_can_be_chosen(view, iris, qtbot):
    view.set_problem(iris)
    view.set_runs(fitted_runs(iris, 0.5, 0.1))
    assert not view.run_choice.isHidden()
    choose(qtbot, view.y_choice, "p(species = virginica)")
    assert view.y_feature is None
    assert set(view.canvas.points.y) == {0.0, 1.0}
    assert len(view.canvas.lines[0].points) == 200
    assert view.run_choice.isHidden()


def test_that_the_run_behind_is_chosen(view, iris, qtbot):
    view.set_problem(iris)
    view.set_runs(fitted_runs(iris, 2.0, 0.001))
    view.show_step(200)
    sure = np.abs(view.canvas.probabilities - 0.5).max()
    choose(qtbot, view.run_choice, "tint: Run 1")
    assert np.abs(view.canvas.probabilities - 0.5).max() < sure
    assert len(view.canvas.lines) == 2
    # It stays chosen when the runs are computed anew.
    view.set_runs(fitted_runs(iris, 2.0, 0.001))
    assert view.run_choice.currentText() == "tint: Run 1"


# Rows


def test_that_many_rows_are_drawn_in_part_and_that_is_said(view, line_fit):
    generator = np.random.default_rng(3)
    height = 1.7 + 0.1 * generator.standard_normal(20_000)
    weight = 70 + 60 * (height - 1.7) + 5 * generator.standard_normal(20_000)
    columns = (Column("height", "numeric", height), Column("weight", "numeric", weight))
    table = Table("people", columns, line_fit.loaded.table.report, "people.csv")
    view.set_problem(DataFit.from_table(table, target="weight"))
    assert len(view.canvas.points.x) == 5000
    assert "5,000 of 20,000 rows" in view.caption


def test_that_a_point_tells_its_row_of_the_table(view, iris):
    view.set_problem(iris)
    points = view.canvas.points
    place = QPointF(float(view.canvas.across(points.x[7])), float(view.canvas.up(points.y[7])))
    index = view.canvas.row_at(place)
    assert (points.x[index], points.y[index]) == (points.x[7], points.y[7])
    tip = view.canvas.tip(7)
    # Rows 51 to 150 of the table are the two classes.
    assert tip.startswith("row 58: ")
    assert tip.endswith("versicolor")
    assert view.canvas.row_at(QPointF(-100, -100)) is None


# States


def test_that_problems_without_rows_are_said_to_have_none(view, line_fit):
    view.set_problem(line_fit)
    view.set_runs(fitted_runs(line_fit, 0.1))
    view.set_problem(PROBLEMS.make("rosenbrock", {}))
    assert view.canvas.lines == ()
    assert view.scores.readouts == ()
    assert len(view.canvas.points.x) == 0
    assert view.caption == ""
    view.set_problem(None)
    view.grab()


def test_that_runs_of_another_problem_are_left_out(view, line_fit, iris):
    view.set_problem(iris)
    view.set_runs(fitted_runs(line_fit, 0.1))
    assert view.canvas.lines == ()
    assert view.canvas.probabilities is None


def test_that_a_run_that_has_recorded_nothing_yet_is_left_out(view, iris):
    view.set_problem(iris)
    view.set_runs([ShownRun(0, "Run", 0, Trajectory(iris.start, 10))])
    assert view.canvas.lines == ()
    assert view.canvas.probabilities is None


def test_that_the_choice_of_features_outlives_other_options(view, iris, qtbot):
    view.set_problem(iris)
    choose(qtbot, view.x_choice, iris.data.features[3])
    choose(qtbot, view.y_choice, iris.data.features[0])
    view.set_problem(iris.reconfigured({**iris.options(), "l2": 0.1}))
    assert (view.x_feature, view.y_feature) == (iris.data.features[3], iris.data.features[0])


def test_that_a_hidden_view_computes_nothing_until_it_is_shown(view, line_fit, monkeypatch):
    view.set_problem(line_fit)
    view.set_runs(fitted_runs(line_fit, 0.05))
    view.hide()
    before = view.canvas.lines
    view.show_step(200)
    assert view.canvas.lines is before
    view.show()
    assert view.canvas.lines is not before


def test_that_a_growing_run_is_drawn_when_it_gets_to_the_shown_step(view, line_fit):
    view.set_problem(line_fit)
    whole = fitted_runs(line_fit, 0.05)[0].trajectory
    growing = type(whole)(whole.points[0], 200)
    grow(growing, whole, 0, 1)
    view.set_runs([ShownRun(0, "Run", 0, growing)])
    view.show_step(150)
    flat = view.canvas.lines[0].points
    grow(growing, whole, 1, 151)
    view.refresh()
    assert not np.allclose(view.canvas.lines[0].points, flat)
    drawn = view.canvas.lines
    view.refresh()
    assert view.canvas.lines is drawn


def test_that_parameters_far_off_leave_the_picture_whole(view, iris, line_fit):
    for problem in (iris, line_fit):
        view.set_problem(problem)
        trajectory = fitted_runs(problem, 0.1)[0].trajectory
        far = type(trajectory)(np.full(problem.dimension, 1e308), 0)
        grow(far, trajectory, 0, 1, point=1e308)
        view.set_runs([ShownRun(0, "Run", 0, far)])
        assert not view.grab().isNull()
        assert all(np.isfinite(line.points).all() for line in view.canvas.lines)


def test_that_both_themes_draw_in_their_own_colours(view, iris):
    view.set_problem(iris)
    view.set_runs(fitted_runs(iris, 0.5))
    view.set_theme(DARK)
    assert seen(view, class_color(DARK, 1)) > 100
    assert tuple(pixels(view)[2, -3]) == (0x1E, 0x21, 0x26)


def test_that_coefficients_are_said_in_the_units_of_the_table() -> None:
    problem = PROBLEMS.make("data", {"table": "builtin:line"})
    assert isinstance(problem, DataFit)
    slope, bias = np.polyfit(problem.data.own_column("x"), problem.data.y, 1)
    picture = FitPicture.of(problem)

    assert equation_text(picture, problem.minima[0]) == f"y = {readable(bias)} + {readable(slope)} x"


# Many classes, several targets, curves


def test_that_three_classes_have_their_marks_their_tints_and_lines_between_them(view, qtbot):
    fit = DataFit(table="builtin:iris", features=("petal_length", "petal_width"), validation=0.2)
    view.set_problem(fit)
    view.set_runs(fitted_runs(fit, 0.5))
    view.show_step(200)
    assert view.canvas.points.class_names == ("setosa", "versicolor", "virginica")
    point = view._runs[0].trajectory.points[200]
    features = (view.x_feature, view.y_feature)
    assert view.canvas.probabilities.shape == (64, 64, 3)
    np.testing.assert_allclose(view.canvas.probabilities.sum(axis=-1), 1)
    assert len(view.canvas.lines) >= 2
    for line in view.canvas.lines:
        first, second = np.sort(fit.at(point).along(features, line.points), axis=-1).T[:-3:-1]
        np.testing.assert_allclose(first, second, atol=0.03)
    for place in range(3):
        assert seen(view, class_color(LIGHT, place)) > 100
    assert "held out" in view.scores.readouts[0].value
    choose(qtbot, view.y_choice, "p(species = virginica)")
    (line,) = view.canvas.lines
    expected = fit.at(point).along(("petal_length",), line.points[:, :1])[:, 2]
    np.testing.assert_allclose(line.points[:, 1], expected)
    np.testing.assert_array_equal(view.canvas.points.y, fit.data.y == 2)
    assert view.equation.text().startswith("score of virginica = ")


def test_that_a_network_bends_the_line_between_its_classes(view):
    fit = DataFit(table="generated:moons", model="mlp", hidden=(8,), activation="tanh")
    view.set_problem(fit)
    view.set_runs(fitted_runs(fit, 1.0, steps=400))
    view.show_step(400)
    point = view._runs[0].trajectory.points[400]
    assert view.canvas.lines
    for line in view.canvas.lines:
        np.testing.assert_allclose(fit.at(point).along(("x1", "x2"), line.points), 0.5, atol=0.05)
    assert view.equation.text() == "network 2 → 8 → 1, tanh, 33 parameters"


def test_that_polynomials_and_networks_are_drawn_as_curves(view):
    for options in ({"degree": 3}, {"model": "mlp", "hidden": (5,), "activation": "tanh"}):
        fit = DataFit(table="generated:exponential", **options)
        view.set_problem(fit)
        view.set_runs(fitted_runs(fit, 0.01, steps=50))
        view.show_step(50)
        (line,) = view.canvas.lines
        assert len(line.points) > 100
        point = view._runs[0].trajectory.points[50]
        np.testing.assert_allclose(line.points[:, 1], fit.at(point).along(("x",), line.points[:, :1]))


def test_that_each_of_several_targets_can_be_seen(view, qtbot):
    fit = DataFit(table="builtin:linnerud", target=("weight", "waist"), features=("chin_ups", "jumps"))
    view.set_problem(fit)
    view.set_runs(fitted_runs(fit, 0.1))
    view.show_step(200)
    assert view.equation.text().startswith("weight = ")
    np.testing.assert_array_equal(view.canvas.points.y, fit.data.y[:, 0])
    choose(qtbot, view.y_choice, "waist")
    np.testing.assert_array_equal(view.canvas.points.y, fit.data.y[:, 1])
    assert view.equation.text().startswith("waist = ")
    (line,) = view.canvas.lines
    point = view._runs[0].trajectory.points[200]
    np.testing.assert_allclose(line.points[:, 1], fit.at(point).along(("chin_ups",), line.points[:, :1])[:, 1])
