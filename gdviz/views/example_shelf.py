"""The bundled experiments as rows to click on, by subject and in the user's language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QLocale, Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gdviz.files import resource
from gdviz.views.link_row import LinkRow
from gdviz.views.theme import Theme
from gdviz.views.tile_layout import TileLayout

__all__ = ["ExampleShelf", "ExampleWords", "example_words"]

_LEAST_WIDTH = 230
_MOST_COLUMNS = 3


@dataclass(frozen=True)
class ExampleWords:
    """What an example is called and what there is to see in it, in the language asked for."""

    title: str
    description: str


def example_words(language: str = "en") -> dict[str, ExampleWords]:
    """The bundled examples by the stem of their files, in the files' order; in English what is not in `language`.

    The problems and runs in the files are not read: the welcome need not wait for them.
    """
    found = {}
    for path in sorted(resource("examples").glob("*.toml")):
        words, _, _ = path.read_text(encoding="utf-8").partition("\n[problem]")
        values = tomllib.loads(words)
        said: Mapping[str, Any] = values.get("translation", {}).get(language, {})
        title = said.get("title") or values.get("title") or path.stem
        found[path.stem] = ExampleWords(str(title), str(said.get("description") or values.get("description") or ""))
    return found


def spoken_language() -> str:
    """The language in which a user of this locale reads about examples: zh or en."""
    return "zh" if QLocale().language() == QLocale.Language.Chinese else "en"


class ExampleShelf(QWidget):
    """Every bundled example, its description as the tip; those that belong to no subject come last."""

    chosen = Signal(str)
    """The stem of the example's file."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[LinkRow] = []
        words = example_words(spoken_language())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for heading, stems in self._subjects(list(words)):
            if layout.count():
                layout.addSpacing(10)
            label = QLabel(heading, self)
            label.setObjectName("muted")
            label.setContentsMargins(8, 0, 0, 0)
            layout.addWidget(label)
            group = QWidget(self)
            rows = TileLayout(group, least_width=_LEAST_WIDTH, most_columns=_MOST_COLUMNS, gap=2)
            for stem in stems:
                row = LinkRow("play", words[stem].title, words[stem].description, theme, group)
                row.setProperty("example", stem)
                row.clicked.connect(self._on_row_clicked)
                rows.addWidget(row)
                self._rows.append(row)
            layout.addWidget(group)

    def set_theme(self, theme: Theme) -> None:
        for row in self._rows:
            row.set_theme(theme)

    def _subjects(self, stems: Sequence[str]) -> list[tuple[str, list[str]]]:
        """The subjects with the examples of each that there are."""
        subjects = (
            (
                self.tr("Walking down"),
                *("rosenbrock_race", "double_well", "himmelblau_starts"),
                *("local_minima", "saddle", "nesterov_looks_ahead"),
                *("parabola_from_afar", "three_squares_from_afar", "adam_conventions"),
            ),
            (
                self.tr("Lines and classes"),
                *("line_fit", "closed_form", "mini_batches"),
                *("logistic_by_hand", "iris_species", "ridge_shrinks"),
                *("lasso_zeros", "outlier_squared_error", "outlier_absolute_error"),
            ),
            (
                self.tr("Networks"),
                *("one_neuron", "backpropagation", "iris_network"),
                *("exponential_network", "vanishing_sigmoid", "vanishing_relu"),
            ),
            (
                self.tr("Distributions"),
                *("categorical_cross_entropy", "categorical_reverse_kl"),
                *("mixture_forward_kl", "mixture_reverse_kl"),
            ),
            (
                self.tr("Where descent fails"),
                *("reddi_counterexample", "frozen_adadelta", "exact_saddle"),
                *("sigmoid_plateau", "entropy_has_no_plateau", "powell_badly_scaled"),
            ),
        )
        shown = [(heading, [stem for stem in own if stem in stems]) for heading, *own in subjects]
        placed = {stem for _, own in shown for stem in own}
        shown.append((self.tr("More"), [stem for stem in stems if stem not in placed]))
        return [(heading, own) for heading, own in shown if own]

    @Slot()
    def _on_row_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, LinkRow):
            self.chosen.emit(row.property("example"))
