"""The bundled examples: each opens, is said in two languages, runs to its end, and shows what its description says."""

from __future__ import annotations

import functools
import math
import tomllib
import unicodedata
from pathlib import Path

import numpy as np
import pytest

import gdviz
from gdviz.experiment.experiment import Experiment
from gdviz.experiment.file import from_text, load, to_text
from gdviz.files import resource
from gdviz.problems import Problem
from gdviz.problems.divergences import DistributionFit
from gdviz.problems.fit import DataFit
from gdviz.runs.config import RandomStart
from gdviz.runs.stopping import StopReason
from gdviz.runs.trajectory import Trajectory

EXAMPLES = sorted(path.stem for path in Path(resource("examples")).glob("*.toml"))

SUBJECTS = {
    "logistic regression by hand": ("logistic_by_hand",),
    "cross-entropy and KL divergence": (
        *("categorical_cross_entropy", "categorical_reverse_kl"),
        *("mixture_forward_kl", "mixture_reverse_kl"),
    ),
    "one sigmoid neuron": ("one_neuron",),
    "linear regression": ("closed_form", "line_fit"),
    "minimizing functions": ("parabola_from_afar", "three_squares_from_afar"),
    "multi-layer perceptron": ("iris_network", "exponential_network"),
    "Nesterov momentum": ("nesterov_looks_ahead",),
    "ridge and lasso": ("ridge_shrinks", "lasso_zeros"),
    "Adam and Adamax": ("adam_conventions",),
    "losses": ("outlier_squared_error", "outlier_absolute_error"),
    "backpropagation": ("backpropagation",),
    "vanishing gradient": ("vanishing_sigmoid", "vanishing_relu"),
    "local minima": ("local_minima", "himmelblau_starts", "double_well"),
    "mini-batches": ("mini_batches",),
    "famous failures": (
        *("reddi_counterexample", "frozen_adadelta", "exact_saddle"),
        *("sigmoid_plateau", "powell_badly_scaled"),
    ),
}
"""What the tutorials explain that the program was conceived from, and the examples that show it."""


def example(name: str) -> Path:
    return Path(resource("examples", f"{name}.toml"))


@functools.cache
def opened(name: str) -> tuple[Experiment, Problem, dict[str, Trajectory]]:
    """The experiment, its problem, and its runs by label; every example runs once for all tests."""
    experiment = load(example(name))
    assert experiment.problem is not None
    problem = experiment.problem.build()
    return experiment, problem, experiment.run(problem=problem)


def fit(name: str) -> DataFit:
    problem = opened(name)[1]
    assert isinstance(problem, DataFit)
    return problem


def ends(name: str) -> dict[str, np.ndarray]:
    return {label: item.points[-1] for label, item in opened(name)[2].items()}


# All of them
# --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("subject", "names"), SUBJECTS.items())
def test_that_every_subject_of_the_tutorials_has_its_examples(subject: str, names: tuple[str, ...]) -> None:
    assert set(names) <= set(EXAMPLES), subject


@pytest.mark.parametrize("name", EXAMPLES)
def test_that_an_example_is_told_in_english_and_chinese(name: str) -> None:
    experiment = load(example(name))
    assert experiment.title.isprintable()
    assert experiment.description
    assert list(experiment.translations) == ["zh"]
    for text in (experiment.words("zh").title, experiment.words("zh").description):
        assert any(unicodedata.name(sign, "").startswith("CJK UNIFIED") for sign in text)
    for text in (experiment.title, experiment.description):
        assert not any(unicodedata.name(sign, "").startswith("CJK") for sign in text)
    # One row of the welcome, two lines of a tip.
    assert len(experiment.title) <= 48
    assert len(experiment.words("zh").title) <= 24
    assert len(experiment.description) <= 130


def test_that_no_two_examples_are_called_the_same() -> None:
    for language in ("en", "zh"):
        titles = [load(example(name)).words(language).title for name in EXAMPLES]
        assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("name", EXAMPLES)
def test_that_an_example_runs_to_its_end(name: str) -> None:
    _, problem, trajectories = opened(name)
    assert len(trajectories) >= 2
    for label, trajectory in trajectories.items():
        assert trajectory.stop_reason is StopReason.FINISHED, label
        assert np.isfinite(trajectory.points).all(), label
        assert np.isfinite(trajectory.values).all(), label
        if (name, label) != ("reddi_counterexample", "Adam"):
            assert problem.value(trajectory.points[-1]) < problem.value(trajectory.points[0]), label


def test_that_paths_over_one_or_two_parameters_stay_within_the_picture() -> None:
    looked_at = 0
    # Adam's steps of a hundredth are a hundred times as wide as the picture of Powell's function: that is its lesson.
    for name in sorted(set(EXAMPLES) - {"powell_badly_scaled"}):
        _, problem, trajectories = opened(name)
        if problem.dimension > 2:
            continue
        looked_at += 1
        low, high = problem.domain.T
        for label, trajectory in trajectories.items():
            assert (trajectory.points >= low).all(), (name, label)
            assert (trajectory.points <= high).all(), (name, label)
    assert looked_at > 15


@pytest.mark.parametrize("name", EXAMPLES)
def test_that_an_example_is_written_as_the_program_writes_it(name: str) -> None:
    path = example(name)
    experiment = load(path)
    text = to_text(experiment, path.parent)
    assert from_text(text, path.name, path.parent) == experiment
    assert tomllib.loads(text).keys() == tomllib.loads(path.read_text(encoding="utf-8")).keys()


# Descent on functions
# --------------------------------------------------------------------------------------------------------------


def test_that_the_largest_rate_and_the_heavy_ball_end_in_the_other_well() -> None:
    wells = {label: round(float(point[0]), 2) for label, point in ends("double_well").items()}
    assert wells == {"Rate 0.01": 1.0, "Rate 0.05": 1.0, "Rate 0.1": -1.0, "Momentum": -1.0}


def test_that_six_starts_reach_all_four_minima() -> None:
    minima = gdviz.problem("himmelblau").minima
    reached = {int(np.argmin(np.linalg.norm(minima - point, axis=1))) for point in ends("himmelblau_starts").values()}
    assert reached == {0, 1, 2, 3}
    for point in ends("himmelblau_starts").values():
        assert np.linalg.norm(minima - point, axis=1).min() < 1e-3


def test_that_every_start_ends_in_the_nearest_dent() -> None:
    for trajectory in opened("local_minima")[2].values():
        start, end = float(trajectory.points[0, 0]), float(trajectory.points[-1, 0])
        assert end == pytest.approx(round(start) * 0.995, abs=0.003)
    values = [float(trajectory.values[-1]) for trajectory in opened("local_minima")[2].values()]
    assert sorted(values)[0] < 1e-12
    assert sorted(values)[1] > 0.99


def test_that_plain_descent_leaves_the_saddle_last() -> None:
    left = {label: int(np.argmax(np.abs(item.points[:, 1]) > 0.5)) for label, item in opened("saddle")[2].items()}
    assert min(left.values()) > 0
    assert left["Gradient descent"] == max(left.values())
    assert min(left, key=lambda label: left[label]) in {"Adagrad", "Adam", "RMSprop"}


@pytest.mark.parametrize(
    ("name", "size", "share"), [("parabola_from_afar", 1, 0.96), ("three_squares_from_afar", 3, 0.98)]
)
def test_that_starts_from_afar_shrink_by_the_same_share_every_step(name: str, size: int, share: float) -> None:
    experiment, _, trajectories = opened(name)
    starts = set()
    for entry, trajectory in zip(experiment.runs, trajectories.values(), strict=True):
        assert entry.config.start == RandomStart(-1000.0, 1000.0)
        assert entry.config.optimizer.options()["learning_rate"] == 0.01
        assert trajectory.points.shape == (1001, size)
        start = trajectory.points[0]
        starts.add(tuple(start))
        powers = share ** np.arange(1001.0)[:, None]
        np.testing.assert_allclose(trajectory.points, powers * start, rtol=1e-10)
    assert len(starts) == 3


def test_that_nesterov_swings_less_than_momentum_and_arrives_first() -> None:
    _, _, trajectories = opened("nesterov_looks_ahead")
    way = {
        label: float(np.linalg.norm(np.diff(item.points, axis=0), axis=1).sum()) for label, item in trajectories.items()
    }
    assert way["Nesterov"] < 0.75 * way["Momentum"]
    assert trajectories["Nesterov"].values[-1] < 0.01 * trajectories["Momentum"].values[-1]
    assert trajectories["Momentum"].values[-1] < 0.1 * trajectories["Gradient descent"].values[-1]
    # After the first step both have met the same gradient; Nesterov's own step looks further.
    np.testing.assert_allclose(
        trajectories["Nesterov"].points[1] - trajectories["Nesterov"].points[0],
        1.95 * (trajectories["Momentum"].points[1] - trajectories["Momentum"].points[0]),
        rtol=1e-12,
    )


def test_that_epsilon_alone_tells_the_conventions_of_adam_apart() -> None:
    _, problem, trajectories = opened("adam_conventions")
    slope = float(problem.gradient(np.array([6.0]))[0])
    first = {label: float(item.points[0, 0] - item.points[1, 0]) for label, item in trajectories.items()}
    # Kingma & Ba 2015: after one step m̂ = g and v̂ = g²; Keras adds its ε to √v before the bias is corrected.
    assert first["Adam, torch"] == pytest.approx(0.05 * slope / (slope + 1e-8), rel=1e-6)
    corrected = 0.05 * math.sqrt(1 - 0.999) / (1 - 0.9)
    assert first["Adam, Keras"] == pytest.approx(corrected * 0.1 * slope / (math.sqrt(0.001) * slope + 1e-7), rel=1e-6)
    assert first["Adamax, paper"] == pytest.approx(0.05, rel=1e-12)
    assert first["Adamax, torch"] == pytest.approx(0.05 * slope / (slope + 1e-8), rel=1e-6)
    assert first["Adamax, Keras"] == pytest.approx(0.05 * slope / (slope + 1e-7), rel=1e-6)
    middle = {label: abs(float(item.points[100, 0])) for label, item in trajectories.items()}
    assert middle["Adam, torch"] < middle["Adam, Keras"] < middle["Adamax, torch"] < middle["Adamax, Keras"]


# Fits to data
# --------------------------------------------------------------------------------------------------------------


def test_that_fits_come_close_to_their_minimum() -> None:
    for name in ("iris_species", "line_fit", "mini_batches"):
        problem = fit(name)
        lowest = problem.value(problem.minima[0])
        for point in ends(name).values():
            assert problem.value(point) < lowest + 0.05


def test_that_logistic_regression_is_what_one_writes_by_hand() -> None:
    problem = fit("logistic_by_hand")
    rows = np.column_stack([problem.data.X, np.ones(problem.data.rows)])
    theta = np.zeros(2)
    trajectory = opened("logistic_by_hand")[2]["Rate 0.1"]
    costs = []
    for step in range(1001):
        p = 1.0 / (1.0 + np.exp(-rows @ theta))
        if step % 100 == 0:
            costs.append(float(np.mean(-problem.data.y * np.log(p) - (1 - problem.data.y) * np.log(1 - p))))
            np.testing.assert_allclose(trajectory.points[step], theta, rtol=1e-9, atol=1e-12)
        theta = theta - 0.1 * rows.T @ (p - problem.data.y) / len(rows)
    assert costs[0] == pytest.approx(math.log(2.0), rel=1e-15)
    np.testing.assert_allclose(trajectory.values[::100], costs, rtol=1e-9)
    assert np.all(np.diff(trajectory.values[::100]) < 0)
    assert float(problem.at(trajectory.points[-1]).accuracy) == 0.875


def test_that_newton_sets_the_derivative_to_zero_in_one_step() -> None:
    problem = fit("closed_form")
    table = problem.data
    slope, bias = np.polyfit(table.X[:, 0], table.y, 1)
    trajectories = opened("closed_form")[2]
    np.testing.assert_allclose(trajectories["Derivative set to zero"].points[1], [slope, bias], rtol=1e-10)
    np.testing.assert_allclose(problem.minima[0], [slope, bias], rtol=1e-10)
    np.testing.assert_allclose(trajectories["Rate 0.1"].points[-1], [slope, bias], rtol=1e-8)
    assert abs(trajectories["Rate 0.01"].points[100, 1] - bias) > 0.1


def test_that_ridge_ends_at_the_coefficients_of_scikit_learn() -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    problem = fit("ridge_shrinks")
    reference = linear.Ridge(alpha=10.0).fit(problem.data.X, problem.data.y)
    expected = [*reference.coef_, reference.intercept_]
    np.testing.assert_allclose(problem.minima[0], expected, rtol=1e-9)
    np.testing.assert_allclose(ends("ridge_shrinks")["Closed form"], expected, rtol=1e-9)
    np.testing.assert_allclose(ends("ridge_shrinks")["Gradient descent"], expected, atol=1e-3)
    without = linear.LinearRegression().fit(problem.data.X, problem.data.y).coef_
    assert without[1] < 0 < reference.coef_[1]
    assert float(problem.at(problem.minima[0]).r2) == pytest.approx(reference.score(problem.data.X, problem.data.y))


def test_that_lasso_sets_six_weights_to_zero_where_a_constant_rate_chatters() -> None:
    problem = fit("lasso_zeros")
    lowest = problem.minima[0]
    zero = np.flatnonzero(lowest == 0.0)
    assert len(zero) == 6
    trajectories = opened("lasso_zeros")[2]
    constant, falling = (trajectories[label].points[-20:, zero] for label in ("Constant rate", "Falling rate"))
    assert np.abs(constant).max() > 1.0
    assert np.abs(falling).max() < 0.1
    np.testing.assert_allclose(ends("lasso_zeros")["Falling rate"], lowest, atol=0.1)


def test_that_an_outlier_pulls_the_squared_error_and_not_the_absolute() -> None:
    for name, label, slope, tolerance in (
        ("outlier_squared_error", "Gradient descent", 0.4997, 1e-4),
        ("outlier_absolute_error", "Falling rate", 0.3453, 2e-3),
    ):
        coefficients = fit(name).coefficients(ends(name)[label])
        assert float(coefficients.weights[0]) == pytest.approx(slope, abs=tolerance)
    trajectories = opened("outlier_absolute_error")[2]
    steps = {
        label: float(np.linalg.norm(np.diff(item.points[-50:], axis=0), axis=1).min())
        for label, item in trajectories.items()
    }
    assert steps["Constant rate"] > 0.05
    assert steps["Falling rate"] < 1e-3


def test_that_smaller_batches_take_noisier_paths() -> None:
    _, problem, trajectories = opened("mini_batches")
    spread = {
        label: float(np.linalg.norm(item.points[150:] - problem.minima[0], axis=1).mean())
        for label, item in trajectories.items()
    }
    assert spread["1 row a step"] > 2 * spread["8 rows a step"] > 4 * spread["All rows"]


# Neurons, networks, distributions
# --------------------------------------------------------------------------------------------------------------


def test_that_the_neuron_has_the_numbers_of_the_page() -> None:
    _, problem, trajectories = opened("one_neuron")
    trajectory = trajectories["Rate 0.5"]
    assert trajectory.values[0] == pytest.approx(0.011275, abs=5e-7)
    gradient = problem.gradient(np.array([0.2, 0.1]))
    assert float(gradient[0]) == pytest.approx(-0.018584, abs=5e-7)
    assert float(gradient[1]) == pytest.approx(-0.150166 * 0.247517, abs=5e-7)
    np.testing.assert_allclose(trajectory.points[1], [0.2, 0.1] - 0.5 * gradient, rtol=1e-12)
    for point in ends("one_neuron").values():
        assert 1.0 / (1.0 + math.exp(-(0.5 * point[0] + point[1]))) == pytest.approx(0.7, abs=2e-3)


def test_that_cross_entropy_falls_to_the_entropy_along_the_path_of_the_divergence() -> None:
    _, problem, trajectories = opened("categorical_cross_entropy")
    entropy = -sum(p * math.log(p) for p in (0.6, 0.3, 0.1))
    assert isinstance(problem, DistributionFit)
    for trajectory in trajectories.values():
        assert trajectory.values[-1] == pytest.approx(entropy, abs=1e-6)
        said = problem.divergences(trajectory.points)
        np.testing.assert_allclose(said.cross_entropy, entropy + said.forward, rtol=1e-12)
    config = load(example("categorical_cross_entropy")).runs[0].config
    same = gdviz.minimize(gdviz.problem("categorical", objective="forward_kl"), config.optimizer, steps=config.steps)
    np.testing.assert_allclose(same.points, trajectories["Gradient descent"].points, atol=1e-12)
    other = opened("categorical_reverse_kl")[2]["Gradient descent"]
    assert np.abs(other.points[10] - same.points[10]).max() > 0.1
    for trajectory in opened("categorical_reverse_kl")[2].values():
        q = np.exp(trajectory.points[-1])
        np.testing.assert_allclose(q / q.sum(), [0.6, 0.3, 0.1], atol=1e-3)


def test_that_the_forward_divergence_covers_both_bells_and_the_reverse_seeks_one() -> None:
    mean = 0.6 * -2.0 + 0.4 * 2.0
    deviation = math.sqrt(0.6 * (0.7**2 + 4.0) + 0.4 * (0.5**2 + 4.0) - mean**2)
    for point in ends("mixture_forward_kl").values():
        np.testing.assert_allclose(point, [mean, math.log(deviation)], atol=0.12)
    found = {label: point.tolist() for label, point in ends("mixture_reverse_kl").items()}
    assert found["From the left"] == pytest.approx([-2.0, math.log(0.7)], abs=0.02)
    assert found["From the right"] == pytest.approx([2.0, math.log(0.5)], abs=0.02)
    assert found["From the middle"] == pytest.approx(found["From the left"], abs=0.01)


def test_that_networks_learn_iris_and_the_exponential() -> None:
    irises, curve = fit("iris_network"), fit("exponential_network")
    assert irises.data.class_names == ("setosa", "versicolor", "virginica")
    for point in ends("iris_network").values():
        assert float(irises.at(point).accuracy) >= 0.98
    np.testing.assert_allclose(curve.data.y, np.exp(np.arange(-30, 31) / 10.0), rtol=1e-12)
    score = {label: float(curve.at(point).r2) for label, point in ends("exponential_network").items()}
    assert score["L-BFGS"] > 0.99999
    assert min(score["Adam"], score["SGD, constant rate"]) > 0.999
    assert score["SGD, inverse scaling"] < score["SGD, adaptive"] < score["SGD, constant rate"]


def test_that_the_small_network_learns_exclusive_or_by_the_formulas_of_backpropagation() -> None:
    problem = fit("backpropagation")
    for point in ends("backpropagation").values():
        assert float(problem.at(point).accuracy) > 0.95
    point = ends("backpropagation")["Gradient descent"]
    first, bias, second, last = point[:8].reshape(2, 4), point[8:12], point[12:16], point[16]
    x, y = problem.data.X, problem.data.y
    hidden = np.tanh(x @ first + bias)
    error = 1.0 / (1.0 + np.exp(-(hidden @ second + last))) - y
    delta = np.outer(error, second) * (1.0 - hidden**2)
    rows = len(y)
    by_hand = [*(x.T @ delta / rows).ravel(), *delta.mean(axis=0), *(hidden.T @ error / rows), error.mean()]
    np.testing.assert_allclose(problem.gradient(point), by_hand, rtol=1e-8, atol=1e-12)


def test_that_the_gradient_vanishes_through_sigmoids_and_survives_relus() -> None:
    shares = {}
    for name in ("vanishing_sigmoid", "vanishing_relu"):
        problem = fit(name)
        start = opened(name)[2]["Gradient descent"].points[0]
        norms = np.asarray(problem.layer_norms(problem.gradient(start)))
        shares[name] = float(norms[0] / norms[-1])
    assert shares["vanishing_sigmoid"] < 1e-3
    assert shares["vanishing_relu"] > 0.1
    for trajectory in opened("vanishing_sigmoid")[2].values():
        assert trajectory.values[-1] == pytest.approx(math.log(2.0), abs=1e-3)
    for trajectory in opened("vanishing_relu")[2].values():
        assert trajectory.values[-1] < 0.01


# Where descent fails
# --------------------------------------------------------------------------------------------------------------


def test_that_adam_ends_at_the_worst_point_and_amsgrad_at_the_best() -> None:
    reached = {label: float(point[0]) for label, point in ends("reddi_counterexample").items()}
    assert reached["Adam"] == pytest.approx(1.0, abs=0.02)
    assert reached["AMSGrad"] == pytest.approx(-1.0, abs=0.05)
    assert reached["Gradient descent"] == pytest.approx(-1.0, abs=0.05)


def test_that_adadelta_is_frozen_by_the_defaults_of_keras() -> None:
    _, _, trajectories = opened("frozen_adadelta")
    way = {label: float(np.linalg.norm(item.points[-1] - item.points[0])) for label, item in trajectories.items()}
    assert way["Keras' defaults"] < 0.01
    assert way["torch's defaults"] > 5.0
    assert way["Keras with rate 1"] > 2.0


def test_that_a_start_on_the_ridge_ends_on_the_saddle_unless_it_is_nudged() -> None:
    heights = {label: float(point[1]) for label, point in ends("exact_saddle").items()}
    assert heights["y = 0"] == heights["y = 0, Adam"] == 0.0
    assert abs(heights["y = 0 with noise"]) == pytest.approx(1.0, abs=0.05)
    assert heights["y = 0.001"] == pytest.approx(1.0, abs=1e-3)


def test_that_the_squared_error_has_a_plateau_and_the_cross_entropy_none() -> None:
    stuck, _, freed = ends("sigmoid_plateau").values()
    assert float(stuck[0]) > 9.9
    assert float(freed[0]) < -3.0
    _, problem, _ = opened("sigmoid_plateau")
    assert float(problem.gradient(np.array([10.0]))[0]) == pytest.approx(4.5e-5, rel=0.02)
    for point in ends("entropy_has_no_plateau").values():
        assert float(point[0]) < -3.0


def test_that_only_methods_that_learn_the_scales_solve_the_badly_scaled_problem() -> None:
    _, problem, trajectories = opened("powell_badly_scaled")
    final = {label: float(problem.value(item.points[-1])) for label, item in trajectories.items()}
    assert min(final["Gradient descent"], final["Adam"]) > 0.1
    assert max(final["BFGS"], final["Levenberg–Marquardt"]) < 1e-20
    np.testing.assert_allclose(ends("powell_badly_scaled")["BFGS"], problem.minima[0], rtol=1e-5)
