"""The pyramid against plain minima and maxima over the same rows."""

import numpy as np
import pytest

from gdviz.analysis.pyramid import NOTHING, MinMaxPyramid, outline


def noisy(count, seed=0):
    generator = np.random.default_rng(seed)
    return np.exp(generator.standard_normal(count)) - 0.3


def filled(values, pieces=(1, 15, 16, 17, 1000, 70_000), floor=0.0):
    """A pyramid appended to in pieces of changing sizes, as a live run gives them."""
    pyramid = MinMaxPyramid(floor)
    first = 0
    while first < len(values):
        size = pieces[first % len(pieces)]
        pyramid.append(values[first : first + size])
        first += size
    return pyramid


def plain(values, first, stop, floor=0.0):
    part = values[first:stop]
    part = part[np.isfinite(part)]
    above = part[part > floor]
    return (
        part.min() if len(part) else np.inf,
        part.max() if len(part) else -np.inf,
        above.min() if len(above) else np.inf,
    )


@pytest.mark.parametrize("count", [1, 15, 16, 17, 255, 256, 257, 4097, 70_001])
def test_that_extremes_are_exact_between_any_two_rows(count):
    values = noisy(count)
    pyramid = filled(values)
    generator = np.random.default_rng(count)
    for first, stop in generator.integers(0, count + 1, size=(60, 2)):
        assert pyramid.extremes(values, first, stop) == plain(values, first, stop)
    assert len(pyramid) == count
    assert pyramid.total == plain(values, 0, count)


def test_that_appending_in_pieces_gives_what_appending_at_once_gives():
    values = noisy(200_000)
    whole, pieces = MinMaxPyramid(), filled(values, pieces=(1, 7, 31, 4096, 65_537))
    whole.append(values)
    edges = np.arange(0, 200_001, 250)
    for one, other in zip(whole.columns(values, edges), pieces.columns(values, edges), strict=True):
        np.testing.assert_array_equal(one, other)


def test_that_rows_that_are_not_finite_count_as_missing():
    values = noisy(5000)
    values[1000:1100] = np.nan
    values[2000] = np.inf
    values[3000] = -np.inf
    values[4990:] = np.nan
    pyramid = filled(values)
    for first, stop in [(0, 5000), (990, 1110), (1000, 1100), (1999, 2002), (2990, 3010), (4990, 5000), (4989, 5000)]:
        assert pyramid.extremes(values, first, stop) == plain(values, first, stop)
    assert pyramid.extremes(values, 1000, 1100) == NOTHING


def test_that_the_lowest_above_a_floor_passes_over_what_is_not_above_it():
    values = noisy(10_000)
    values[::7] = -6.02
    values[::5] = -0.1
    values[123:200] = -0.1
    pyramid = filled(values, floor=-0.1)
    for first, stop in [(0, 10_000), (7, 8), (0, 1), (123, 8765), (123, 200), (5, 6), (128, 192)]:
        assert pyramid.extremes(values, first, stop) == plain(values, first, stop, floor=-0.1)


def test_that_rows_beyond_those_appended_are_not_looked_at():
    values = noisy(1000)
    pyramid = filled(values[:500])
    assert pyramid.extremes(values, 400, 1000) == plain(values, 400, 500)
    assert pyramid.extremes(values, 500, 1000) == NOTHING


@pytest.mark.parametrize("rows_in_column", [1, 2, 3, 31, 32, 33, 500, 600, 5000])
def test_that_every_row_is_in_a_column_no_further_than_half_a_column_away(rows_in_column):
    values = noisy(100_000)
    pyramid = filled(values)
    first, stop = 1003, 97_011
    edges = np.unique(np.append(np.arange(first, stop, rows_in_column), stop))
    lowest, highest = pyramid.columns(values, edges)
    half = rows_in_column // 2
    for index in range(len(edges) - 1):
        a, b = edges[index], edges[index + 1]
        inner, outer = (a + half, b - half), (max(first, a - half), min(stop, b))
        assert lowest[index] >= plain(values, *outer)[0]
        assert highest[index] <= plain(values, *outer)[1]
        if inner[0] < inner[1]:
            assert lowest[index] <= plain(values, *inner)[0]
            assert highest[index] >= plain(values, *inner)[1]
    assert lowest.min() == plain(values, first, stop)[0]
    assert highest.max() == plain(values, first, stop)[1]


def test_that_a_single_peak_is_seen_wherever_it_lies():
    # On steps drawn logarithmically columns differ in length, so several levels take part; none may leave a row out.
    count = 30_000
    edges = np.unique(np.ceil(np.geomspace(1, count, 300)).astype(int))
    for at in np.unique(np.geomspace(1, count - 1, 400).astype(int)):
        values = np.zeros(count)
        values[at] = 1.0
        pyramid = MinMaxPyramid()
        pyramid.append(values)
        assert outline(pyramid, values, edges).values.max() == 1.0


def test_that_no_row_is_left_out_at_an_edge_between_columns_of_different_lengths():
    count = 25_000
    lengths = np.tile([3, 700, 40, 9000, 1, 256, 17], 2)
    edges = np.cumsum(np.concatenate([[5], lengths]))
    for at in np.unique(np.concatenate([edges - 1, edges, edges + 1, edges - 300])):
        if not edges[0] <= at < edges[-1]:
            continue
        values = np.zeros(count)
        values[at] = 1.0
        pyramid = MinMaxPyramid()
        pyramid.append(values)
        lowest, highest = pyramid.columns(values, edges)
        assert highest.max() == 1.0, at
        assert (lowest[np.diff(edges) > 1] == 0.0).all()


def test_that_nothing_outside_the_first_and_last_edge_is_drawn():
    values = np.zeros(50_000)
    values[9_999] = -5.0
    values[40_000] = 5.0
    pyramid = filled(values)
    drawn = outline(pyramid, values, np.linspace(10_000, 40_000, 101).astype(int))
    assert set(drawn.values) == {0.0}
    assert drawn.steps.min() >= 10_000
    assert drawn.steps.max() < 40_000


def test_that_few_rows_are_drawn_as_they_are():
    values = noisy(40)
    drawn = outline(filled(values), values, np.ceil(np.linspace(0, 40, 601)).astype(int))
    np.testing.assert_array_equal(drawn.steps, np.arange(40))
    np.testing.assert_array_equal(drawn.values, values)


def test_that_rows_that_are_not_finite_are_not_drawn():
    values = noisy(40)
    values[20:25] = np.inf
    drawn = outline(filled(values), values, np.ceil(np.linspace(0, 40, 601)).astype(int))
    np.testing.assert_array_equal(drawn.steps, np.r_[0:20, 25:40])
    assert np.isfinite(drawn.values).all()


def test_that_a_falling_column_is_drawn_downward_and_a_rising_one_upward():
    values = np.abs(np.arange(100_000.0) - 50_000)
    drawn = outline(filled(values), values, np.linspace(0, 100_000, 201).astype(int))
    before = drawn.values[drawn.steps < 49_000]
    after = drawn.values[drawn.steps > 51_000]
    assert (np.diff(before) <= 0).all()
    assert (np.diff(after) >= 0).all()


def test_that_the_points_drawn_do_not_grow_with_the_run():
    columns = 600
    counts = []
    for count in (10_000, 100_000, 1_000_000):
        values = noisy(count)
        pyramid = MinMaxPyramid()
        pyramid.append(values)
        drawn = outline(pyramid, values, np.linspace(0, count, columns + 1).astype(int))
        counts.append(len(drawn.steps))
        assert drawn.values.min() == values.min()
        assert drawn.values.max() == values.max()
    assert counts == [2 * columns] * 3


def test_that_the_rows_read_do_not_grow_with_the_run():
    class Counted(np.ndarray):
        """Rows that count how many of them are taken out."""

        taken = 0

        def __getitem__(self, index):
            part = np.asarray(super().__getitem__(index))
            Counted.taken += part.size
            return part

    taken = []
    for count in (12_000, 100_000, 1_000_000):
        values = noisy(count)
        pyramid = MinMaxPyramid()
        pyramid.append(values)
        Counted.taken = 0
        rows = values.view(Counted)
        pyramid.extremes(rows, 3, count - 3)
        pyramid.columns(rows, np.linspace(3, count - 3, 601).astype(int))
        taken.append(Counted.taken)
    assert all(0 < rows < 50_000 for rows in taken)


def test_that_huge_values_stay_finite():
    values = np.array([1e300, -1e300, 1.7e308, 5e-324, 0.0] * 100)
    drawn = outline(filled(values), values, np.linspace(0, 500, 11).astype(int))
    assert np.isfinite(drawn.values).all()
    assert drawn.values.max() == 1.7e308


def test_that_no_rows_give_no_points():
    drawn = outline(MinMaxPyramid(), np.empty(0), np.zeros(10, dtype=int))
    assert len(drawn.steps) == len(drawn.values) == 0
