"""The problem panel's page of functions: which one, what it is for, its formula and its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gdviz.experiment.experiment import ProblemChoice
from gdviz.parameters import declared
from gdviz.problems import PROBLEMS, Problem
from gdviz.views.kept_keys import keep_keys
from gdviz.views.parameter_form import ParameterForm
from gdviz.views.theme import Theme
from gdviz.views.thumbnail import Thumbnails

if TYPE_CHECKING:
    from gdviz.views.function_gallery import GalleryPopup

__all__ = ["FunctionPage"]

_ICON = QSize(51, 32)
_CORNER = 4.0
_WITHOUT_ROW = ("column", "columns", "classes", "targets", "path")


class FunctionPage(QWidget):
    """Shows one function, or asks for one."""

    chosen = Signal(str)
    option_edited = Signal(str, object)
    edit_finished = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._function: type[Problem] | None = None
        self._form: ParameterForm | None = None
        self._thumbnails = Thumbnails(theme, self)
        self._thumbnails.drawn.connect(self._on_drawn)
        self._popup: GalleryPopup | None = None
        self._button = _FunctionButton(theme, self)
        self._button.clicked.connect(self.open_gallery)
        self._summary = QLabel(self)
        self._summary.setObjectName("muted")
        self._summary.setWordWrap(True)
        self._formula = QLabel(self)
        self._formula.setObjectName("formula")
        self._formula.setWordWrap(True)
        self._formula.setTextFormat(Qt.TextFormat.PlainText)
        self._formula.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._formula.setAccessibleName(self.tr("Formula"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._button)
        layout.addWidget(self._summary)
        layout.addWidget(self._formula)
        self._forms = QVBoxLayout()
        layout.addLayout(self._forms)
        self._show(None)

    def show_choice(self, choice: ProblemChoice | None, problem: Problem | None) -> None:
        """Show this function with its options; None where no function is chosen."""
        function = PROBLEMS.get(choice.name) if choice is not None else None
        if function is not self._function:
            self._show(function)
        if self._form is not None and choice is not None:
            defaults = {item.name: item.default for item in declared(PROBLEMS.get(choice.name))}
            self._form.set_values({**defaults, **choice.options})

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._thumbnails.set_theme(theme)
        self._button.set_theme(theme)
        if self._popup is not None:
            self._popup.set_theme(theme)
        self._show_picture()

    @Slot()
    def open_gallery(self) -> None:
        """Show all functions to choose from."""
        if self._popup is None:
            from gdviz.views.function_gallery import GalleryPopup

            self._popup = GalleryPopup(self._thumbnails, self._theme, self)
            self._popup.chosen.connect(self.chosen)
        self._popup.open_below(self._button, self._function.name if self._function is not None else None)

    def _show(self, function: type[Problem] | None) -> None:
        self._function = function
        if function is None:
            self._button.setText(self.tr("Pick a function"))
            self._summary.setText(
                self.tr("Functions of one, two and more parameters, each known for what it does to a descent.")
            )
        else:
            self._button.setText(function.label)
            self._summary.setText(function.summary)
            self._formula.setText(function.formula)
            self._button.setAccessibleName(self.tr("Function: {name}").format(name=function.label))
            self._summary.setToolTip(
                self.tr("Source: {source}").format(source=function.source) if function.source else ""
            )
        self._formula.setVisible(function is not None and bool(function.formula))
        self._show_picture()
        self._make_form()

    def _make_form(self) -> None:
        if self._form is not None:
            # A number half typed was meant for the function before.
            self._form.blockSignals(True)
            self._forms.removeWidget(self._form)
            self._form.hide()
            self._form.deleteLater()
            self._form = None
        parameters = (
            [item for item in declared(self._function) if item.kind not in _WITHOUT_ROW] if self._function else []
        )
        if parameters:
            self._form = ParameterForm(parameters, self)
            self._form.edited.connect(self.option_edited)
            self._form.edit_finished.connect(self.edit_finished)
            self._forms.addWidget(self._form)
            self._form.show()

    def _show_picture(self) -> None:
        picture = self._thumbnails.pixmap(self._function.name) if self._function is not None else None
        self._button.set_picture(picture)

    @Slot(str)
    def _on_drawn(self, name: str) -> None:
        if self._function is not None and self._function.name == name:
            self._show_picture()


class _FunctionButton(QPushButton):
    """The function's picture and name, with the sign that there is more to choose from."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("functionButton")
        self._theme = theme
        self.setIconSize(_ICON)
        self.setToolTip(self.tr("Choose a function"))
        keep_keys(self)

    def set_picture(self, picture: QPixmap | None) -> None:
        """Show this picture, or a blank one while there is none."""
        ratio = self.devicePixelRatioF()
        framed = QPixmap(_ICON * ratio)
        framed.setDevicePixelRatio(ratio)
        framed.fill(Qt.GlobalColor.transparent)
        painter = QPainter(framed)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(0.5, 0.5, _ICON.width() - 1.0, _ICON.height() - 1.0)
        outline = QPainterPath()
        outline.addRoundedRect(frame, _CORNER, _CORNER)
        painter.fillPath(outline, QColor(self._theme.raised))
        if picture is not None:
            painter.setClipPath(outline)
            painter.drawPixmap(frame, picture, QRectF(picture.rect()))
            painter.setClipping(False)
        painter.setPen(QColor(self._theme.line))
        painter.drawPath(outline)
        painter.end()
        self.setIcon(QIcon(framed))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.muted), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        right, middle = self.width() - 18.0, self.height() / 2 - 1.5
        painter.drawPolyline([QPointF(right - 4, middle), QPointF(right, middle + 4), QPointF(right + 4, middle)])
        painter.end()
