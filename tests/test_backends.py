"""Backends by name: which can be used here, and what is said of the others."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

from gdviz import backends
from gdviz.backends import BACKENDS, Backend, backend, choose
from gdviz.errors import UnknownNameError


def test_that_the_names_are_those_of_the_contract() -> None:
    assert [item.name for item in BACKENDS] == ["numpy", "torch", "torch:cuda", "torch:mps", "cupy", "jax"]


def test_that_numpy_can_always_be_used() -> None:
    assert choose("numpy") == (BACKENDS[0], "")


def test_that_an_unknown_name_is_answered_with_the_closest_one() -> None:
    with pytest.raises(UnknownNameError, match="unknown backend 'tourch:cuda'; did you mean torch:cuda"):
        choose("tourch:cuda")


def test_that_a_library_that_is_not_installed_is_said_with_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    chosen, notice = choose("torch")
    assert chosen.name == "numpy"
    assert notice == "torch: torch is not installed (pip install 'gdviz[torch]'); NumPy computes instead."


def test_that_a_library_that_breaks_when_imported_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> Any:
        raise OSError("libcudart.so.12: cannot open shared object file\nand a page more")

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(backends.importlib, "import_module", broken)
    assert backend("cupy").why_not() == (
        "cupy is installed but can't be imported (OSError: libcudart.so.12: cannot open shared object file); "
        "install it again"
    )


class _Numbers:
    """A library whose device can't add."""

    __name__ = "numbers"
    float64 = np.float64

    def asarray(self, numbers: Any, dtype: Any, device: str) -> Any:
        assert device == "abacus"
        return np.asarray(numbers, dtype=dtype)

    def sum(self, numbers: Any) -> Any:
        return np.asarray(4.0)


def test_that_a_device_that_computes_wrongly_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends.importlib, "import_module", lambda name: _Numbers())
    assert Backend("x", "", "numbers", "numbers", "abacus").why_not() == "numbers adds 1 and 2 to 4 on abacus"


@pytest.mark.torch
def test_that_torch_s_arrays_are_on_its_device_in_double_precision() -> None:
    torch = pytest.importorskip("torch")
    assert backend("torch").why_not() == ""
    array = backend("torch").array([1, 2])
    assert isinstance(array, torch.Tensor)
    assert (array.dtype, array.device.type) == (torch.float64, "cpu")
    assert backend("torch").array([1.0], np.float32).dtype == torch.float32


@pytest.mark.torch
def test_that_a_device_that_is_not_there_is_said() -> None:
    torch = pytest.importorskip("torch")
    missing = "torch:mps" if torch.cuda.is_available() else "torch:cuda"
    chosen, notice = choose(missing)
    assert chosen.is_numpy
    device = missing.partition(":")[2]
    assert notice.startswith(f"{missing}: torch can't compute on {device} here (")
    assert notice.endswith("; NumPy computes instead.")


@pytest.mark.jax
def test_that_jax_computes_in_double_precision_here_and_keeps_its_setting_elsewhere() -> None:
    jnp = pytest.importorskip("jax.numpy")
    assert backend("jax").why_not() == ""
    assert backend("jax").array([1.0]).dtype == np.float64
    assert jnp.asarray([1.0]).dtype == np.float32
