"""Title and description in several languages: kept by files, checked, and given in the language asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdviz.errors import InputError
from gdviz.experiment.experiment import Experiment, Words
from gdviz.experiment.file import ExperimentFileError, from_text, load, save, to_text

FOLDER = Path("/home/of/experiment")

TEXT = """\
gdviz = 1
title = "A bowl"
description = "Straight down."

[translation.zh]
title = "一个碗"
description = "笔直向下。"

[translation.pt-BR]
title = "Uma tigela"

[problem]
name = "sphere"
"""


def read(text: str) -> Experiment:
    return from_text(text, "bowl.toml", FOLDER)


def test_that_words_are_given_in_the_language_asked_for_and_else_as_the_experiment_has_them() -> None:
    experiment = read(TEXT)
    assert experiment.words("zh") == Words("一个碗", "笔直向下。")
    assert experiment.words("pt-BR") == Words("Uma tigela", "Straight down.")
    assert experiment.words("en") == experiment.words("") == Words("A bowl", "Straight down.")


def test_that_translations_are_kept_by_saving_and_loading(tmp_path: Path) -> None:
    experiment = read(TEXT)
    assert to_text(experiment, FOLDER) == TEXT
    save(experiment, tmp_path / "kept.toml")
    assert load(tmp_path / "kept.toml") == experiment
    only = Experiment(translations={"zh": Words("只有标题")})
    assert read(to_text(only, FOLDER)) == only


def test_that_an_experiment_without_translations_says_nothing_of_them() -> None:
    assert "translation" not in to_text(Experiment("A bowl"), FOLDER)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ('[translation.zh]\ntitel = "x"', "line 4: unknown key 'titel' in translation.zh; did you mean title?"),
        ("[translation.zh]\ntitle = 3", "line 4: title must be text, not 3"),
        ('translation = "zh"', "line 3: translation must be a table"),
        ('[translation]\nzh = "一个碗"', "line 4: zh must be a table"),
        ('[translation.Chinese]\ntitle = "x"', "line 3: 'Chinese' is no name of a language"),
        ('[translation."../zh"]\ntitle = "x"', "line 3: '../zh' is no name of a language"),
        ('[translation."zh\\n"]\ntitle = "x"', r"line 3: 'zh\n' is no name of a language"),
    ],
)
def test_that_what_is_no_translation_is_refused_with_its_line(section: str, said: str) -> None:
    with pytest.raises(ExperimentFileError) as refusal:
        read(f"gdviz = 1\n\n{section}\n")
    assert str(refusal.value).startswith(f"bowl.toml, {said}")


def test_that_words_lose_what_steers_a_terminal_and_titles_are_one_line() -> None:
    words = Words("\x1b[31mred\nline", "one\u202etwo\nthree")
    assert words == Words("[31mred line", "onetwo\nthree")
    assert Experiment("a\nb", "c\x07").words("zh") == Words("a b", "c")


@pytest.mark.parametrize("language", ["", "z", "ZH", "zh_CN", "zh CN", "language"])
def test_that_an_experiment_refuses_names_that_are_of_no_language(language: str) -> None:
    with pytest.raises(InputError, match="no name of a language"):
        Experiment(translations={language: Words("x")})


def test_that_changing_the_given_mapping_leaves_the_experiment_as_it_was() -> None:
    given = {"zh": Words("一个碗")}
    experiment = Experiment(translations=given)
    given["de"] = Words("Eine Schale")
    assert list(experiment.translations) == ["zh"]
