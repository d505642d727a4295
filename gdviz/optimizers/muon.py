"""Muon: momentum whose matrix is made orthogonal before every step, for the weight matrices of models.

It needs to know which of the parameters form a matrix, so it is no `GradientRule`: the problem's blocks say it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from gdviz.arrays import Array, Namespace
from gdviz.optimizers import hyper_parameters as hyper
from gdviz.optimizers.explanation import StepFacts
from gdviz.optimizers.rule import Optimizer, Step, averaged, new
from gdviz.optimizers.weight_decay import update_line
from gdviz.oracle import Evaluations, Oracle
from gdviz.parameters import parameter
from gdviz.problems.base import Block
from gdviz.quantities import Quantity

__all__ = ["Muon", "MuonState", "orthogonalized"]

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)
_SMALLEST_NORM = 1e-7


class MuonState(NamedTuple):
    """The momentum b of the matrices, and Adam's moments m and v of all else, `(..., d)` each; steps taken."""

    velocity: Array
    first_moment: Array
    second_moment: Array
    step: int


def orthogonalized(xp: Namespace, matrix: Array, iterations: int, clamp: bool = True) -> Array:
    """U S Vᵀ `(..., rows, columns)` of a matrix U Σ Vᵀ, with singular values S between about 0.7 and 1.2.

    Newton–Schulz: X ← aX + (bA + cA²)X with A = XXᵀ, from X = G/‖G‖. The numbers a, b, c lift small singular values
    quickly, and do not lead to 1 exactly. `clamp` bounds a tiny norm from below as torch does; else it is added to.
    """
    tall = matrix.shape[-2] > matrix.shape[-1]
    x = xp.matrix_transpose(matrix) if tall else matrix
    norm = xp.sqrt(xp.sum(x * x, axis=(-2, -1), keepdims=True))
    smallest = xp.full_like(norm, _SMALLEST_NORM)
    x = x / (xp.maximum(norm, smallest) if clamp else norm + smallest)
    a, b, c = _COEFFICIENTS
    for _ in range(iterations):
        gram = xp.matmul(x, xp.matrix_transpose(x))
        x = a * x + xp.matmul(b * gram + c * xp.matmul(gram, gram), x)
    return xp.matrix_transpose(x) if tall else x


@dataclass(frozen=True)
class Muon(Optimizer):
    """B ← μB + (1 − μ)G; W ← W(1 − ηλ) − η √max(1, rows/columns) · NS((1 − μ)G + μB), for each weight matrix W.

    NS makes a matrix nearly orthogonal by Newton–Schulz steps. keras has B ← μB + G and G + μB instead, which NS makes
    the same of but for ε, and 0.2 √max(rows, columns) in place of the other root. What is no matrix, such as biases or
    the coordinates of a plain function, takes Adam's step with the same rate and decay, as in optax and keras. torch
    computes NS in bfloat16, here it is as exact as the parameters; and torch's own layers keep their matrices as
    (outputs, inputs), where a model here has (inputs, outputs).

    Source: Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"; torch.optim.Muon;
    keras.optimizers.Muon; Liu et al. 2025, arXiv:2502.16982, for keras' factor.
    """

    name: ClassVar[str] = "muon"
    label: ClassVar[str] = "Muon"
    summary: ClassVar[str] = "Momentum that moves a weight matrix equally in all its directions; Adam for all else."
    source: ClassVar[str] = "Jordan et al. 2024; torch.optim.Muon"
    evaluations_per_step: ClassVar[Evaluations | None] = Evaluations(value=0, gradient=1, hessian=0)
    state_symbols: ClassVar[Mapping[str, str]] = {"velocity": "B", "first_moment": "m", "second_moment": "v"}

    learning_rate: float = hyper.learning_rate(1e-3)
    momentum: float = hyper.momentum(0.95)
    nesterov: bool = parameter(
        True,
        label="Nesterov",
        help="Mixes the latest gradient into the momentum before it is made orthogonal. "
        "Without it the path turns later.",
    )
    iterations: int = parameter(
        5,
        low=1,
        high=99,
        slider=(1, 10),
        symbol="k",
        label="Newton–Schulz steps",
        help="How often the matrix is brought nearer to an orthogonal one. Too big: time is spent for nothing.",
    )
    beta1: float = hyper.beta1(0.9)
    beta2: float = hyper.beta2(0.999)
    epsilon: float = hyper.epsilon(1e-8, keras=1e-7)
    weight_decay: float = hyper.weight_decay(0.1, keras=4e-3)
    convention: str = hyper.convention("torch", "keras")

    def init(self, xp: Namespace, x: Array) -> MuonState:
        return MuonState(xp.zeros_like(x), xp.zeros_like(x), xp.zeros_like(x), 0)

    def step(self, xp: Namespace, oracle: Oracle, x: Array, state: MuonState, learning_rate: float) -> Step:
        gradient = oracle.gradient(x)
        if self.convention == "keras":
            velocity = self.momentum * state.velocity + gradient
        else:
            velocity = averaged(state.velocity, gradient, self.momentum)
        step = state.step + 1
        following = new(
            MuonState,
            (
                velocity,
                averaged(state.first_moment, gradient, self.beta1),
                averaged(state.second_moment, gradient * gradient, self.beta2),
                step,
            ),
        )
        update = -learning_rate * self._direction(xp, oracle.problem.blocks, gradient, following)
        return new(Step, (x + (update - (learning_rate * self.weight_decay) * x), following))

    def _direction(self, xp: Namespace, blocks: tuple[Block, ...], gradient: Array, state: MuonState) -> Array:
        """What the rate is multiplied by, `(..., d)`, without the decay; `state` is that after the step."""
        mixed = self._mixed(gradient, state.velocity)
        parts, place = [], 0
        for block in blocks:
            end = place + math.prod(block.shape)
            if len(block.shape) == 2:
                batch = mixed.shape[:-1]
                matrix = xp.reshape(mixed[..., place:end], (*batch, *block.shape))
                found = orthogonalized(xp, matrix, self.iterations, clamp=self.convention == "torch")
                parts.append(self._factor(*block.shape) * xp.reshape(found, (*batch, end - place)))
            else:
                parts.append(self._adam(xp, state, slice(place, end)))
            place = end
        return xp.concat(parts, axis=-1)

    def _mixed(self, gradient: Array, velocity: Array) -> Array:
        if not self.nesterov:
            return velocity
        if self.convention == "keras":
            return gradient + self.momentum * velocity
        return averaged(velocity, gradient, self.momentum)  # μB + (1 − μ)G

    def _factor(self, rows: int, columns: int) -> float:
        if self.convention == "keras":
            return 0.2 * math.sqrt(max(rows, columns))
        return math.sqrt(max(1.0, rows / columns))

    def _adam(self, xp: Namespace, state: MuonState, part: slice) -> Array:
        first = state.first_moment[..., part] / (1.0 - self.beta1**state.step)
        correction = (1.0 - self.beta2**state.step) ** 0.5
        epsilon = self.epsilon / correction if self.convention == "keras" else self.epsilon
        return first / (xp.sqrt(state.second_moment[..., part]) / correction + epsilon)

    def explain_update(self, facts: StepFacts) -> tuple[Quantity, ...]:
        gradient = facts.oracle.gradient(facts.x) if facts.gradient is None else facts.gradient
        blocks, after = facts.oracle.problem.blocks, facts.next_state
        direction = self._direction(facts.xp, blocks, gradient, after)
        lines: list[Quantity] = []
        if facts.gradient is None:
            lines.append(Quantity("Gradient", "g", r"g_t = \nabla f(\theta_{t-1})", gradient))
        keras = self.convention == "keras"
        kept = r"B_t = \mu B_{t-1} + G_t" if keras else r"B_t = \mu B_{t-1} + (1 - \mu) G_t"
        lines.append(Quantity("Momentum", "B", kept, after.velocity))
        if self.nesterov:
            mix = r"N_t = G_t + \mu B_t" if keras else r"N_t = (1 - \mu) G_t + \mu B_t"
            lines.append(Quantity("Look-ahead momentum", "N", mix, self._mixed(gradient, after.velocity)))
        of = "N_t" if self.nesterov else "B_t"
        factor = r"0.2 \sqrt{\max(r, c)}" if keras else r"\sqrt{\max(1, r/c)}"
        matrices = rf"D_t = {factor}\, \mathrm{{NS}}({of})"
        others = r"\frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \varepsilon}"
        lines.append(
            Quantity(
                "Direction",
                "D",
                rf"{matrices}\ \mathrm{{for\ matrices}},\ {others}\ \mathrm{{for\ all\ else}}",
                direction,
            )
        )
        update = -facts.learning_rate * direction - (facts.learning_rate * self.weight_decay) * facts.x
        return *lines, update_line(update, r"-\eta_t D_t - \eta_t \lambda \theta_{t-1}")
