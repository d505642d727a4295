"""Methods around a method: how one is declared that has another inside.

A wrapper has an option `base`, the name of a gradient rule, and beside its own options those of that rule, so that
files, forms and the command line say them all in one flat list: `lookahead:base=adam,k=5,learning_rate=0.05`. An option
of the rule that is called like one of the wrapper's is `base_NAME`.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from gdviz.arrays import Array
from gdviz.echo import echoed
from gdviz.errors import ParameterError
from gdviz.optimizers.explanation import Quantity, StepFacts
from gdviz.optimizers.rule import GradientRule, Optimizer, Step
from gdviz.oracle import Evaluations
from gdviz.parameters import Parameter, declared, parameter
from gdviz.problems.base import Problem

__all__ = ["Wrapper", "base_option"]

_BASE = "base"
_PREFIX = "base_"


def base_option(default: str) -> Any:
    """The method that is wrapped, by name. Its choices are known once all methods are: see `declarations_for`."""
    return parameter(
        default,
        kind="text",
        label="Base",
        help="The method that takes the steps. Its options stand beside those of the wrapper.",
    )


def _base_class(name: Any) -> type[GradientRule]:
    # The registry is made of the wrappers too, so it exists only after this module.
    from gdviz.optimizers import OPTIMIZERS

    cls = OPTIMIZERS.get(name)
    if not issubclass(cls, GradientRule):
        raise ParameterError(
            f"base can't be {cls.name}, which does not step by the gradient alone; choose a gradient rule such as "
            "gradient_descent, momentum or adam."
        )
    return cls


def _base_names() -> tuple[str, ...]:
    from gdviz.optimizers import OPTIMIZERS

    return tuple(cls.name for cls in OPTIMIZERS if issubclass(cls, GradientRule))


@dataclass(frozen=True)
class Wrapper(Optimizer):
    """An optimizer that lets another, a gradient rule, take its steps. Subclasses declare `base` by `base_option`."""

    gradients_per_step: ClassVar[int] = 1

    base: str = base_option("gradient_descent")
    base_options: tuple[tuple[str, Any], ...] = field(default=(), kw_only=True)
    """What differs from the defaults of the rule inside, by the rule's own names; use `from_options` and `changed`,
    which know both kinds."""
    rule: GradientRule = field(init=False, repr=False, compare=False)
    """The method inside."""

    def __post_init__(self) -> None:
        super().__post_init__()
        try:
            rule = _base_class(self.base).from_options(dict(self.base_options))
        except ParameterError as error:
            raise ParameterError(f"{self.name}: {error}") from None
        object.__setattr__(self, "rule", rule)
        object.__setattr__(self, "base_options", tuple(rule.changed_options().items()))
        inside = rule.evaluations_per_step
        # How often it asks depends on what is inside, which the class can't say for all of its instances.
        asked = None if inside is None else Evaluations(*(self.gradients_per_step * count for count in inside))
        object.__setattr__(self, "evaluations_per_step", asked)

    @property
    def learning_rate(self) -> Any:
        """That of the method inside."""
        return self.rule.learning_rate

    @property
    def state_owner(self) -> str:
        return self.base

    @classmethod
    def declarations_for(cls, options: Mapping[str, Any]) -> tuple[Parameter, ...]:
        own = declared(cls)
        base = options.get(_BASE, next(item.default for item in own if item.name == _BASE))
        inside = declared(_base_class(base))
        renamed = _renamed(cls, inside)
        return (
            *(
                dataclasses.replace(item, kind="choice", choices=_base_names()) if item.name == _BASE else item
                for item in own
            ),
            *(
                dataclasses.replace(item, name=renamed[item.name], follows=renamed.get(item.follows, item.follows))
                for item in inside
            ),
        )

    @classmethod
    def from_options(cls, options: Mapping[str, Any], **undeclared: Any) -> Self:
        given = dict(options)
        if isinstance(given.get(_BASE), GradientRule):
            rule = given[_BASE]
            renamed = _renamed(cls, declared(type(rule)))
            inside = {renamed[name]: value for name, value in rule.changed_options().items()}
            given = {**inside, **given, _BASE: rule.name}
        names = [item.name for item in cls.declarations_for(given)]
        for option in given:
            if option not in names:
                close = difflib.get_close_matches(option, names, n=1, cutoff=0.5)
                offer = f"did you mean {close[0]}?" if close else f"it has {', '.join(names)}."
                base = given.get(_BASE, declared(cls)[0].default)
                raise ParameterError(f"{cls.name} around {base} has no option {echoed(option)}; {offer}")
        own = {item.name for item in declared(cls)}
        renamed = {
            said: name for name, said in _renamed(cls, declared(_base_class(given.get(_BASE, cls.base)))).items()
        }
        return cls(
            **{name: value for name, value in given.items() if name in own},
            base_options=tuple((renamed[name], value) for name, value in given.items() if name not in own),
            **undeclared,
        )

    def options(self) -> dict[str, Any]:
        renamed = _renamed(type(self), declared(type(self.rule)))
        return {**super().options(), **{renamed[name]: value for name, value in self.rule.options().items()}}

    def default_of(self, declaration: Parameter) -> Any:
        for item in declared(type(self)):
            if item.name == declaration.name:
                return item.default
        renamed = _renamed(type(self), declared(type(self.rule)))
        inside = next(item for item in declared(type(self.rule)) if renamed[item.name] == declaration.name)
        return self.rule.default_of(inside)

    def changed_options(self) -> dict[str, Any]:
        renamed = _renamed(type(self), declared(type(self.rule)))
        return {**super().changed_options(), **{renamed[name]: value for name, value in self.base_options}}

    def changed(self, options: Mapping[str, Any]) -> Self:
        own = {name: getattr(self, name) for name in (item.name for item in declared(type(self)))}
        rule = self.rule
        base = options.get(_BASE, self.base)
        if base != self.base:
            # Another method inside, with its own defaults and what is said of it here.
            return self.from_options({**own, **options})
        said = {said: name for name, said in _renamed(type(self), declared(type(rule))).items()}
        unknown = next((name for name in options if name not in own and name not in said), None)
        if unknown is not None:
            return self.from_options(options)  # which raises, and says what there is
        rule = rule.changed({said[name]: value for name, value in options.items() if name in said})
        own |= {name: value for name, value in options.items() if name in own}
        return type(self)(**own, base_options=tuple(rule.changed_options().items()))

    def check(self, problem: Problem, batch_size: int | None) -> None:
        self.rule.check(problem, batch_size)

    def explain_inside(self, facts: StepFacts, x: Array, state: Any, gradient: Array, taken: Step) -> list[Quantity]:
        """What the rule inside did with a gradient in a step from `x` and its `state`, its update called as its own."""
        inside = dataclasses.replace(
            facts, x=x, state=state, gradient=gradient, next_point=taken.point, next_state=taken.state
        )
        return [
            item._replace(name=f"{self.rule.label}: update") if item.name == "Update" else item
            for item in self.rule.explain_update(inside)
        ]


def _renamed(wrapper: type[Wrapper], inside: tuple[Parameter, ...]) -> dict[str, str]:
    """The rule's options by name, and what they are called beside those of the wrapper."""
    own = {item.name for item in declared(wrapper)}
    return {item.name: _PREFIX + item.name if item.name in own else item.name for item in inside}
