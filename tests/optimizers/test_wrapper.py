"""Methods around a method: how they are said, and that what is inside steps as it would alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import gdviz
from gdviz.__main__ import main
from gdviz.errors import InputError, ParameterError
from gdviz.experiment import edits
from gdviz.experiment.file import from_text, to_text
from gdviz.optimizers import OPTIMIZERS, GradientRule, optimizer
from gdviz.optimizers.adam import Adam
from gdviz.optimizers.sam import SAM
from gdviz.optimizers.wrapper import Wrapper
from gdviz.parameters import parameter
from gdviz.runs.config import RunConfig
from gdviz.schedules import SCHEDULES

WRAPPERS = [cls for cls in OPTIMIZERS if issubclass(cls, Wrapper)]
INSIDE = [cls for cls in OPTIMIZERS if issubclass(cls, GradientRule)]

FILE = """gdviz = 1

[problem]
name = "rosenbrock"

[[run]]
optimizer = "lookahead"
base = "momentum"
k = 3
learning_rate = 0.0005
momentum = 0.8
steps = 20
changes = [{ step = 7, alpha = 0.25, momentum = 0.5 }]
"""


@pytest.mark.parametrize("inside", INSIDE, ids=lambda cls: cls.name)
@pytest.mark.parametrize("wrapper", WRAPPERS, ids=lambda cls: cls.name)
def test_that_every_gradient_rule_goes_into_every_wrapper_with_all_its_options(
    wrapper: type[Wrapper], inside: type[GradientRule]
) -> None:
    method = optimizer(wrapper.name, base=inside.name)
    alone = inside.from_options({})
    assert method.rule == alone
    assert method.learning_rate == alone.learning_rate
    assert len(method.options()) == len({item.name for item in method.declarations})
    assert sorted(map(repr, alone.options().values())) == sorted(
        repr(value) for name, value in method.options().items() if name not in {"base", *_own(wrapper)}
    )
    assert set(method.changed_options()) <= {"base"}
    trajectory = gdviz.minimize("rosenbrock", method, steps=4)
    assert len(trajectory) == 5


def _own(wrapper: type[Wrapper]) -> set[str]:
    return {
        "sam": {"rho"},
        "lookahead": {"k", "alpha"},
        "averaging": {"average", "average_decay", "begin"},
    }[wrapper.name]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sam", {"rho": 0.0}),
        ("lookahead", {"alpha": 1.0}),
        ("lookahead", {"k": 1000}),
        ("averaging", {"average_decay": 0.0}),
        ("averaging", {"begin": 1000}),
    ],
)
@pytest.mark.parametrize("base", ["gradient_descent", "momentum", "adam", "rmsprop"])
def test_that_where_a_wrapper_changes_nothing_the_path_is_that_of_the_method_inside(
    name: str, options: dict[str, Any], base: str
) -> None:
    alone = gdviz.minimize("rosenbrock", optimizer(base, learning_rate=3e-4), steps=60).points
    wrapped = gdviz.minimize("rosenbrock", optimizer(name, base=base, learning_rate=3e-4, **options), steps=60).points
    np.testing.assert_allclose(wrapped, alone, rtol=1e-12)


def test_that_an_option_called_like_one_of_the_wrapper_s_is_reached_with_base_before_it() -> None:
    @dataclass(frozen=True)
    class Crowded(SAM):
        name: ClassVar[str] = "crowded"

        momentum: float = parameter(0.25, low=0, high=1, symbol="c", help="Something else. Too big: too much.")

    method = Crowded.from_options({"base": "momentum", "momentum": 0.75, "base_momentum": 0.5})
    assert (method.momentum, method.rule.momentum) == (0.75, 0.5)
    assert method.changed({"base_momentum": 0.1}).rule.momentum == 0.1
    assert Crowded.from_options(method.options()) == method
    assert method.changed_options() == {"base": "momentum", "momentum": 0.75, "base_momentum": 0.5}


def test_that_sam_takes_the_gradient_at_the_probe_and_counts_two() -> None:
    function, x = gdviz.problem("rosenbrock"), np.array([-1.2, 1.0])
    trajectory = gdviz.minimize(function, optimizer("sam", rho=0.3, learning_rate=1e-3), start=x, steps=3)
    for step in range(3):
        gradient = function.gradient(x)
        probe = x + 0.3 * gradient / np.linalg.norm(gradient)
        x = x - 1e-3 * function.gradient(probe)
        np.testing.assert_allclose(trajectory.points[step + 1], x, rtol=1e-13)
        told = {item.name: item.value for item in trajectory.explain(step).quantities}
        np.testing.assert_allclose(told["Probe"], probe, rtol=1e-14)
        np.testing.assert_allclose(told["Gradient at the probe"], function.gradient(probe), rtol=1e-13)
    np.testing.assert_array_equal(trajectory.evaluations.gradient, [0, 2, 4, 6])


def test_that_lookahead_goes_half_the_way_at_every_fifth_step_and_the_method_inside_keeps_its_velocity() -> None:
    function = gdviz.problem("rosenbrock")
    x = slow = np.array([-1.2, 1.0])
    velocity = np.zeros(2)
    expected = [x]
    for step in range(1, 18):
        velocity = 0.9 * velocity + function.gradient(x)
        x = x - 2e-4 * velocity
        if step % 5 == 0:
            x = slow = slow + 0.5 * (x - slow)
        expected.append(x)
    method = optimizer("lookahead", base="momentum", learning_rate=2e-4)
    trajectory = gdviz.minimize(function, method, start=[-1.2, 1.0], steps=17)
    np.testing.assert_allclose(trajectory.points, expected, rtol=1e-12)
    np.testing.assert_array_equal(trajectory.evaluations.gradient, np.arange(18))
    told = {item.name: item.value for item in trajectory.explain(4).quantities}
    np.testing.assert_allclose(told["Slow weights"], expected[5], rtol=1e-12)
    np.testing.assert_array_equal(told["Slow weights before"], [-1.2, 1.0])


def test_that_averages_are_those_of_the_path_of_the_method_inside() -> None:
    alone = gdviz.minimize("rosenbrock", optimizer("adam", learning_rate=0.05), steps=40).points
    mean = gdviz.minimize(
        "rosenbrock", optimizer("averaging", base="adam", learning_rate=0.05, average="mean", begin=10), steps=40
    ).points
    np.testing.assert_array_equal(mean[:11], alone[:11])
    for step in range(11, 41):
        np.testing.assert_allclose(mean[step], alone[11 : step + 1].mean(axis=0), rtol=1e-12)
    exponential = gdviz.minimize(
        "rosenbrock", optimizer("averaging", base="adam", learning_rate=0.05, average_decay=0.9), steps=40
    ).points
    expected = alone[0]
    for step in range(1, 41):
        expected = 0.9 * expected + 0.1 * alone[step]
        np.testing.assert_allclose(exponential[step], expected, rtol=1e-12)


@pytest.mark.torch
def test_that_averages_are_torch_s() -> None:
    torch = pytest.importorskip("torch")
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    path = gdviz.minimize("rosenbrock", optimizer("momentum"), steps=30).points
    for kind, function in (("mean", None), ("exponential", get_ema_multi_avg_fn(0.9))):
        module = torch.nn.Linear(2, 1, bias=False, dtype=torch.float64)
        averaged = AveragedModel(module, multi_avg_fn=function)
        ours = gdviz.minimize(
            "rosenbrock",
            optimizer("averaging", base="momentum", average=kind, average_decay=0.9, begin=1 if function else 0),
            steps=30,
        ).points
        for step in range(1, 31):
            # torch's first average is the first point that it is given.
            module.weight.data[:] = torch.from_numpy(path[step].copy())
            averaged.update_parameters(module)
            np.testing.assert_allclose(ours[step], averaged.module.weight.detach().numpy()[0], rtol=1e-12)


def test_that_a_method_may_be_given_as_it_is() -> None:
    inside = Adam(learning_rate=0.05, beta1=0.8)
    assert optimizer("lookahead", base=inside, k=3) == optimizer(
        "lookahead", base="adam", k=3, learning_rate=0.05, beta1=0.8
    )


def test_that_changed_options_reach_wrapper_and_method_inside_and_another_method_begins_with_its_defaults() -> None:
    method = optimizer("lookahead", base="adam", learning_rate=0.05)
    changed = method.changed({"k": 9, "beta1": 0.5})
    assert (changed.k, changed.rule.beta1, changed.learning_rate) == (9, 0.5, 0.05)
    other = changed.changed({"base": "momentum"})
    assert (other.k, other.rule) == (9, optimizer("momentum"))
    with pytest.raises(ParameterError, match="lookahead around adam has no option 'dampening'"):
        method.changed({"dampening": 0.5})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"base": "newton"}, "base can't be newton, which does not step by the gradient alone; choose a gradient rule"),
        ({"base": "sam"}, "base can't be sam"),
        ({"base": "adm"}, "unknown optimizer 'adm'; did you mean adam"),
        ({"base": None}, "unknown optimizer 'None'"),
        ({"learningrate": 1}, "has no option 'learningrate'; did you mean learning_rate"),
        ({"learning_rate": -1.0}, "learning_rate must be a finite number above 0"),
        ({"k": 0}, "k must be a whole number at least 1"),
    ],
)
def test_that_what_can_t_be_wrapped_or_set_is_refused_in_a_sentence(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message.replace(".", r"\.")):
        optimizer("lookahead", **options)


def test_that_an_experiment_file_says_base_and_options_in_one_table_and_is_read_as_it_was_written(
    tmp_path: Path,
) -> None:
    experiment = from_text(FILE, "race.toml", tmp_path)
    config = experiment.runs[0].config
    assert config.optimizer == optimizer("lookahead", base="momentum", k=3, learning_rate=5e-4, momentum=0.8)
    assert config.optimizer_at(7).options()["momentum"] == 0.5
    assert config.optimizer_at(7).options()["alpha"] == 0.25
    text = to_text(experiment, tmp_path)
    assert 'base = "momentum"' in text
    assert from_text(text, "race.toml", tmp_path) == experiment
    assert len(experiment.run()["Lookahead"]) == 21


@pytest.mark.parametrize(
    ("line", "wrong", "message"),
    [
        ('base = "momentum"', 'base = "momentun"', r"race\.toml, line 8: unknown optimizer 'momentun'"),
        ('base = "momentum"', 'base = "lbfgs"', r"line 8: .*base can't be lbfgs"),
        ("momentum = 0.8", "beta1 = 0.8", r"line 11: unknown key 'beta1'"),
    ],
)
def test_that_a_wrong_method_inside_is_refused_with_its_line(
    line: str, wrong: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        from_text(FILE.replace(line, wrong), "race.toml", tmp_path)


def test_that_the_command_line_says_base_and_options_in_one_list(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "path.json"
    words = ["run", "--problem", "rosenbrock", "--steps", "6", "--out", str(out)]
    assert main([*words, "--optimizer", "lookahead:base=momentum,k=2,learning_rate=cosine(initial=1e-4,steps=6)"]) == 0
    capsys.readouterr()
    rates = [row["learning_rate"] for row in json.loads(out.read_text())]
    assert rates[0] == pytest.approx(1e-4)
    assert rates[-1] < 1e-5
    assert main([*words, "--optimizer", "sam:base=nadm"]) == 2
    assert "unknown optimizer 'nadm'; did you mean nadam" in capsys.readouterr().err
    assert main(["list", "optimizers", "--json"]) == 0
    listed = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    base = next(item for item in listed["sam"]["options"] if item["name"] == "base")
    assert base["kind"] == "choice"
    assert "adam" in base["choices"]
    assert "newton" not in base["choices"]


def test_that_in_the_middle_of_a_run_options_change_but_not_the_method_inside() -> None:
    config = RunConfig(optimizer=optimizer("lookahead", base="adam"), steps=20)
    assert config.changed_at(5, {"beta1": 0.5, "k": 2}).optimizer_at(5).rule.beta1 == 0.5
    with pytest.raises(InputError, match="lookahead can't go on from adam to momentum in the middle of a run"):
        config.changed_at(5, {"base": "momentum"})


def test_that_another_method_inside_drops_the_changes_of_options_that_it_has_not() -> None:
    experiment = from_text(FILE, "race.toml", Path())
    edited = edits.set_hyper_parameters(experiment, 1, {"base": "adam"})
    assert edited.runs[0].config.optimizer == optimizer("lookahead", base="adam", k=3)
    assert [dict(change.options) for change in edited.runs[0].config.changes] == [{"alpha": 0.25}]


def test_that_a_schedule_drives_the_method_inside() -> None:
    schedule = SCHEDULES.make("exponential", {})
    wrapped = gdviz.minimize("rosenbrock", optimizer("averaging", average_decay=0.0, learning_rate=schedule), steps=9)
    alone = gdviz.minimize("rosenbrock", optimizer("gradient_descent", learning_rate=schedule), steps=9)
    np.testing.assert_array_equal(wrapped.learning_rates, alone.learning_rates)
    np.testing.assert_array_equal(wrapped.points, alone.points)
