"""One Gaussian fitted to a mixture of two: where the direction of a divergence decides what is found.

Integrals are sums over a fixed grid: expectations under a Gaussian are taken at μ + σu with u = −8, −7.95, …, 8 and
weights in proportion to exp(−u²/2): exact to the last digits for what is smooth over a twentieth of σ. Gradient and
Hessian are those of the sum itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdviz.arrays import Array, Namespace, namespace, placed
from gdviz.parameters import parameter
from gdviz.problems.divergences import Compared, DistributionFit, Divergences, objective_option

__all__ = ["GaussianMixtureFit"]

_NODES = np.arange(-160, 161) / 20.0
_WEIGHTS = np.exp(-0.5 * _NODES**2) / np.exp(-0.5 * _NODES**2).sum()
_HALF_LOG_TURN = 0.5 * math.log(2.0 * math.pi)
_MOST_POINTS = 2048
"""How many points are taken at once: with their grid they fill a few megabytes."""


@dataclass(frozen=True)
class GaussianMixtureFit(DistributionFit):
    """Q = N(μ, σ), in the parameters μ and log σ, fitted to P, a mixture of two Gaussians.

    D(P‖Q) and H(P, Q) depend on P's mean and variance alone and have one minimum, which takes over both: Q covers P.
    D(Q‖P) has a minimum at each mode that is narrow enough: Q seeks a mode. `minima` holds all of them.

    Source: Bishop 2006, Pattern Recognition and Machine Learning, section 10.1.2.
    """

    name = "gaussian_mixture_fit"
    label = "Gaussian to a mixture"
    summary = "One bell fitted to two: by one direction of the divergence it covers both, by the other it takes one."
    source = "Bishop 2006, section 10.1.2"
    formula = "D(P‖Q), D(Q‖P) or H(P,Q) of Q = N(μ, σ), P = s N(m₁, w₁) + (1 − s) N(m₂, w₂)"
    family = "learning"

    objective: str = objective_option()
    share: float = parameter(
        0.6, low=0, high=1, low_open=True, high_open=True, slider=(0.05, 0.95), symbol="s", help="Of the first bell."
    )
    first_mean: float = parameter(-2.0, low=-100, high=100, slider=(-5.0, 5.0), symbol="m₁", help="Its centre.")
    first_width: float = parameter(
        0.7, low=0.01, high=100, slider=(0.1, 3.0), log=True, symbol="w₁", help="Its standard deviation."
    )
    second_mean: float = parameter(2.0, low=-100, high=100, slider=(-5.0, 5.0), symbol="m₂", help="The other's centre.")
    second_width: float = parameter(
        0.5, low=0.01, high=100, slider=(0.1, 3.0), log=True, symbol="w₂", help="The other's standard deviation."
    )

    @property
    def dimension(self) -> int:
        return 2

    @property
    def names(self) -> tuple[str, ...]:
        return ("mu", "log_sigma")

    @property
    def domain(self) -> np.ndarray:
        means, widths = (self.first_mean, self.second_mean), (self.first_width, self.second_width)
        low = min(mean - 4.0 * width for mean, width in zip(means, widths, strict=True))
        high = max(mean + 4.0 * width for mean, width in zip(means, widths, strict=True))
        return np.array([(low, high), (math.log(min(widths)) - 1.0, 0.5 * math.log(self._moments()[1]) + 1.0)])

    @property
    def start(self) -> np.ndarray:
        """A little towards the second bell from halfway between both, as wide as the narrower."""
        middle = 0.5 * (self.first_mean + self.second_mean)
        lean = 0.1 * (self.second_mean - self.first_mean) or 0.5 * self.second_width
        return np.array([middle + lean, math.log(min(self.first_width, self.second_width))])

    @property
    def minima(self) -> np.ndarray:
        mean, variance = self._moments()
        covering = np.array([mean, 0.5 * math.log(variance)])
        if self.objective != "reverse_kl":
            return covering[None]
        tries = [
            np.array([self.first_mean, math.log(self.first_width)]),
            np.array([self.second_mean, math.log(self.second_width)]),
            covering,
        ]
        found: list[np.ndarray] = []
        for point in map(self._settled, tries):
            if point is not None and all(np.linalg.norm(point - other) > 1e-3 for other in found):
                found.append(point)
        return np.array(sorted(found, key=lambda point: float(self.value(point)))).reshape(-1, 2)

    def _settled(self, point: np.ndarray) -> np.ndarray | None:
        """The minimum that Newton's method, damped, ends in from here; None where it ends in none."""
        for _ in range(200):
            hessian, gradient = self.hessian(point), self.gradient(point)
            lowest = float(np.linalg.eigvalsh(hessian)[0])
            step = np.linalg.solve(hessian + max(0.0, 0.1 - lowest) * np.eye(2), gradient)
            point = point - step / max(1.0, 4.0 * float(np.linalg.norm(step)))
            if np.abs(step).max() <= 1e-15 * max(1.0, float(np.abs(point).max())):
                break
        steady = float(np.abs(self.gradient(point)).max()) < 1e-9
        return point if steady and float(np.linalg.eigvalsh(self.hessian(point))[0]) > 1e-9 else None

    def _moments(self) -> tuple[float, float]:
        """Mean and variance of P."""
        rest = 1.0 - self.share
        mean = self.share * self.first_mean + rest * self.second_mean
        within = self.share * self.first_width**2 + rest * self.second_width**2
        return mean, within + self.share * rest * (self.first_mean - self.second_mean) ** 2

    def _log_density(self, xp: Namespace, t: Array) -> tuple[Array, Array, Array]:
        """log p, its slope and its curvature at places `t`, all shaped like it."""
        first, second = (t - self.first_mean) / self.first_width, (t - self.second_mean) / self.second_width
        left = math.log(self.share / self.first_width) - 0.5 * (first * first)
        right = math.log((1.0 - self.share) / self.second_width) - 0.5 * (second * second)
        top = xp.maximum(left, right)
        left, right = xp.exp(left - top), xp.exp(right - top)
        total = left + right
        pull, other = -first / self.first_width, -second / self.second_width
        left, right = left / total, right / total
        slope = left * pull + right * other
        bend = left * (pull * pull - self.first_width**-2) + right * (other * other - self.second_width**-2)
        return top + xp.log(total) - _HALF_LOG_TURN, slope, bend - slope * slope

    def _entropy(self) -> float:
        """H(P): its integral over each bell on that bell's own grid."""
        parts = []
        for share, mean, width in self._bells():
            density, _, _ = self._log_density(np, mean + width * _NODES)
            parts.append(share * float((_WEIGHTS * density).sum()))
        return -math.fsum(parts)

    def _bells(self) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        return (
            (self.share, self.first_mean, self.first_width),
            (1.0 - self.share, self.second_mean, self.second_width),
        )

    def _cross_entropy(self, xp: Namespace, x: Array) -> tuple[Array, Array, Array]:
        """H(P, Q), 1/σ² and the mean of (t − μ)²/σ² under P, each `(...)`: in closed form, Q being a Gaussian."""
        mean, variance = self._moments()
        mu, log_sigma = x[..., 0], x[..., 1]
        scale = xp.exp(-2.0 * log_sigma)
        spread = (variance + (mu - mean) * (mu - mean)) * scale
        return log_sigma + 0.5 * spread + _HALF_LOG_TURN, scale, spread

    def _averages(self, x: Array, what: Callable[[Namespace, Array, Array], list[Array]]) -> list[Array]:
        """Means over Q of what is returned for μ + σu and σu, both `(n, grid)`; each `(...)`."""
        xp = namespace(x)
        nodes, weights = placed(_NODES, xp, x), placed(_WEIGHTS, xp, x)
        points = xp.reshape(x, (-1, 2))
        pieces = []
        for first in range(0, max(1, points.shape[0]), _MOST_POINTS):
            piece = points[first : min(first + _MOST_POINTS, points.shape[0]), :]
            offsets = xp.exp(piece[:, 1:]) * nodes
            found = what(xp, piece[:, :1] + offsets, offsets)
            pieces.append([xp.sum(weights * answer, axis=-1) for answer in found])
        return [xp.reshape(xp.concat(list(parts)), x.shape[:-1]) for parts in zip(*pieces, strict=True)]

    def value(self, x: Array) -> Array:
        if self.objective == "reverse_kl":
            return self._reverse(x)
        cross_entropy, _, _ = self._cross_entropy(namespace(x), x)
        return cross_entropy - self._entropy() if self.objective == "forward_kl" else cross_entropy

    def _reverse(self, x: Array) -> Array:
        """D(Q‖P)."""
        (mean,) = self._averages(x, lambda xp, t, offsets: [self._log_density(xp, t)[0]])
        return -mean - x[..., 1] - (_HALF_LOG_TURN + 0.5)

    def gradient(self, x: Array) -> Array:
        xp = namespace(x)
        if self.objective != "reverse_kl":
            _, scale, spread = self._cross_entropy(xp, x)
            return xp.stack([(x[..., 0] - self._moments()[0]) * scale, 1.0 - spread], axis=-1)

        def slopes(xp: Namespace, t: Array, offsets: Array) -> list[Array]:
            _, slope, _ = self._log_density(xp, t)
            return [slope, slope * offsets]

        by_mu, by_width = self._averages(x, slopes)
        return xp.stack([-by_mu, -by_width - 1.0], axis=-1)

    def hessian(self, x: Array) -> Array:
        xp = namespace(x)
        if self.objective != "reverse_kl":
            _, scale, spread = self._cross_entropy(xp, x)
            mixed = -2.0 * (x[..., 0] - self._moments()[0]) * scale
            return _symmetric(xp, scale, mixed, 2.0 * spread)

        def bends(xp: Namespace, t: Array, offsets: Array) -> list[Array]:
            _, slope, bend = self._log_density(xp, t)
            return [bend, bend * offsets, (bend * offsets + slope) * offsets]

        across, mixed, up = self._averages(x, bends)
        return _symmetric(xp, -across, -mixed, -up)

    def divergences(self, x: Array) -> Divergences:
        """H(P, Q) in closed form; the others are sums over the grid, D(P‖Q) over that of each bell of P."""
        xp = namespace(x)
        cross_entropy, _, _ = self._cross_entropy(xp, x)
        mu, log_sigma = x[..., 0], x[..., 1]
        forward = 0.0 * mu
        for share, mean, width in self._bells():
            # One node after the other, so that a landscape of points needs no more memory than a few of them.
            places = mean + width * _NODES
            densities, _, _ = self._log_density(np, places)
            for place, density, weight in zip(places.tolist(), densities.tolist(), _WEIGHTS.tolist(), strict=True):
                offset = (place - mu) * xp.exp(-log_sigma)
                ratio = density + 0.5 * (offset * offset) + log_sigma + _HALF_LOG_TURN
                forward = forward + share * weight * ratio
        return Divergences(self._entropy(), cross_entropy, forward, self._reverse(x))

    def compared(self, x: Array) -> Compared:
        """Densities of P and Q at 401 places over the domain of μ."""
        xp = namespace(x)
        low, high = self.domain[0]
        places = np.linspace(low, high, 401)
        target = np.exp(self._log_density(np, places)[0])
        scale = xp.exp(-x[..., 1:])
        offsets = (placed(places, xp, x) - x[..., :1]) * scale
        return Compared(places, target, scale * xp.exp(-0.5 * (offsets * offsets) - _HALF_LOG_TURN))


def _symmetric(xp: Namespace, across: Array, mixed: Array, up: Array) -> Any:
    """The matrices `(..., 2, 2)` of these entries `(...)`."""
    return xp.stack([xp.stack([across, mixed], axis=-1), xp.stack([mixed, up], axis=-1)], axis=-2)
