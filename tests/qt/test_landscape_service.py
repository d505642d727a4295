"""The landscape on offer is that of the problem and the plane asked for last, or there is none yet."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import gdviz
from gdviz.analysis.plane import Curve, Surface
from gdviz.qt import landscape_service
from gdviz.qt.landscape_service import LandscapeService
from gdviz.qt.worker_thread import WorkerThread


@pytest.fixture
def worker(qtbot: QtBot) -> Iterator[WorkerThread]:
    worker = WorkerThread()
    yield worker
    assert worker.close()


@pytest.fixture
def service(worker: WorkerThread) -> LandscapeService:
    return LandscapeService(worker)


def finished(qtbot: QtBot, service: LandscapeService) -> None:
    qtbot.waitUntil(lambda: service.surface is not None and not service.busy, timeout=10_000)


def test_that_no_landscape_of_the_problem_before_is_left(qtbot: QtBot, service: LandscapeService) -> None:
    booth, valley = gdviz.problem("booth"), gdviz.problem("rosenbrock")
    service.show(booth, (0, 1), booth.start)
    finished(qtbot, service)

    service.show(valley, (0, 1), valley.start)

    assert service.surface is None
    assert service.busy
    finished(qtbot, service)
    surface = service.surface
    assert isinstance(surface, Surface)
    assert surface.values[0, 0] == valley.value(np.array(valley.domain)[:, 0])


def test_that_no_landscape_of_the_plane_before_is_left(qtbot: QtBot, service: LandscapeService) -> None:
    problem = gdviz.problem("booth")
    service.show(problem, (0, 1), problem.start)
    finished(qtbot, service)

    service.show(problem, (1, 0), problem.start)

    assert service.surface is None
    finished(qtbot, service)


def test_that_a_part_of_the_plane_keeps_the_landscape_until_there_is_another(
    qtbot: QtBot, service: LandscapeService
) -> None:
    problem = gdviz.problem("booth")
    service.show(problem, (0, 1), problem.start)
    finished(qtbot, service)
    before = service.surface

    service.set_range(((0.0, 1.0), (0.0, 1.0)))

    assert service.surface is before
    qtbot.waitUntil(lambda: service.surface is not before and not service.busy, timeout=10_000)
    assert isinstance(service.surface, Surface | Curve)


def test_that_a_fault_while_sampling_is_told(
    qtbot: QtBot, service: LandscapeService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)

    def broken(*_arguments: object, **_options: object) -> Iterator[object]:
        raise ArithmeticError("the valley is on fire")
        yield

    monkeypatch.setattr(landscape_service, "sample_surface", broken)
    problem = gdviz.problem("booth")

    with qtbot.waitSignal(service.failed) as failed:
        service.show(problem, (0, 1), problem.start)

    assert "the valley is on fire" in failed.args[0]
    assert not service.busy
    assert service.surface is None
