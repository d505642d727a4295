import pytest

from gdviz.views.run_readouts import Readout, RunReadouts
from gdviz.views.theme import LIGHT


@pytest.fixture
def readouts(qtbot):
    made = RunReadouts(LIGHT)
    qtbot.addWidget(made)
    return made


def some(count, value="0.0310", name="Gradient descent"):
    return [Readout(index, f"{name} {index}", value) for index in range(count)]


def test_that_all_are_shown_in_full_where_there_is_room(readouts):
    readouts.set_readouts(some(3, name="Adam"))
    readouts.resize(readouts.sizeHint())
    count, limit = readouts.fitting()
    assert count == 3
    assert limit >= readouts.fontMetrics().horizontalAdvance("Adam 0")


def test_that_names_give_way_before_runs_do(readouts):
    readouts.set_readouts(some(3))
    full = readouts.sizeHint().width()
    readouts.resize(full - 60, 24)
    count, limit = readouts.fitting()
    assert count == 3
    assert 48 <= limit < readouts.fontMetrics().horizontalAdvance("Gradient descent 0")
    readouts.resize(full // 2, 24)
    assert readouts.fitting() == (3, 0.0)
    readouts.resize(full // 4, 24)
    assert readouts.fitting()[0] < 3


def test_that_one_is_shown_however_little_room_there_is(readouts):
    readouts.set_readouts(some(3))
    readouts.resize(10, 24)
    assert readouts.fitting()[0] == 1
    assert not readouts.grab().isNull()


def test_that_room_once_made_for_a_number_is_kept(readouts):
    readouts.set_readouts(some(2, "0.0310"))
    narrow = readouts.sizeHint().width()
    readouts.set_readouts(some(2, "−3.00×10⁻⁷"))
    wide = readouts.sizeHint().width()
    assert wide > narrow
    readouts.set_readouts(some(2, "0.0310"))
    assert readouts.sizeHint().width() == wide
    readouts.set_readouts(some(2, "0.0310", name="Adam"))
    assert readouts.sizeHint().width() < narrow


def test_that_the_tooltip_and_the_accessible_name_have_everything(readouts):
    readouts.set_readouts(some(9))
    assert readouts.toolTip().count("\n") == 8
    assert readouts.accessibleName().count("Gradient descent") == 9


def test_that_no_runs_take_no_room(readouts):
    readouts.set_readouts([])
    assert readouts.sizeHint().width() <= 2
    assert readouts.fitting() == (0, 0.0)
