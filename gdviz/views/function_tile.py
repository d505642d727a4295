"""A function as a small picture with its name: a button that shows what one would choose."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from gdviz.problems import Problem
from gdviz.views.kept_keys import keep_keys
from gdviz.views.theme import Theme
from gdviz.views.thumbnail import PICTURE_SIZE, Thumbnails

__all__ = ["FunctionTile"]

_LEAST_WIDTH = 96
_NAME_GAP = 4
_RADIUS = 6.0


class FunctionTile(QAbstractButton):
    """As wide as it is made, and as high as its picture and name then need. Checked, it is the function chosen."""

    focused = Signal()

    def __init__(
        self, function: type[Problem], thumbnails: Thumbnails, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.name = function.name
        self._function = function
        self._thumbnails = thumbnails
        self._theme = theme
        self.setText(function.label)
        self.setToolTip(f"<b>{function.label}</b><br>{function.summary}<br>{function.formula}")
        self.setAccessibleName(function.label)
        self.setAccessibleDescription(function.summary)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        keep_keys(self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        thumbnails.drawn.connect(self._on_drawn)

    def is_about(self, text: str) -> bool:
        """Whether each word of `text` is found in what is said about the function."""
        function = self._function
        said = " ".join((function.name, function.label, function.summary, function.formula, function.source)).casefold()
        return all(word in said for word in text.casefold().split())

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        width = 116
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_WIDTH, self.heightForWidth(_LEAST_WIDTH))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._picture_height(width) + _NAME_GAP + self.fontMetrics().height() + 2

    def nextCheckState(self) -> None:
        """A click does not check: what is chosen is said by `setChecked`, once it is."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self.update()
        return bool(super().event(event))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(0.5, 0.5, self.width() - 1.0, self._picture_height(self.width()) - 1.0)
        outline = QPainterPath()
        outline.addRoundedRect(frame, _RADIUS, _RADIUS)
        picture = self._thumbnails.pixmap(self.name)
        painter.save()
        painter.setClipPath(outline)
        if picture is None:
            painter.fillPath(outline, QColor(self._theme.raised))
        else:
            painter.drawPixmap(frame, picture, QRectF(picture.rect()))
        painter.restore()
        ringed = self.isChecked() or bool(self.property("ringed"))
        marked = ringed or self.underMouse()
        inset = 0.5 if ringed else 0.0
        painter.setPen(QPen(QColor(self._theme.accent if marked else self._theme.line), 1.0 + 2 * inset))
        painter.drawRoundedRect(frame.adjusted(inset, inset, -inset, -inset), _RADIUS, _RADIUS)
        painter.setPen(QColor(self._theme.accent_words if self.isChecked() else self._theme.text))
        # From below, since tiles of one row are equally high but their pictures may differ by a pixel.
        below = self.fontMetrics().height() + 2
        line = QRect(2, self.height() - below, self.width() - 4, below)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)
        painter.end()

    @staticmethod
    def _picture_height(width: int) -> int:
        return round(width * PICTURE_SIZE.height() / PICTURE_SIZE.width())

    @Slot(str)
    def _on_drawn(self, name: str) -> None:
        if name == self.name:
            self.update()
