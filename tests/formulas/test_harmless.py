"""Formulas that try to run code, and formulas that try to fill the machine: refused, quickly, and nothing happens."""

from __future__ import annotations

import os
import re
import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdviz.errors import InputError
from gdviz.formulas.compiled import CompiledFormula
from gdviz.formulas.errors import FormulaError
from gdviz.formulas.functions import FUNCTIONS
from gdviz.formulas.reading import read_formula
from gdviz.problems.formula import Formula

CALLS = [
    "__import__('os').system('touch /tmp/harmed')",
    '__import__("os").popen("id").read()',
    "eval('1+1')",
    "exec('import os')",
    "compile('x','','eval')",
    "open('/etc/passwd').read()",
    "input()",
    "breakpoint()",
    "exit()",
    "quit()",
    "help()",
    "print(x)",
    "globals()",
    "locals()",
    "vars()",
    "dir()",
    "getattr(x, 'real')",
    "setattr(x, 'y', 1)",
    "delattr(x, 'y')",
    "type(x)",
    "object()",
    "super()",
    "memoryview(x)",
    "bytearray(10**9)",
    "bytes(10**10)",
    "range(10**10)",
    "list(range(9))",
    "sorted([3,1])",
    "sum([1]*10**9)",
    "map(print, x)",
    "filter(None, x)",
    "iter(x)",
    "next(x)",
    "id(x)",
    "hash(x)",
    "repr(x)",
    "str(x)",
    "chr(120)",
    "int('9'*9999)",
    "complex(1, 2)",
    "callable(x)",
    "property(x)",
    "staticmethod(x)",
    "os.system('ls')",
    "sys.exit()",
    "np.load('x')",
    "numpy.fromfile('x')",
    "math.factorial(99999)",
    "subprocess.run('ls')",
    "builtins.eval('1')",
    "importlib.import_module('os')",
    "ctypes.string_at(0)",
    "pickle.loads(b'')",
    "f(x)(y)(z)",
    "g(x)",
    "x.__class__",
    "().__class__.__bases__[0].__subclasses__()",
    "''.__class__.__mro__[1]",
    "(1).__class__",
    "1 .real",
    "1.0.hex()",
    "x.real",
    "x.tofile('y')",
    "x.T",
    "sin.__globals__",
    "sin.__self__",
    "abs.__call__(x)",
    "exp.__module__",
    "[].append(x)",
    "{}.get(x)",
    "x.y.z.w",
]
SYNTAX = [
    "import os",
    "from os import system",
    "import os; os.system('ls')",
    "x; import os",
    "x\nimport os",
    "lambda: x",
    "lambda x: x",
    "(lambda: 1)()",
    "[x for x in range(9)]",
    "{x for x in y}",
    "(x for x in y)",
    "{x: y}",
    "[x, y]",
    "x[0]",
    "x[::2]",
    "x if y else z",
    "x and y",
    "x or y",
    "not x",
    "x in y",
    "x is y",
    "x == y",
    "x != y",
    "x < y",
    "x >= y",
    "x := 3",
    "(x := 3)",
    "x = 3",
    "x += 3",
    "del x",
    "pass",
    "return x",
    "yield x",
    "await x",
    "async x",
    "raise x",
    "assert x",
    "while True: x",
    "for x in y: z",
    "def f(): pass",
    "class A: pass",
    "with x as y: z",
    "try: x",
    "global x",
    "nonlocal x",
    "@x",
    "x @ y",
    "x // y",
    "x % y",
    "x & y",
    "x | y",
    "~x",
    "x << 2",
    "x >> 2",
    "x -> y",
    "...",
    "None",
    "True",
    "False",
    "'x'",
    '"x"',
    "'''x'''",
    "b'x'",
    "f'{x}'",
    "f'{__import__(\"os\")}'",
    "r'x'",
    "u'x'",
    "`x`",
    "$x",
    "x?",
    "#x",
    "x # y",
    "\\x",
    "x\\\ny",
    "*x",
    "**x",
    "sin(*x)",
    "sin(**x)",
    "sin(x=3)",
    "sin(x, out=y)",
    "max(x, key=y)",
    "max(x for x in y)",
    "n0",
    "n0.x",
    "t1 = x",
    "x:",
    "x,",
    ",",
    "()",
    "(())",
    "\x00",
    "x\x00",
    "\x1b[2Jx",
    "x\u202e)'sl'(metsys.so",
    "_",
    "__",
    "__builtins__",
    "__name__",
    "__debug__",
    "_x(y)",
    "x__import__('os')",
    "ｅｖａｌ('1')",
    "＿＿ｉｍｐｏｒｔ＿＿('os')",
    "𝘦𝘷𝘢𝘭(x)",
    "ℯ𝓋𝒶𝓁(x)",
    "sin (x).real",
    "0x10.real",
    "1e5.real",
    "1_000.real",
    "x..y",
    "x.(y)",
    "sin(x))(y",
    "🐍(x)",
]
HARMLESS = {"n0"}
"""What is a formula after all: a name that looks like one of those used inside, and must be the user's own."""

_SOURCE = re.compile(r"[a-z0-9_ .+\-*/(),:=\n]*")
_KNOWN = {*FUNCTIONS, "def", "computed", "return", "power", "step", "filled", "inf", "nan", "e"}


class Watch:
    """Hears every audit event while it is on; a hook can't be taken away again, so it is made once."""

    def __init__(self) -> None:
        self.on = False
        self.heard: list[tuple[str, Any]] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: Any) -> None:
        if self.on:
            self.heard.append((event, arguments))


@pytest.fixture(scope="module")
def watch() -> Watch:
    # What is loaded on first use is loaded now.
    Formula(expression="max(x, 1) + erf(y)^2.5").hessian(np.array([1.0, 2.0]))
    with pytest.raises(InputError):
        read_formula("“x” + foo(y)")
    return Watch()


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Fails if anything was run, opened, imported or compiled but what a formula's own making compiles."""
    watch.heard.clear()
    watch.on = True
    try:
        yield
    finally:
        watch.on = False
    for event, arguments in watch.heard:
        if event == "compile":
            source, filename = arguments
            assert filename in ("<unknown>", "<formula>"), filename
            text = source.decode() if isinstance(source, bytes) else source
            assert isinstance(text, str)
            assert _SOURCE.fullmatch(text), text
            names = set(re.findall(r"[a-z_]\w*", re.sub(r"\d[\d.]*e[+-]?\d+", "", text)))
            assert all(name in _KNOWN or re.fullmatch(r"[nxt]\d+|p\d+x\d+", name) for name in names), names
        else:
            assert event in ("object.__new__", "code.__new__", "function.__new__", "sys._getframe"), (event, arguments)


def test_that_the_watch_hears_what_is_opened_imported_and_run(watch: Watch) -> None:
    for harm in (lambda: open(os.devnull).close(), lambda: eval("1"), lambda: __import__("colorsys")):
        sys.modules.pop("colorsys", None)
        with pytest.raises(AssertionError), watched(watch):
            harm()


@pytest.mark.parametrize("typed", [*CALLS, *SYNTAX], ids=lambda text: ascii(text)[:50])
def test_that_a_formula_that_tries_to_run_code_is_refused_and_nothing_happens(typed: str, watch: Watch) -> None:
    refused = False
    with watched(watch):
        try:
            Formula(expression=typed)
        except InputError:
            refused = True
    assert refused == (typed not in HARMLESS)


def test_that_there_are_as_many_attempts_as_were_promised() -> None:
    assert len(set(CALLS) | set(SYNTAX)) >= 150


@pytest.mark.parametrize("name", ["n0", "t1", "x0", "p1x2", "computed", "filled", "inf", "nan"])
def test_that_names_used_inside_are_the_users_own_in_a_formula(name: str, watch: Watch) -> None:
    with watched(watch):
        formula = Formula(expression=f"{name}^2 + x^3*{name}")
        assert set(formula.names) == {name, "x"}
        point = np.array([3.0, 2.0] if formula.names[0] == name else [2.0, 3.0])
        assert formula.value(point) == 9.0 + 8.0 * 3.0
        formula.gradient(point[None])
        formula.hessian(point)


PIECES = [
    *["__import__", "eval", "exec", "open", "os", "import", "lambda", "x", "sin", "1", "(", ")", ".", "'", '"', "["],
    *["]", "{", "}", "_", ":", ";", "=", "+", "*", "**", ",", "@", " ", "\n"],
]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12))
def test_that_pieces_of_programs_in_any_order_do_nothing(watch: Watch, pieces: list[str]) -> None:
    with watched(watch), suppress(FormulaError):
        read_formula("".join(pieces))


BOMBS = {
    "power tower": "9**9**9",
    "power tower with a variable": "x**9**9**9",
    "taller tower": "9^9^9^9^9^9^9^9 x",
    "huge exponent": "x**999999999",
    "huge negative exponent": "x**-999999999",
    "exponent of a thousand digits": "x^" + "9" * 1000,
    "raised thousand digits": "x" + "⁹" * 1000,
    "number of two thousand digits": "9" * 2000,
    "number of two thousand digits with a variable": "9" * 1998 + "x",
    "fraction of two thousand digits": "0." + "1" * 1990 + "x",
    "shift by power": "2**(2**(2**(2**(2**x))))",
    "factorial by products": "*".join(str(number) for number in range(1, 400)),
    "brackets": "(" * 999 + "x" + ")" * 999,
    "open brackets": "(" * 2000,
    "closed brackets": ")" * 2000,
    "brackets that multiply": "(x)" * 600,
    "function in function": "sin(" * 400 + "x" + ")" * 400,
    "allowed depth": "sin(" * 59 + "x" + ")" * 59,
    "minus signs": "-" * 1999 + "x",
    "plus signs": "+" * 1999 + "x",
    "signs in brackets": ("(" + "-" * 30) * 60 + "x" + ")" * 60,
    "powers of powers": "x" + "^x" * 999,
    "powers in brackets": "(" * 58 + "x" + "^2)" * 58,
    "stars": "*" * 2000,
    "commas": "max(" + "," * 1990 + ")",
    "many arguments": "max(" + ",".join(["x"] * 900) + ")",
    "arguments within the limit": "max(" + ",".join(f"x{place}" for place in range(190)) + ")",
    "many terms": "+".join(["x"] * 1000),
    "many products": "x*" * 999 + "x",
    "many variables": "+".join(f"x{place}^2" for place in range(130)),
    "product of many variables": "*".join(f"x{place}" for place in range(199)),
    "everything depends on everything": "exp(" + "*".join(f"sin(x{place})" for place in range(120)) + ")",
    "quotients of quotients": "/".join(["x"] * 200),
    "nested quotients": "1/(x+" * 58 + "y" + ")" * 58,
    "nested products": "x*(1+" * 58 + "y" + ")" * 58,
    "nested maxima": "max(x," * 58 + "y" + ")" * 58,
    "nested softplus and sigmoid": "softplus(sigmoid(" * 28 + "x*y" + "))" * 28,
    "tangents": "tan(" * 55 + "x*y" + ")" * 55,
    "powers with variables": "x^(y^(" * 25 + "x" + "))" * 25,
    "thousandth powers": "*".join(f"(x{place}^997+1)" for place in range(60)),
    "names of a thousand letters": "x" * 1999,
    "one long name again and again": "+".join(["abcdefghijklmnop"] * 110),
    "too long": "x+" * 500_000 + "x",
    "spaces": " " * 2_000_000,
    "superscripts": "⁹" * 2000,
    "points": "." * 2000,
    "digits and letters": "1x" * 1000,
    "exponents of numbers": "1e1" * 600,
}


def make_all(text: str, look: bool) -> None:
    """Everything that the window would ask for at once; what is refused is refused."""
    try:
        formula = Formula(expression=text)
    except InputError:
        return
    compiled = CompiledFormula(read_formula(text))
    for make in (compiled.value, compiled.gradient, compiled.hessian):
        make(None)
        make(np)
    if look:
        assert formula.domain.shape == (formula.dimension, 2)
        assert formula.start.shape == (formula.dimension,)


@pytest.mark.parametrize("name", BOMBS)
def test_that_a_bomb_takes_no_time(name: str) -> None:
    begin = time.process_time()
    make_all(BOMBS[name], look=True)
    assert time.process_time() - begin < 0.2


@pytest.mark.parametrize("name", BOMBS)
def test_that_a_bomb_takes_no_memory(name: str) -> None:
    tracemalloc.start()
    try:
        # Tracing takes many times as long as what is traced; one look around tells what looks take.
        make_all(BOMBS[name], look=name == "product of many variables")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100e6


def test_that_there_are_as_many_bombs_as_were_promised() -> None:
    assert len(BOMBS) >= 40
