import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from gdviz.views.flow_layout import FlowLayout


@pytest.fixture
def host(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    return made


def block(width, height=20):
    made = QWidget()
    made.setFixedSize(width, height)
    return made


def places(layout):
    return [(item.geometry().x(), item.geometry().y()) for item in map(layout.itemAt, range(layout.count()))]


def test_that_widgets_go_to_a_new_line_where_there_is_no_room(host):
    layout = FlowLayout(host)
    for _ in range(3):
        layout.addWidget(block(100))
    layout.setGeometry(QRect(0, 0, 210, 100))
    assert places(layout) == [(0, 0), (102, 0), (0, 22)]
    assert layout.heightForWidth(210) == 42
    assert layout.heightForWidth(400) == 20


def test_that_the_trailing_widget_stands_at_the_right_end(host):
    layout = FlowLayout(host, trailing=block(80, 30))
    layout.addWidget(block(100))
    layout.setGeometry(QRect(0, 0, 300, 100))
    assert places(layout) == [(0, 5), (220, 0)]
    layout.setGeometry(QRect(0, 0, 150, 100))
    assert places(layout) == [(0, 0), (70, 22)]


def test_that_a_widget_wider_than_the_line_is_cut_to_it(host):
    layout = FlowLayout(host)
    wide = QWidget()
    wide.setMinimumSize(10, 10)
    wide.sizeHint = lambda: block(500).size()
    layout.addWidget(wide)
    layout.setGeometry(QRect(0, 0, 200, 50))
    assert wide.width() <= 200


def test_that_items_are_counted_and_taken_with_the_trailing_one_last(host):
    trailing, first = block(10), block(20)
    layout = FlowLayout(host, trailing=trailing)
    layout.addWidget(first)
    assert [layout.itemAt(index).widget() for index in range(layout.count())] == [first, trailing]
    assert layout.itemAt(2) is None
    assert layout.takeAt(1).widget() is trailing
    assert layout.takeAt(0).widget() is first
    assert layout.takeAt(0) is None
