from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from gdviz.experiment import history as module
from gdviz.experiment.experiment import Experiment
from gdviz.experiment.history import History


def titled(title: str) -> Experiment:
    return Experiment(title=title)


def test_that_undo_and_redo_walk_over_the_edits_with_their_words() -> None:
    history = History(titled("a"))
    assert (history.undo_text, history.redo_text) == (None, None)
    history.push(titled("b"), "to b")
    history.push(titled("c"), "to c")
    assert (history.undo_text, history.redo_text) == ("to c", None)
    assert history.undo() == titled("b")
    assert (history.undo_text, history.redo_text) == ("to b", "to c")
    assert history.undo() == titled("a")
    assert history.undo() == titled("a")
    assert history.redo() == titled("b")
    assert history.redo() == titled("c")
    assert history.redo() == titled("c")


def test_that_a_new_edit_forgets_what_was_undone() -> None:
    history = History(titled("a"))
    history.push(titled("b"), "to b")
    history.undo()
    history.push(titled("c"), "to c")
    assert history.redo_text is None
    assert history.undo() == titled("a")


def test_that_a_drag_is_undone_at_once_and_the_next_one_by_itself() -> None:
    history = History(titled("a"))
    for title in "bcd":
        history.push(titled(title), "drag", merge="slider")
    history.seal()
    for title in "ef":
        history.push(titled(title), "drag", merge="slider")
    assert history.undo() == titled("d")
    assert history.undo() == titled("a")


def test_that_edits_of_other_controls_do_not_merge() -> None:
    history = History(titled("a"))
    history.push(titled("b"), "one", merge="one")
    history.push(titled("c"), "two", merge="two")
    history.push(titled("d"), "three")
    history.push(titled("e"), "four")
    assert [history.undo().title for _ in range(4)] == ["d", "c", "b", "a"]


def test_that_after_undo_the_same_control_begins_anew() -> None:
    history = History(titled("a"))
    history.push(titled("b"), "drag", merge="slider")
    history.undo()
    history.redo()
    history.push(titled("c"), "drag", merge="slider")
    assert history.undo() == titled("b")


def test_that_an_edit_that_changes_nothing_is_not_remembered() -> None:
    history = History(titled("a"))
    history.push(dataclasses.replace(titled("a")), "nothing")
    assert history.undo_text is None


def test_that_only_so_many_edits_are_kept() -> None:
    history = History(titled("0"))
    for number in range(1, 700):
        history.push(titled(str(number)), "edit")
    undone = 0
    while history.undo_text is not None:
        history.undo()
        undone += 1
    assert undone == module._MOST_STEPS_BACK
    assert history.present == titled(str(699 - undone))


@given(st.lists(st.sampled_from(["undo", "redo", *"abc"]), max_size=40))
def test_that_undo_and_redo_agree_with_a_list_and_a_place_in_it(words: list[str]) -> None:
    history = History(titled("start"))
    past, place = [titled("start")], 0
    for word in words:
        if word == "undo":
            place = max(0, place - 1)
            history.undo()
        elif word == "redo":
            place = min(len(past) - 1, place + 1)
            history.redo()
        elif titled(word) != past[place]:
            past = [*past[: place + 1], titled(word)]
            place += 1
            history.push(titled(word), word)
        assert history.present == past[place]
        assert (history.undo_text is None) == (place == 0)
        assert (history.redo_text is None) == (place == len(past) - 1)
