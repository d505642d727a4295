"""Hartmann's functions of three and six parameters: four wells of different depth and shape, multiplied out."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Any, ClassVar

from gdviz.arrays import Namespace
from gdviz.problems.coordinates import KnownFunction, summed, upper_triangle

__all__ = ["HartmannSix", "HartmannThree"]

_DEPTHS = (1.0, 1.2, 3.0, 3.2)


@dataclass(frozen=True)
class _Wells(KnownFunction, abc.ABC):
    """−Σₖ αₖ exp(−Σⱼ Aₖⱼ(xⱼ − Pₖⱼ)²)."""

    curvatures: ClassVar[tuple[tuple[float, ...], ...]]
    """A, one row a well."""
    centers: ClassVar[tuple[tuple[float, ...], ...]]
    """P, one row a well."""

    def _wells(self, xp: Namespace, coordinates: tuple[Any, ...]) -> list[tuple[Any, list[Any]]]:
        """Of every well its depth at the point, and minus half the slope of its logarithm."""
        found = []
        for depth, curvatures, centers in zip(_DEPTHS, self.curvatures, self.centers, strict=True):
            offsets = [x - center for x, center in zip(coordinates, centers, strict=True)]
            pulls = [curvature * offset for curvature, offset in zip(curvatures, offsets, strict=True)]
            inside = summed(pull * offset for pull, offset in zip(pulls, offsets, strict=True))
            found.append((depth * xp.exp(-inside), pulls))
        return found

    def value_at(self, xp: Namespace, *coordinates: Any) -> Any:
        return -summed(depth for depth, _ in self._wells(xp, coordinates))

    def gradient_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        wells = self._wells(xp, coordinates)
        return tuple(2.0 * summed(depth * pulls[place] for depth, pulls in wells) for place in range(self.dimension))

    def hessian_at(self, xp: Namespace, *coordinates: Any) -> tuple[Any, ...]:
        wells = self._wells(xp, coordinates)
        entries = []
        for row, column in upper_triangle(self.dimension):
            bends = []
            for (depth, pulls), curvatures in zip(wells, self.curvatures, strict=True):
                own = curvatures[row] if row == column else 0.0
                bends.append(depth * (own - 2.0 * pulls[row] * pulls[column]))
            entries.append(2.0 * summed(bends))
        return tuple(entries)


@dataclass(frozen=True)
class HartmannThree(_Wells):
    """Four wells of three parameters in the unit cube; `minima` holds the three minima inside it.

    The last row of P begins with 0.0381; the value −3.86278214782076 that is often quoted belongs to 0.03815.

    Source: Hartman 1973; Dixon & Szegö 1978; Surjanovic & Bingham, function Hartmann 3-D.
    """

    name = "hartmann_3"
    label = "Hartmann 3"
    summary = "Long narrow wells that lie askew in a cube, three of them with a minimum of their own."
    source = "Hartman 1973; Dixon & Szegö 1978"
    formula = "−Σₖ αₖ exp(−Σⱼ Aₖⱼ(xⱼ − Pₖⱼ)²),  k = 1 … 4,  j = 1 … 3"
    view = ((0.0, 1.0),) * 3
    known_minima = (
        (0.114588876655068968, 0.555648894616930045, 0.852546984686677438),
        (0.109337478371810263, 0.860524225701871647, 0.5641231666105351),
        (0.368722727069318602, 0.117561628824664261, 0.267573743015171341),
    )
    usual_start = (0.5, 0.5, 0.5)

    curvatures = ((3.0, 10.0, 30.0), (0.1, 10.0, 35.0), (3.0, 10.0, 30.0), (0.1, 10.0, 35.0))
    centers = (
        (0.3689, 0.1170, 0.2673),
        (0.4699, 0.4387, 0.7470),
        (0.1091, 0.8732, 0.5547),
        (0.0381, 0.5743, 0.8828),
    )


@dataclass(frozen=True)
class HartmannSix(_Wells):
    """Four wells of six parameters in the unit cube; `minima` holds the two minima inside it.

    Source: Hartman 1973; Dixon & Szegö 1978; Surjanovic & Bingham, function Hartmann 6-D.
    """

    name = "hartmann_6"
    label = "Hartmann 6"
    summary = "Wells of six parameters: the two minima are nearly equally deep and far apart."
    source = "Hartman 1973; Dixon & Szegö 1978"
    formula = "−Σₖ αₖ exp(−Σⱼ Aₖⱼ(xⱼ − Pₖⱼ)²),  k = 1 … 4,  j = 1 … 6"
    view = ((0.0, 1.0),) * 6
    known_minima = (
        (
            *(0.201689511006705424, 0.150010691823457969, 0.47687397422189699),
            *(0.275332430494056068, 0.311651616600113242, 0.657300534065620306),
        ),
        (
            *(0.404653127706171283, 0.88244492397238319, 0.846101570478180805),
            *(0.573989692430365748, 0.138926603667243899, 0.0384958924782372684),
        ),
    )
    usual_start = (0.5, 0.5, 0.5, 0.5, 0.5, 0.5)

    curvatures = (
        (10.0, 3.0, 17.0, 3.5, 1.7, 8.0),
        (0.05, 10.0, 17.0, 0.1, 8.0, 14.0),
        (3.0, 3.5, 1.7, 10.0, 17.0, 8.0),
        (17.0, 8.0, 0.05, 10.0, 0.1, 14.0),
    )
    centers = (
        (0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886),
        (0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991),
        (0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650),
        (0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381),
    )
