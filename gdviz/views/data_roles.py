"""Which column of a table is predicted, from which others and by which model, to be looked at and changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gdviz.data.roles import Columns
from gdviz.experiment.data_choice import (
    FitRoles,
    completed,
    retargeted,
    tells_classes,
    with_model,
    with_targets,
    with_weights,
    without_features,
)
from gdviz.models import MODELS
from gdviz.views.kept_keys import keep_keys
from gdviz.views.plain_text import as_tip
from gdviz.views.role_controls import CheckList, narrow_combo

__all__ = ["ClassesOf", "DataRoles"]

ClassesOf = Callable[[FitRoles], tuple[str, ...] | None]
"""From roles to the classes that the target has then; None where they are not known yet."""

_MOST_LINES = 7


class DataRoles(QWidget):
    """Target or targets, model, the two classes of a model that tells no more apart, weights, and the features.
    `reason` says what is missing for a fit."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None, tall: bool = False) -> None:
        """`tall`: the list of features takes all the height there is, and `reason` is said elsewhere."""
        super().__init__(parent)
        self._columns: Columns | None = None
        self._roles: FitRoles | None = None
        self._classes_of: ClassesOf = lambda _roles: None
        self._listed: tuple[object, ...] = ()
        self._constant: tuple[str, ...] = ()
        self._tall = tall
        self._target = narrow_combo(self.tr("Target"), self)
        self._target.setToolTip(self.tr("The column to predict"))
        self._target.activated.connect(self._on_target_activated)
        self._more = QPushButton(self)
        self._more.setObjectName("moreTargets")
        self._more.setAccessibleName(self.tr("More targets"))
        self._more.setToolTip(self.tr("Columns of numbers to predict together with the target"))
        self._more.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._more_menu = QMenu(self._more)
        self._more_menu.triggered.connect(self._on_more_triggered)
        self._more.setMenu(self._more_menu)
        self._more_label = QLabel(self.tr("And"), self)
        self._weights = narrow_combo(self.tr("Weights of the rows"), self)
        self._weights.setToolTip(self.tr("A column that says how much each row counts"))
        self._weights.activated.connect(self._on_weights_activated)
        self._weights_label = QLabel(self.tr("Weights"), self)
        self._model = narrow_combo(self.tr("Model"), self)
        for model in MODELS:
            self._model.addItem(model.label, model.name)
            self._model.setItemData(self._model.count() - 1, model.summary, Qt.ItemDataRole.ToolTipRole)
        self._model.activated.connect(self._on_model_activated)
        self._first = narrow_combo(self.tr("Class 0"), self)
        self._second = narrow_combo(self.tr("Class 1"), self)
        self._second.setToolTip(self.tr("What is predicted is the probability p of class 1"))
        self._first.setToolTip(self._second.toolTip())
        self._first.activated.connect(self._on_first_activated)
        self._second.activated.connect(self._on_second_activated)
        self._first_label = QLabel(self.tr("Class 0"), self)
        self._second_label = QLabel(self.tr("Class 1"), self)
        self._searching = QLabel(self.tr("looking for the classes…"), self)
        self._searching.setObjectName("muted")
        self._all = QCheckBox(self.tr("Features"), self)
        self._all.setToolTip(self.tr("The columns to predict it from: all or none"))
        self._all.clicked.connect(self._on_all_clicked)
        self._count = QLabel(self)
        self._count.setObjectName("muted")
        self._list = CheckList(self)
        self._list.setObjectName("featureList")
        self._list.setAccessibleName(self.tr("Features"))
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._list.itemChanged.connect(self._on_item_changed)
        self._reason = QLabel(self)
        self._reason.setObjectName("fieldProblem")
        self._reason.setWordWrap(True)
        keep_keys(self._all, self._list)
        self._lay_out()

    @property
    def roles(self) -> FitRoles:
        """What is chosen; only once `show_roles` was called."""
        assert self._roles is not None, "there are no roles without columns"
        return self._roles

    @property
    def reason(self) -> str:
        """Why no fit can be made of these roles, in words; empty where one can."""
        if self._columns is None or self._roles is None:
            return ""
        usable = [
            name
            for name, kind in self._kinds().items()
            if kind == "numeric" and name not in self._roles.no_features and name not in self._constant
        ]
        if not usable:
            return self.tr("There is no numeric column besides the target to predict it from; choose another target.")
        if not self._roles.features:
            return self.tr("Choose at least one feature.")
        known = self._classes_of(self._roles)
        if self._tells_classes() and known is not None and len(known) < 2:
            return self._too_few_classes(known)
        if self._takes_pairs() and len(set(self._pair())) == 1:
            return self.tr("Choose two different classes.")
        return ""

    def show_roles(
        self, columns: Columns, roles: FitRoles, classes_of: ClassesOf, constant: tuple[str, ...] = ()
    ) -> None:
        """Show these roles of these columns, of which `constant` can be no features; classes still to be chosen are."""
        self._columns = columns
        self._classes_of = classes_of
        self._constant = constant
        self._take(roles)

    def set_label_width(self, width: int) -> None:
        """Have the controls begin where those of other forms do."""
        self._grid.setColumnMinimumWidth(0, width)

    def toggle_feature(self, name: str) -> None:
        """Make a column a feature, or none if it is one; nothing for a column that can't be."""
        for item in self._feature_items():
            if item.text() == name:
                checked = item.checkState() == Qt.CheckState.Checked
                item.setCheckState(Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked)

    def _take(self, roles: FitRoles) -> None:
        usable = without_features(roles, self._constant)
        self._roles = completed(usable, self._classes_of(usable) or ())
        self._show_target()
        self._show_more()
        self._show_model()
        self._show_classes()
        self._show_weights()
        self._show_features()
        self._reason.setText(self.reason)
        self._reason.setVisible(bool(self.reason) and not self._tall)

    def _lay_out(self) -> None:
        self._grid = grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for line, (label, control) in enumerate(
            (
                (QLabel(self.tr("Target"), self), self._target),
                (self._more_label, self._more),
                (QLabel(self.tr("Model"), self), self._model),
            )
        ):
            label.setBuddy(control)
            grid.addWidget(label, line, 0)
            grid.addWidget(control, line, 1)
        for line, (label, combo) in enumerate(
            (
                (self._first_label, self._first),
                (self._second_label, self._second),
                (self._weights_label, self._weights),
            ),
            3,
        ):
            label.setBuddy(combo)
            label.setToolTip(combo.toolTip())
            grid.addWidget(label, line, 0)
            grid.addWidget(combo, line, 1)
        grid.addWidget(self._searching, 6, 1)
        header = QHBoxLayout()
        header.addWidget(self._all)
        header.addStretch(1)
        header.addWidget(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(grid)
        layout.addSpacing(4)
        layout.addLayout(header)
        layout.addWidget(self._list, 1 if self._tall else 0)
        layout.addWidget(self._reason)

    def _show_target(self) -> None:
        assert self._columns is not None
        assert self._roles is not None
        names = list(self._columns.names)
        if [self._target.itemText(index) for index in range(self._target.count())] != names:
            self._target.clear()
            self._target.addItems(names)
            for index, kind in enumerate(self._columns.kinds):
                self._target.setItemData(index, _kind_word(self, kind), Qt.ItemDataRole.ToolTipRole)
        self._target.setCurrentIndex(names.index(self._roles.target) if self._roles.target in names else -1)

    def _show_model(self) -> None:
        assert self._roles is not None
        is_text = self._kinds().get(self._roles.target) == "text"
        items = self._model.model()
        assert isinstance(items, QStandardItemModel)
        for index, model in enumerate(MODELS):
            # A number can be a class too; a text can't be a number.
            items.item(index).setEnabled("class" in model.target_kinds or not is_text)
        self._model.setCurrentIndex(self._model.findData(self._roles.model))

    def _show_classes(self) -> None:
        assert self._roles is not None
        known = self._classes_of(self._roles)
        pair = self._pair()
        is_told = self._takes_pairs() and len(pair) == 2
        for widget in (self._first_label, self._first, self._second_label, self._second):
            widget.setVisible(is_told)
        self._searching.setVisible(self._takes_pairs() and known is None and not pair)
        if not is_told:
            return
        offered = list(known or pair)
        for combo, name in zip((self._first, self._second), pair, strict=True):
            if [combo.itemText(index) for index in range(combo.count())] != offered:
                combo.clear()
                combo.addItems(offered)
            combo.setCurrentText(name)

    def _show_more(self) -> None:
        """The numeric columns that can be predicted beside the target, where the model predicts numbers."""
        kinds = self._kinds()
        free = [name for name, kind in kinds.items() if kind == "numeric" and name != self.roles.target]
        offered = kinds.get(self.roles.target) == "numeric" and not self._tells_classes() and len(free) > 1
        for widget in (self._more_label, self._more):
            widget.setVisible(offered)
        self._more_menu.clear()
        for name in free if offered else ():
            action = self._more_menu.addAction(name)
            action.setData(name)
            action.setCheckable(True)
            action.setChecked(name in self.roles.more_targets)
        self._more.setText(", ".join(self.roles.more_targets) or self.tr("no other target"))

    def _show_weights(self) -> None:
        assert self._roles is not None
        free = [name for name, kind in self._kinds().items() if kind == "numeric" and name not in self.roles.targets]
        for widget in (self._weights_label, self._weights):
            widget.setVisible(not self._tall and len(free) > 1)
        names = [self.tr("all rows alike"), *free]
        if [self._weights.itemText(index) for index in range(self._weights.count())] != names:
            self._weights.clear()
            self._weights.addItem(names[0], None)
            for name in free:
                self._weights.addItem(name, name)
        self._weights.setCurrentIndex(max(0, self._weights.findData(self.roles.weights)))

    def _show_features(self) -> None:
        assert self._columns is not None
        assert self._roles is not None
        listed = (self._columns.names, self._columns.kinds, self._roles.no_features, self._constant)
        with QSignalBlocker(self._list):
            if listed != self._listed:
                self._listed = listed
                self._fill_list()
            chosen = set(self._roles.features)
            for item in self._feature_items():
                item.setCheckState(Qt.CheckState.Checked if item.text() in chosen else Qt.CheckState.Unchecked)
        total, count = len(self._feature_items()), len(self._roles.features)
        state = Qt.CheckState.Checked if count == total else Qt.CheckState.PartiallyChecked
        self._all.setCheckState(state if count else Qt.CheckState.Unchecked)
        self._all.setEnabled(total > 0)
        self._count.setText(self.tr("{count} of {total}").format(count=count, total=total))

    def _fill_list(self) -> None:
        assert self._columns is not None
        assert self._roles is not None
        self._list.clear()
        for name, kind in zip(self._columns.names, self._columns.kinds, strict=True):
            if name in self._roles.no_features:
                continue
            item = QListWidgetItem(name, self._list)
            item.setToolTip(as_tip(name))
            if kind == "numeric" and name not in self._constant:
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Unchecked)
                continue
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            if kind == "numeric":
                item.setToolTip(as_tip(self.tr("{name} has the same value in every row").format(name=name)))
            else:
                item.setToolTip(as_tip(self.tr("{name} holds text, and features must be numbers").format(name=name)))
        if not self._tall:
            lines = min(_MOST_LINES, max(1, self._list.count()))
            self._list.setFixedHeight(lines * max(20, self._list.sizeHintForRow(0)) + 2 * self._list.frameWidth() + 2)
        self._list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def _feature_items(self) -> list[QListWidgetItem]:
        items = [self._list.item(row) for row in range(self._list.count())]
        return [item for item in items if item.flags() & Qt.ItemFlag.ItemIsUserCheckable]

    def _kinds(self) -> dict[str, str]:
        assert self._columns is not None
        return dict(zip(self._columns.names, self._columns.kinds, strict=True))

    def _tells_classes(self) -> bool:
        return self._roles is not None and self._columns is not None and tells_classes(self._columns, self._roles)

    def _takes_pairs(self) -> bool:
        return self._roles is not None and self._roles.model == "logistic"

    def _pair(self) -> tuple[str, ...]:
        """The two classes told apart, or fewer where they are not known."""
        assert self._roles is not None
        if not self._takes_pairs():
            return ()
        if self._roles.classes is not None:
            return self._roles.classes
        known = self._classes_of(self._roles) or ()
        return known if len(known) == 2 else ()

    def _too_few_classes(self, known: tuple[str, ...]) -> str:
        target = self.roles.target
        if known:
            return self.tr(
                "{target} has only the class {name} in the rows where no feature is missing; choose another target or "
                "other features."
            ).format(target=target, name=known[0])
        return self.tr("{target} has no classes to tell apart; choose another target or model.").format(target=target)

    def _edit(self, roles: FitRoles) -> None:
        if roles != self._roles:
            self._take(roles)
            self.edited.emit()

    @Slot(int)
    def _on_target_activated(self, index: int) -> None:
        assert self._columns is not None
        self._edit(retargeted(self._columns, self.roles, self._target.itemText(index)))

    @Slot(int)
    def _on_model_activated(self, index: int) -> None:
        self._edit(with_model(self.roles, self._model.itemData(index)))

    @Slot(QAction)
    def _on_more_triggered(self, _action: QAction) -> None:
        assert self._columns is not None
        chosen = tuple(action.data() for action in self._more_menu.actions() if action.isChecked())
        self._edit(with_targets(self._columns, self.roles, chosen))

    @Slot(int)
    def _on_weights_activated(self, index: int) -> None:
        assert self._columns is not None
        self._edit(with_weights(self._columns, self.roles, self._weights.itemData(index)))

    @Slot(int)
    def _on_first_activated(self, index: int) -> None:
        self._edit(dataclasses.replace(self.roles, classes=(self._first.itemText(index), self._pair()[1])))

    @Slot(int)
    def _on_second_activated(self, index: int) -> None:
        self._edit(dataclasses.replace(self.roles, classes=(self._pair()[0], self._second.itemText(index))))

    @Slot()
    def _on_all_clicked(self) -> None:
        names = tuple(item.text() for item in self._feature_items())
        self._edit(dataclasses.replace(self.roles, features=() if self.roles.features == names else names))
        self._show_features()

    @Slot(QListWidgetItem)
    def _on_item_changed(self, _item: QListWidgetItem) -> None:
        checked = tuple(item.text() for item in self._feature_items() if item.checkState() == Qt.CheckState.Checked)
        self._edit(dataclasses.replace(self.roles, features=checked))


def _kind_word(context: QWidget, kind: str) -> str:
    return context.tr("numbers") if kind == "numeric" else context.tr("text")
