"""Roles of columns and options of a fit say the same, and options say only what differs from the defaults."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdviz.data.builtin import BUILTIN
from gdviz.data.dialect import Dialect
from gdviz.data.read import read_table
from gdviz.data.sniff import sniff
from gdviz.data.table import Column, Table
from gdviz.errors import InputError, UnknownNameError
from gdviz.experiment.data_choice import (
    MOST_CLASSES,
    FitRoles,
    bundled_choice,
    carried_over,
    class_names,
    classes_for,
    completed,
    constant_columns,
    data_choice,
    dialect_options,
    resolved_roles,
    retargeted,
    usual_model,
    with_model,
    with_targets,
    with_weights,
    without_features,
)
from gdviz.problems.fit import DataFit
from gdviz.problems.fit_source import chosen_dialect

IRIS = FitRoles(
    "species", ("sepal_length", "sepal_width", "petal_length", "petal_width"), "logistic", ("setosa", "versicolor")
)


@pytest.fixture(scope="module")
def iris() -> Table:
    return read_table("builtin:iris")


def made(table: Table, roles: FitRoles, **options: Any) -> DataFit:
    """The fit that these roles lead to."""
    choice = data_choice(table, roles, class_names(table, roles.target), {"table": table.source, **options})
    return DataFit.from_table(table, **choice.options)


def as_fitted(fit: DataFit) -> FitRoles:
    """The roles that a fit has in the end."""
    return FitRoles(fit.data.target, fit.data.features, fit.data.model.name, fit.data.class_names or None)


def all_roles(table: Table) -> list[FitRoles]:
    """A role of every kind for this table."""
    found = []
    for target, kind in zip(table.names, table.kinds, strict=True):
        numeric = tuple(name for name in table.numeric_names if name != target)
        subsets = [numeric, numeric[:1], numeric[::-1], numeric[1:]]
        models = ["logistic"] if kind == "text" else ["linear", "logistic"]
        for features, model in itertools.product([subset for subset in subsets if subset], models):
            known = class_names(table, target)
            if model == "linear":
                found.append(FitRoles(target, features, model))
            elif len(known) >= 2 and (kind == "text" or table.rows < 200):  # two of many numbers leave too few rows
                pairs = (known[:2], known[-1:] + known[:1])
                found += [FitRoles(target, features, model, pair) for pair in pairs if varied(table, target, pair)]
                if len(known) > 2 and kind == "text":
                    found += [FitRoles(target, features, name, known) for name in ("softmax", "mlp")]
    return found


def varied(table: Table, target: str, pair: tuple[str, ...]) -> bool:
    """Whether every numeric column has more than one value in the rows of these two classes."""
    column = table.column(target)
    if column.kind == "text":
        return True
    rows = np.isin(column.values, [float(name) for name in pair])
    return all(len(np.unique(table.column(name).values[rows])) > 1 for name in table.numeric_names)


@pytest.mark.parametrize("name", [table.name for table in BUILTIN])
def test_that_the_fit_made_of_roles_has_just_these_roles(name: str) -> None:
    table = read_table(f"builtin:{name}")
    for roles in all_roles(table):
        assert as_fitted(made(table, roles)) == roles


@pytest.mark.parametrize("name", [table.name for table in BUILTIN])
def test_that_roles_come_back_from_the_options_that_say_them(name: str) -> None:
    table = read_table(f"builtin:{name}")
    for roles in all_roles(table):
        known = class_names(table, roles.target)
        choice = data_choice(table, roles, known, {"table": table.source})
        resolved = resolved_roles(table, choice.options)
        assert dataclasses.replace(resolved, classes=None) == dataclasses.replace(roles, classes=None)
        assert (resolved.classes or known) == (roles.classes or known)


def test_that_defaults_are_not_said(iris: Table) -> None:
    line = read_table("builtin:line")
    assert data_choice(line, resolved_roles(line, {}), (), {"table": "builtin:line"}).options == {
        "table": "builtin:line"
    }
    exam = read_table("builtin:exam")
    both = FitRoles("passed", ("hours",), "logistic", ("no", "yes"))
    assert data_choice(exam, both, ("no", "yes"), {"table": "builtin:exam"}).options == {"table": "builtin:exam"}
    chosen = data_choice(iris, IRIS, class_names(iris, "species"), {"table": "builtin:iris"})
    assert chosen.options == {"table": "builtin:iris", "classes": ("setosa", "versicolor")}
    assert chosen.name == "data"


def test_that_two_classes_the_other_way_round_are_said() -> None:
    exam = read_table("builtin:exam")
    swapped = FitRoles("passed", ("hours",), "logistic", ("yes", "no"))
    assert made(exam, swapped).data.class_names == ("yes", "no")


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({"loss": "huber", "delta": 2.0, "l2": 0.1}, {"loss": "huber", "delta": 2.0, "l2": 0.1}),
        ({"loss": "absolute_error", "delta": 2.0, "alpha": 3.0}, {"loss": "absolute_error"}),
        ({"loss": "squared_error", "alpha": 3.0}, {"alpha": 3.0}),
        ({"loss": "binary_cross_entropy", "alpha": 1.0}, {"alpha": 1.0}),
        ({"standardize": False, "l1": 0.5, "encoding": None}, {"standardize": False, "l1": 0.5}),
    ],
)
def test_that_options_are_kept_where_the_model_has_a_use_for_them(
    options: dict[str, Any], kept: dict[str, Any]
) -> None:
    line = read_table("builtin:line")
    roles = FitRoles("y", ("x",), "linear")
    choice = data_choice(line, roles, (), {"table": "builtin:line", **options})
    assert choice.options == {"table": "builtin:line", **kept}
    DataFit.from_table(line, **choice.options)


def test_that_a_loss_of_the_other_model_goes_with_it(iris: Table) -> None:
    fit = made(
        iris, with_model(FitRoles("petal_width", ("petal_length",), "logistic", ("0.1", "0.2")), "linear"), loss="huber"
    )
    assert as_fitted(fit) == FitRoles("petal_width", ("petal_length",), "linear")
    assert fit.loss == "huber"
    fit = made(iris, IRIS, loss="cross_entropy", alpha=1.0)
    assert (fit.loss, fit.alpha) == (None, 0.0)
    network = dataclasses.replace(IRIS, model="mlp", classes=None)
    fit = made(iris, network, loss="cross_entropy", alpha=1.0, hidden=(3,))
    assert (fit.alpha, fit.hidden) == (1.0, (3,))
    assert made(iris, IRIS, hidden=(3,)).hidden == DataFit.from_table(iris).hidden


def test_that_columns_that_can_be_no_features_are_left_out(iris: Table) -> None:
    constant = Column("k", "numeric", np.ones(iris.rows))
    table = dataclasses.replace(iris, columns=(constant, *iris.columns))
    assert constant_columns(table) == ("k",)
    usual = resolved_roles(table, {})
    assert usual.features == ("k", *IRIS.features)
    usable = without_features(usual, constant_columns(table))
    assert usable.features == IRIS.features
    assert as_fitted(made(table, dataclasses.replace(usable, model="logistic", classes=IRIS.classes))) == IRIS


def test_that_a_table_of_three_classes_is_told_apart_by_softmax(iris: Table) -> None:
    assert resolved_roles(iris, {}) == dataclasses.replace(IRIS, model="softmax", classes=None)
    assert resolved_roles(read_table("builtin:exam"), {}).model == "logistic"
    assert resolved_roles(iris, {"loss": "cross_entropy"}).model == "softmax"
    assert DataFit.from_table(iris).data.model.name == "softmax"


def test_that_several_targets_and_weights_are_no_features_and_come_back() -> None:
    table = read_table("builtin:linnerud")
    one = resolved_roles(table, {"target": "weight"})
    both = with_targets(table, one, ("waist",))
    assert both.features == ("chin_ups", "sit_ups", "jumps", "pulse")
    weighed = with_weights(table, both, "pulse")
    assert weighed.features == ("chin_ups", "sit_ups", "jumps")
    choice = data_choice(table, weighed, (), {"table": "builtin:linnerud"})
    assert choice.options == {"table": "builtin:linnerud", "target": ("weight", "waist"), "weights": "pulse"}
    assert resolved_roles(table, choice.options) == weighed
    fit = DataFit(**choice.options)
    assert (fit.data.target_names, fit.data.features) == (("weight", "waist"), weighed.features)
    assert with_targets(table, weighed, ()).features == ("chin_ups", "sit_ups", "jumps", "waist")
    assert with_model(both, "logistic").more_targets == ()
    assert with_model(both, "mlp").more_targets == ("waist",)
    assert retargeted(table, weighed, "pulse") == FitRoles(
        "pulse", ("chin_ups", "sit_ups", "jumps", "weight", "waist"), "linear"
    )


def test_that_a_loss_may_decide_on_the_model(iris: Table) -> None:
    options = {"target": "sepal_width", "loss": "binary_cross_entropy", "classes": ["3", "3.1"]}
    assert resolved_roles(iris, options).model == "logistic"
    assert resolved_roles(iris, {"target": "sepal_width", "loss": "huber"}).model == "linear"
    assert resolved_roles(iris, {"target": "sepal_width", "classes": ["3", "3.1"]}).model == "logistic"


def test_that_another_target_takes_its_place_among_the_features(iris: Table) -> None:
    numeric = iris.numeric_names
    moved = retargeted(iris, IRIS, "petal_width")
    assert moved == FitRoles("petal_width", numeric[:3], "linear")
    assert retargeted(iris, moved, "sepal_length") == FitRoles("sepal_length", numeric[1:], "linear")
    chosen = FitRoles("species", ("petal_length", "petal_width"), "logistic", ("setosa", "virginica"))
    assert retargeted(iris, chosen, "petal_width") == FitRoles("petal_width", ("petal_length",), "linear")
    back = retargeted(iris, moved, "species")
    assert (back.features, back.model, back.classes) == (numeric, "softmax", None)


def test_that_two_classes_are_chosen_where_there_are_more() -> None:
    open_roles = FitRoles("y", ("x",), "logistic")
    assert completed(open_roles, ("a", "b", "c")).classes == ("a", "b")
    assert completed(open_roles, ("a", "b")).classes is None
    assert completed(open_roles, ()).classes is None
    chosen = dataclasses.replace(open_roles, classes=("c", "a"))
    assert completed(chosen, ("a", "b", "c")).classes == ("c", "a")
    assert completed(chosen, ("a", "b", "d")).classes == ("a", "b")
    assert completed(chosen, ()).classes == ("c", "a")
    assert completed(dataclasses.replace(chosen, model="linear"), ("a", "c")).classes is None


def test_that_classes_are_those_that_a_fit_tells_apart(iris: Table) -> None:
    assert class_names(iris, "species") == ("setosa", "versicolor", "virginica")
    names = class_names(iris, "petal_width")
    assert names == tuple(f"{value:g}" for value in np.unique(iris.column("petal_width").values))
    with pytest.raises(InputError, match="no column"):
        class_names(iris, "colour")


def test_that_classes_are_those_of_complete_rows(iris: Table) -> None:
    values = iris.columns[0].values.copy()
    values[:50] = np.nan  # all of setosa
    table = dataclasses.replace(iris, columns=(Column("sepal_length", "numeric", values), *iris.columns[1:]))
    assert class_names(table, "species", ("sepal_width",)) == ("setosa", "versicolor", "virginica")
    assert class_names(table, "species", ("sepal_length",)) == ("versicolor", "virginica")
    assert classes_for(table, dataclasses.replace(IRIS, classes=None)) == ("versicolor", "virginica")
    assert classes_for(table, FitRoles("species", ("colour",), "logistic")) == ()
    numbers = class_names(table, "petal_width", ("sepal_length",))
    assert numbers == tuple(f"{value:g}" for value in np.unique(table.column("petal_width").values[50:]))


def test_that_a_column_of_many_numbers_has_no_classes(iris: Table) -> None:
    many = Column("x", "numeric", np.arange(MOST_CLASSES + 1.0))
    few = Column("y", "numeric", np.array([1.0, np.nan, *[0.0] * (MOST_CLASSES - 1)]))
    table = dataclasses.replace(iris, columns=(many, few))
    assert class_names(table, "x") == ()
    assert class_names(table, "y") == ("0", "1")


def test_that_roles_are_carried_over_to_the_same_file_read_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a;b;c;empty\n1,5;2;x;\n2,5;3;y;\n")
    before = sniff(path)
    table = read_table(path)
    usual = resolved_roles(before, {})
    assert usual.features == ("a", "b", "c")[:2]
    assert carried_over(FitRoles("c", ("a", "b", "empty"), "logistic"), before, table) == FitRoles(
        "c", ("a", "b"), "logistic"
    )
    assert carried_over(FitRoles("c", ("b",), "logistic", ("y", "x")), before, table) == FitRoles(
        "c", ("b",), "logistic", ("y", "x")
    )
    assert carried_over(FitRoles("c", ("empty",), "logistic"), before, table).features == ("a", "b")
    other = Table("t", (Column("u", "numeric", np.ones(2)), Column("v", "numeric", np.ones(2))), table.report, "t")
    assert carried_over(usual, before, other) == FitRoles("v", ("u",), "linear")
    as_text = Table("t", (table.columns[1], Column("a", "text", np.zeros(2, int), ("1.5",))), table.report, "t")
    assert carried_over(FitRoles("a", ("b",), "linear"), before, as_text) == FitRoles("a", ("b",), "logistic")


def test_that_options_of_reading_say_what_differs_from_the_guess() -> None:
    guess = Dialect(delimiter=";", decimal=",")
    dialect = Dialect(delimiter="\t", decimal=",", encoding="gb18030", header=False)
    options = dialect_options(guess, dialect)
    assert options == {"delimiter": "tab", "encoding": "gb18030", "header": False}
    assert chosen_dialect(guess, options) == dialect
    assert chosen_dialect(guess, {"delimiter": "|", "header": None}) == Dialect(delimiter="|", decimal=",")
    assert dialect_options(guess, guess) == {}
    with pytest.raises(InputError, match="delimiter"):
        chosen_dialect(guess, {"delimiter": "abc"})


def test_that_reading_options_read_the_file_as_previewed(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text("1\t2\n3\t5\n4\t1\n")
    guess = sniff(path).dialect
    assert guess.header is False
    options = {"table": str(path), **dialect_options(guess, dataclasses.replace(guess, header=True))}
    fit = DataFit(**options)
    assert fit.data.features == ("1",)
    assert fit.data.rows == 2


@pytest.mark.parametrize("name", [table.name for table in BUILTIN])
def test_that_every_bundled_table_can_be_fitted_as_it_is_offered(name: str) -> None:
    problem = DataFit(**bundled_choice(name).options)
    assert problem.dimension <= 11
    assert np.isfinite(problem.value(problem.start))


def test_that_an_unknown_bundled_table_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="iris"):
        bundled_choice("irs")


def test_that_roles_of_unknown_columns_are_refused(iris: Table) -> None:
    with pytest.raises(InputError, match="no column 'colour'"):
        resolved_roles(iris, {"target": "colour"})


def test_that_text_is_told_apart_and_numbers_are_predicted(iris: Table) -> None:
    two = dataclasses.replace(IRIS, model="")
    assert usual_model(iris, two) == "logistic"
    assert usual_model(iris, dataclasses.replace(two, classes=None)) == "softmax"
    assert usual_model(iris, dataclasses.replace(two, classes=None), loss="binary_cross_entropy") == "logistic"
    assert usual_model(iris, FitRoles("petal_width", ("petal_length",), "")) == "linear"


@pytest.mark.parametrize("model", ["softmax", "mlp"])
def test_that_two_classes_last_no_longer_than_the_model_that_tells_no_more_apart(iris: Table, model: str) -> None:
    roles = with_model(IRIS, model)
    assert roles.classes is None
    fit = DataFit(**data_choice(iris, roles, classes_for(iris, roles), {"table": "builtin:iris"}).options)
    assert (fit.rows, fit.data.class_names) == (150, ("setosa", "versicolor", "virginica"))
    said = FitRoles("species", IRIS.features, "softmax", ("setosa", "virginica"))
    assert with_model(said, "mlp").classes == ("setosa", "virginica")
    assert with_model(IRIS, "logistic") == IRIS


def test_that_a_model_somebody_chose_stays_for_another_target_of_its_kind(iris: Table) -> None:
    twice = dataclasses.replace(iris, columns=(*iris.columns, dataclasses.replace(iris.columns[-1], name="again")))
    assert retargeted(twice, IRIS, "again").model == "logistic"
    assert retargeted(twice, dataclasses.replace(IRIS, model="mlp", classes=None), "again").model == "mlp"
    assert retargeted(twice, FitRoles("petal_width", ("petal_length",), "logistic"), "sepal_width").model == "logistic"
