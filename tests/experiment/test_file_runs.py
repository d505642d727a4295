"""Schedules, clipping and noise in experiment files: what is read is what was written."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdviz.experiment.experiment import Experiment, ProblemChoice, RunEntry
from gdviz.experiment.file import from_text, to_text
from gdviz.optimizers import optimizer
from gdviz.runs.clipping import Clipping
from gdviz.runs.config import RunConfig
from gdviz.runs.noise import NOISES
from gdviz.schedules import SCHEDULES, StepSchedule, schedule

TEXT = """\
gdviz = 1

[problem]
name = "rosenbrock"

[[run]]
optimizer = "adam"
learning_rate = { schedule = "cosine", initial = 0.02, steps = 500 }
steps = 60
clipping = { norm = 1.0, convention = "optax" }
noise = { kind = "student_t", scale = 0.5 }
changes = [{ step = 40, learning_rate = { schedule = "multistep", initial = 0.1, milestones = [50, 55] } }]
"""


def round_trip(config: RunConfig) -> RunConfig:
    experiment = Experiment(problem=ProblemChoice("rosenbrock"), runs=(RunEntry(1, config),))
    return from_text(to_text(experiment, Path("/")), "again.toml", Path("/")).runs[0].config


def test_that_a_table_makes_a_learning_rate_a_schedule() -> None:
    experiment = from_text(TEXT, "run.toml", Path("/"))
    config = experiment.runs[0].config
    assert config.optimizer == optimizer("adam", learning_rate=schedule("cosine", initial=0.02, steps=500))
    assert config.clipping == Clipping(norm=1.0, convention="optax")
    assert config.noise == NOISES.make("student_t", {"scale": 0.5})
    (trajectory,) = experiment.run().values()
    cosine = schedule("cosine", initial=0.02, steps=500)
    assert isinstance(cosine, StepSchedule)
    np.testing.assert_array_equal(trajectory.learning_rates[:40], cosine.rate(np.arange(40)))
    np.testing.assert_allclose(trajectory.learning_rates[[40, 49, 50, 55]], [0.1, 0.1, 0.01, 0.001], rtol=1e-15)
    assert from_text(to_text(experiment, Path("/")), "again.toml", Path("/")) == experiment


def test_that_a_schedule_is_written_in_one_line_with_its_rate() -> None:
    text = to_text(from_text(TEXT, "run.toml", Path("/")), Path("/"))
    # 500 steps are the default, and go without saying.
    assert 'learning_rate = { schedule = "cosine", initial = 0.02 }\n' in text
    assert 'clipping = { norm = 1.0, convention = "optax" }\n' in text
    assert 'noise = { kind = "student_t", scale = 0.5 }\n' in text


@pytest.mark.parametrize("cls", list(SCHEDULES), ids=lambda cls: cls.name)
def test_that_every_schedule_comes_back_as_it_was(cls: Any) -> None:
    for made in (cls(), cls.from_rate(0.37)):
        config = RunConfig(optimizer("momentum", learning_rate=made))
        assert round_trip(config) == config
        changed = RunConfig(optimizer("momentum")).changed_at(7, {"learning_rate": made, "momentum": 0.3})
        assert round_trip(changed) == changed


@pytest.mark.parametrize("cls", list(NOISES), ids=lambda cls: cls.name)
def test_that_noise_and_clipping_come_back_as_they_were(cls: Any) -> None:
    config = RunConfig(optimizer("adam"), noise=cls(), clipping=Clipping(value=0.3))
    assert round_trip(config) == config
    assert round_trip(dataclasses.replace(config, noise=None, clipping=Clipping())) != config
