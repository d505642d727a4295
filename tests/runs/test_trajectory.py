from __future__ import annotations

import numpy as np
import pytest

import gdviz.runs.trajectory
from gdviz.oracle import Evaluations
from gdviz.runs.stopping import StopReason
from gdviz.runs.trajectory import Checkpoint, Trajectory


def filled(trajectory: Trajectory, count: int) -> None:
    rows = trajectory.reserve(count)
    first = len(trajectory)
    numbers = np.arange(first, first + count, dtype=float)
    rows.points[:] = numbers[:, None]
    rows.values[:] = rows.gradient_norms[:] = rows.learning_rates[:] = numbers
    rows.evaluations[:] = numbers[:, None]
    trajectory.publish(count)


def test_that_columns_grow_and_keep_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gdviz.runs.trajectory, "_FIRST_BYTES", 64 * 1024)
    trajectory = Trajectory(np.zeros(2), expected_steps=9_999)
    for count in (1, 1, 1022, 1, 5000, 3975):
        filled(trajectory, count)
    assert len(trajectory) == 10_000
    assert trajectory.steps == 9_999
    np.testing.assert_array_equal(trajectory.values, np.arange(10_000))
    np.testing.assert_array_equal(trajectory.points[:, 1], np.arange(10_000))
    np.testing.assert_array_equal(trajectory.evaluations.total, 3 * np.arange(10_000))


def test_that_rows_reserved_but_not_published_are_not_seen() -> None:
    trajectory = Trajectory(np.zeros(2), expected_steps=10)
    filled(trajectory, 3)
    trajectory.reserve(5).values[:] = 99
    assert len(trajectory.values) == 3
    trajectory.publish(0)
    assert len(trajectory.values) == 3


def test_that_readers_cannot_write() -> None:
    trajectory = Trajectory(np.zeros(2), expected_steps=10)
    filled(trajectory, 3)
    for column in trajectory.rows():
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1
    trajectory.reserve(1).values[:] = 1  # the writer still can


def test_that_memory_is_no_more_than_the_run_can_fill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gdviz.runs.trajectory, "_FIRST_BYTES", 64 * 1024)
    trajectory = Trajectory(np.zeros(2), expected_steps=1500)
    filled(trajectory, 1024)
    filled(trajectory, 477)
    assert trajectory.points.base is not None
    assert len(trajectory.points.base) == 1501


@pytest.mark.parametrize("batch", [(), (1000,), (100_000,)])
def test_that_room_for_the_first_rows_is_bounded_however_many_descents(batch: tuple[int, ...]) -> None:
    trajectory = Trajectory(np.zeros((*batch, 2)), expected_steps=100_000_000)
    filled(trajectory, 1)
    columns = [column.base for column in trajectory.rows()]
    room = sum(column.nbytes for column in columns if column is not None)
    assert room <= 2**23
    assert room > 2**22


def test_that_part_of_the_rows_can_be_read() -> None:
    trajectory = Trajectory(np.zeros(1), expected_steps=10)
    filled(trajectory, 8)
    np.testing.assert_array_equal(trajectory.rows(3, 5).values, [3, 4])
    np.testing.assert_array_equal(trajectory.rows(6, 100).values, [6, 7])


def test_that_too_many_checkpoints_are_thinned_to_even_spacing() -> None:
    trajectory = Trajectory(np.zeros(1), expected_steps=1000, checkpoint_spacing=10, max_checkpoints=8)
    for step in range(0, 201, 10):
        trajectory.add_checkpoint(Checkpoint(step, np.zeros(1), None, Evaluations(0, 0, 0)))
        assert len(trajectory.checkpoints) <= 8
    assert [item.step for item in trajectory.checkpoints] == [0, 40, 80, 120, 160, 200]
    assert trajectory.checkpoint_before(159).step == 120
    assert trajectory.checkpoint_before(160).step == 160


def test_that_a_running_trajectory_has_no_sentence() -> None:
    trajectory = Trajectory(np.zeros(1))
    assert not trajectory.finished
    assert trajectory.sentence == ""
    trajectory.stop_step, trajectory.stop_reason = 4, StopReason.CONVERGED
    assert trajectory.finished
    assert trajectory.sentence == "converged at step 4: the gradient is as small as asked"
