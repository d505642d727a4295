"""Weight decay, coupled to the gradient or apart from it, and how an explanation of a step tells it.

torch's optimizers add λθ to the gradient, and optax's do where `add_decayed_weights` stands first in the chain. keras
shrinks the point by ηλ beside whatever step its rule takes, as AdamW does in every library.
"""

from __future__ import annotations

from gdviz.arrays import Array
from gdviz.optimizers.explanation import StepFacts
from gdviz.quantities import Quantity

__all__ = ["WeightDecay", "update_line"]


class WeightDecay:
    """What rules with a `weight_decay` share; stands before `GradientRule` among a rule's bases."""

    weight_decay: float
    convention: str

    @property
    def decoupled(self) -> bool:
        """Whether the decay stays out of the gradient."""
        return self.convention == "keras"

    def penalized(self, gradient: Array, x: Array) -> Array:
        """∇(f + λ/2 ‖x‖²) at `x (..., d)` where the decay is coupled, else the gradient as it is."""
        return gradient + self.weight_decay * x if self.weight_decay and not self.decoupled else gradient

    def decayed(self, update: Array, x: Array, learning_rate: float) -> Array:
        """The update `(..., d)` and, where the decay is decoupled, −ηλx with it."""
        if self.weight_decay and self.decoupled:
            return update - (learning_rate * self.weight_decay) * x
        return update

    def explained_gradient(self, facts: StepFacts) -> tuple[Array, tuple[Quantity, ...]]:
        """The gradient that the rule goes on with, and the quantity that shows how it came about, if it was changed."""
        if not self.weight_decay or self.decoupled:
            return facts.gradient, ()
        gradient = self.penalized(facts.gradient, facts.x)
        formula = r"g_t \leftarrow g_t + \lambda \theta_{t-1}"
        return gradient, (Quantity("Penalized gradient", "g", formula, gradient),)

    def explained_update(self, facts: StepFacts, update: Array, formula: str) -> Quantity:
        """The whole update, given that of the rule without decoupled decay and its formula."""
        if self.weight_decay and self.decoupled:
            update = self.decayed(update, facts.x, facts.learning_rate)
            formula += r" - \eta_t \lambda \theta_{t-1}"
        return update_line(update, formula)


def update_line(update: Array, formula: str) -> Quantity:
    """The last line of an optimizer's part: what is added to the point, `(..., d)`."""
    return Quantity("Update", "Δ", r"\Delta_t = " + formula, update)
