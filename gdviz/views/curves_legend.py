"""The line above a chart: its runs by name, each with its mark, and its controls; a click on a run hides its curve."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from gdviz.views.flow_layout import FlowLayout
from gdviz.views.plain_text import as_tip
from gdviz.views.shown import ShownRun
from gdviz.views.symbols import draw_symbol
from gdviz.views.theme import Theme, run_color, run_dash, run_symbol

__all__ = ["CurveLegend"]

_MARK_WIDTH = 26
_LONGEST_NAME = 150
_PADDING = 4


class CurveLegend(QWidget):
    """One entry for each run, in as many lines as they need, and `controls` at the end of the last."""

    visibility_changed = Signal(int, bool)
    """(key of the run, whether its curve is to be seen)"""

    def __init__(self, theme: Theme, controls: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entries: dict[int, _Entry] = {}
        self._layout = FlowLayout(self, trailing=controls)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_runs(self, runs: Sequence[ShownRun], hidden: frozenset[int]) -> None:
        """Name these runs; those whose keys are in `hidden` are not drawn."""
        wanted = {run.key: run for run in runs}
        if list(wanted) != list(self._entries):
            self._rebuild(runs)
        for key, run in wanted.items():
            self._entries[key].show_run(run, key not in hidden)

    def entry(self, key: int) -> QAbstractButton:
        """The button of a run; raises `KeyError`."""
        return self._entries[key]

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for entry in self._entries.values():
            entry.set_theme(theme)

    def _rebuild(self, runs: Sequence[ShownRun]) -> None:
        for entry in self._entries.values():
            self._layout.removeWidget(entry)
            entry.hide()
            entry.deleteLater()
        self._entries = {}
        for run in runs:
            entry = _Entry(run, self._theme, self)
            entry.toggled.connect(self._on_toggled)
            self._entries[run.key] = entry
            self._layout.addWidget(entry)
            entry.show()
        self.updateGeometry()

    def _on_toggled(self, visible: bool) -> None:
        sender = self.sender()
        if isinstance(sender, _Entry):
            self.visibility_changed.emit(sender.key, visible)


class _Entry(QAbstractButton):
    """The mark and the name of one run; checked while its curve is drawn."""

    def __init__(self, run: ShownRun, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.key = run.key
        self._style = run.style
        self._theme = theme
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_run(self, run: ShownRun, visible: bool) -> None:
        self._style = run.style
        blocked = self.blockSignals(True)
        self.setChecked(visible)
        self.blockSignals(blocked)
        # An ampersand in a name is no shortcut.
        if self.text() != run.title.replace("&", "&&"):
            self.setText(run.title.replace("&", "&&"))
            self.setAccessibleName(run.title)
            self.updateGeometry()
        action = self.tr("click to hide its curve") if visible else self.tr("click to show its curve")
        self.setToolTip(as_tip(f"{run.title}: {action}"))
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        name = min(self.fontMetrics().horizontalAdvance(self._name), _LONGEST_NAME)
        return QSize(_MARK_WIDTH + 6 + name + 2 * _PADDING, self.fontMetrics().height() + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), 64), self.sizeHint().height())

    @property
    def _name(self) -> str:
        return self.text().replace("&&", "&")

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, shown = self._theme, self.isChecked()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.underMouse() or self.hasFocus():
                painter.setPen(QPen(QColor(theme.accent), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.hover))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
            color = run_color(theme, self._style) if shown else QColor(theme.disabled)
            pen = QPen(color, 2.0)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            dash = run_dash(self._style)
            if dash:
                pen.setDashPattern([length / 2 for length in dash])
            middle = self.height() / 2
            painter.setPen(pen)
            painter.drawLine(QPointF(_PADDING, middle), QPointF(_PADDING + _MARK_WIDTH, middle))
            draw_symbol(painter, run_symbol(self._style), QPointF(_PADDING + _MARK_WIDTH / 2, middle), 9.0, color)
            painter.setPen(QColor(theme.text if shown else theme.disabled))
            font = self.font()
            font.setStrikeOut(not shown)
            painter.setFont(font)
            place = QRectF(self.rect()).adjusted(_PADDING + _MARK_WIDTH + 6, 0, -_PADDING + 1, 0)
            name = self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, int(place.width()) + 1)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
