"""Features in standard units and back, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

from gdviz.data.read import read_table
from gdviz.data.scaling import Standardizer, refuse_constant
from gdviz.errors import InputError

FEATURES = np.random.default_rng(3).normal([1e6, -3, 0.01], [10, 2, 1e-4], (200, 3))
NAMES = ("a", "b", "c")


def test_that_features_are_scaled_as_scikit_learn_scales_them() -> None:
    standardizer = Standardizer.fit(FEATURES, NAMES)
    reference = StandardScaler().fit(FEATURES)
    np.testing.assert_allclose(standardizer.mean, reference.mean_, rtol=1e-13)
    np.testing.assert_allclose(standardizer.scale, reference.scale_, rtol=1e-10)
    np.testing.assert_allclose(standardizer.transform(FEATURES), reference.transform(FEATURES), rtol=0, atol=1e-8)
    np.testing.assert_allclose(standardizer.transform(FEATURES).std(axis=0), 1, rtol=1e-12)


def test_that_coefficients_come_back_in_the_units_of_the_table() -> None:
    table = read_table("builtin:diabetes")
    features = np.column_stack([table.column(name).values for name in table.names[:-1]])
    target = table.column("progression").values
    standardizer = Standardizer.fit(features, table.names[:-1])
    scaled = LinearRegression().fit(standardizer.transform(features), target)
    original = LinearRegression().fit(features, target)
    weights, bias = standardizer.to_original_units(scaled.coef_, scaled.intercept_)
    np.testing.assert_allclose(weights, original.coef_, rtol=1e-9)
    np.testing.assert_allclose(bias, original.intercept_, rtol=1e-9)


def test_that_a_batch_of_models_comes_back_like_each_of_them() -> None:
    standardizer = Standardizer.fit(FEATURES, NAMES)
    weights = np.random.default_rng(4).normal(size=(5, 2, 3))
    biases = np.random.default_rng(5).normal(size=(5, 2))
    batch_weights, batch_biases = standardizer.to_original_units(weights, biases)
    one_weights, one_bias = standardizer.to_original_units(weights[3, 1], float(biases[3, 1]))
    np.testing.assert_allclose(batch_weights[3, 1], one_weights, rtol=1e-14)
    np.testing.assert_allclose(batch_biases[3, 1], one_bias, rtol=1e-12)
    # The same model: equal predictions in either units.
    row = FEATURES[:7]
    expected = standardizer.transform(row) @ weights[3, 1] + biases[3, 1]
    np.testing.assert_allclose(row @ one_weights + one_bias, expected, atol=1e-7)


@pytest.mark.parametrize(
    ("constant", "sentence"),
    [
        ([1], "the column 'b' has the same value in every row and can't be a feature; choose other features."),
        (
            [0, 2],
            "the columns 'a', 'c' have the same value in every row and can't be a feature; choose other features.",
        ),
    ],
)
def test_that_constant_features_are_refused_by_name(constant: list[int], sentence: str) -> None:
    features = FEATURES.copy()
    features[:, constant] = 0.1  # whose standard deviation comes out as 1.4e-17, not 0
    with pytest.raises(InputError) as caught:
        Standardizer.fit(features, NAMES)
    assert str(caught.value) == sentence


def test_that_one_row_makes_every_feature_constant() -> None:
    with pytest.raises(InputError, match="the columns 'a', 'b', 'c' have the same value in every row"):
        refuse_constant(FEATURES[:1], NAMES)
