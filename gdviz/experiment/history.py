"""Undo and redo: the experiments before and after the present one."""

from __future__ import annotations

from dataclasses import dataclass

from gdviz.experiment.experiment import Experiment

__all__ = ["History"]

_MOST_STEPS_BACK = 500


@dataclass
class _Moment:
    experiment: Experiment
    text: str


class History:
    """Keeps every experiment that an edit replaced, with the words that the undo action shows.

    Consecutive edits with the same `merge` key (a slider being dragged) are one step of undo. Owned by the
    experiment model.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.present = experiment
        self._past: list[_Moment] = []
        self._future: list[_Moment] = []
        self._merge: str | None = None

    def push(self, experiment: Experiment, text: str, merge: str | None = None) -> None:
        """`experiment` replaces the present one; nothing is remembered where the two are equal."""
        if experiment == self.present:
            return
        if merge is None or merge != self._merge:
            self._past.append(_Moment(self.present, text))
            del self._past[:-_MOST_STEPS_BACK]
        self._future.clear()
        self._merge = merge
        self.present = experiment

    def seal(self) -> None:
        """The next edit is a step of its own, whatever its merge key: the slider was let go."""
        self._merge = None

    @property
    def undo_text(self) -> str | None:
        """What undo would take back, or None where there is nothing."""
        return self._past[-1].text if self._past else None

    @property
    def redo_text(self) -> str | None:
        return self._future[-1].text if self._future else None

    def undo(self) -> Experiment:
        """Back to the experiment before the latest edit; the present one where there is none."""
        if self._past:
            moment = self._past.pop()
            self._future.append(_Moment(self.present, moment.text))
            self.present = moment.experiment
        self._merge = None
        return self.present

    def redo(self) -> Experiment:
        if self._future:
            moment = self._future.pop()
            self._past.append(_Moment(self.present, moment.text))
            self.present = moment.experiment
        self._merge = None
        return self.present
