"""Labels of runs and names of columns come from files of strangers: wherever they show, they are text."""

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QTranslator
from PySide6.QtGui import QHelpEvent, Qt, QTextDocument
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from gdviz.analysis.fit_picture import FitPicture
from gdviz.data.table import Column, Table
from gdviz.optimizers import optimizer
from gdviz.problems.fit import DataFit
from gdviz.runs.config import RunConfig
from gdviz.runs.engine import run_to_end
from gdviz.runs.run import Run
from gdviz.views.curves_legend import CurveLegend
from gdviz.views.data_view import DataView, equation_text
from gdviz.views.run_readouts import Readout, RunReadouts
from gdviz.views.shown import ShownRun
from gdviz.views.theme import LIGHT

LABEL = "<img src='/etc/passwd'> <b>fast</b>"
CONFIG = RunConfig(optimizer("gradient_descent", learning_rate=0.1), steps=5)


def shown(text):
    """What a person reads where Qt shows this text and is free to take it for markup."""
    if not Qt.mightBeRichText(text):
        return text
    document = QTextDocument()
    document.setHtml(text)
    return document.toPlainText()


@pytest.fixture
def fit():
    report = DataFit(table="builtin:line").loaded.table.report
    values = np.array([0.0, 1.0, 2.0, 3.0])
    columns = (Column(LABEL, "numeric", values), Column("y", "numeric", 2 * values + 1))
    return DataFit.from_table(Table("strange", columns, report, "strange.csv"), target="y")


def test_that_the_legend_of_curves_says_labels_as_they_are(qtbot, fit):
    legend = CurveLegend(LIGHT, QWidget())
    qtbot.addWidget(legend)
    legend.set_runs([ShownRun(1, LABEL, 0, run_to_end(Run(fit, CONFIG)))], frozenset())
    assert shown(legend.entry(1).toolTip()) == f"{LABEL}: click to hide its curve"


def test_that_readouts_say_labels_as_they_are(qtbot):
    readouts = RunReadouts(LIGHT)
    qtbot.addWidget(readouts)
    readouts.set_readouts([Readout(0, LABEL, "0.5"), Readout(1, "Adam", "0.7")])
    assert shown(readouts.toolTip()) == f"{LABEL}  0.5\nAdam  0.7"


def test_that_equations_say_columns_and_labels_as_they_are(qtbot, fit):
    view = DataView(LIGHT)
    qtbot.addWidget(view)
    view.resize(520, 360)
    view.show()
    qtbot.waitExposed(view)
    view.set_problem(fit)
    view.set_runs([ShownRun(1, LABEL, 0, run_to_end(Run(fit, CONFIG)))])
    tip = shown(view.equation.toolTip())
    assert f"\n{LABEL}: y = " in tip
    assert tip.endswith(f" {LABEL}")
    assert view.equation.textFormat() == Qt.TextFormat.PlainText


def test_that_rows_say_their_class_as_it_is(qtbot, fit, monkeypatch):
    classes = Column("kind", "text", np.array([0, 0, 1, 1], dtype=np.int32), ("plain", LABEL))
    table = fit.loaded.table
    two = Table("strange", (*table.columns, classes), table.report, "strange.csv")
    view = DataView(LIGHT)
    qtbot.addWidget(view)
    view.resize(520, 360)
    view.show()
    qtbot.waitExposed(view)
    view.set_problem(DataFit.from_table(two, target="kind", features=("y", LABEL)))
    said = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, _widget: said.append(text))
    points = view.canvas.points
    place = QPoint(round(float(view.canvas.across(points.x[3]))), round(float(view.canvas.up(points.y[3]))))
    QApplication.sendEvent(view.canvas, QHelpEvent(QEvent.Type.ToolTip, place, view.canvas.mapToGlobal(place)))
    assert shown(said[0]).endswith(LABEL)


class Marked(QTranslator):
    """A language in which everything of the data view is in brackets."""

    def translate(self, context, text, disambiguation=None, count=-1):
        return f"[{text}]" if context == "DataView" else text


def test_that_the_words_of_an_equation_are_translated(qapp):
    iris = DataFit(table="builtin:iris", target="species", classes=("versicolor", "virginica"))
    translator = Marked()
    QCoreApplication.installTranslator(translator)
    try:
        text = equation_text(FitPicture.of(iris), np.zeros(iris.dimension))
    finally:
        QCoreApplication.removeTranslator(translator)
    assert text.startswith("[log-odds of virginica] = 0")
