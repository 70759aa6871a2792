"""What measured rows teach about decode speed: partial pooling of three quantities over the groups rows share.

    log t = log( W/(BW·e) + κ·K/(BW·e) + L·τ )

log e, log τ and log κ are each a global value plus a deviation per group (hardware, chip generation, runtime and backend,
dense or MoE, number format, year of the software …). A deviation is drawn to zero unless rows insist, so a sparse cell
borrows from the broader ones. Solved by damped Gauss-Newton with Huber weights: deterministic, numpy only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from advisor.evidence.calibration import TERMS, Term, keys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

    from advisor.evidence.observations import Observation


NOISE = 0.1
"""Spread of repeated measurements of one case, as a log ratio: sets how much a row weighs against the pooling."""
HUBER = 2.0
ROUNDS = 20
CONVERGED = 1e-3
"""Largest change of a log value below which another round is not worth it."""
START = {"e": math.log(0.75), "tau": math.log(60e-6), "kappa": math.log(1.2)}
GLOBAL_SPREAD = {"e": 0.3, "tau": 0.7, "kappa": 0.4}
SPREAD = {"hw": 0.08, "chip": 0.06, "runtime": 0.15, "backend": 0.15, "backend-chip": 0.06, "kind": 0.2, "hw-kind": 0.05,
          "runtime-kind": 0.1, "format": 0.06, "format-backend": 0.06, "era": 0.15, "hw-runtime": 0.06, "memory": 0.2,
          "trend": 0.1, "attention": 0.2, "attention-backend": 0.12}  # fmt: skip
"""How far a deviation of each sort is expected to stray, as a log ratio: the set with the smallest held-out errors tried."""
WIDER = {"e": 1.0, "tau": 3.0, "kappa": 3.0}
"""Fixed times and the cost of attention differ more between machines than efficiencies do."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Pooled values: `("e", "")` is the global one, others deviations by group name."""

    values: dict[tuple[Term, str], float]


class Design:
    """Rows as arrays: which parameters act on each, and the three parts of its time."""

    def __init__(self, rows: Sequence[Observation]) -> None:
        self.names: dict[tuple[Term, str], int] = {(term, ""): i for i, term in enumerate(TERMS)}
        acting = [
            (term_index, row_index, self.names.setdefault((term, key), len(self.names)), share)
            for row_index, row in enumerate(rows)
            for term_index, (term, shares) in enumerate(zip(TERMS, keys(row.group), strict=True))
            for key, share in (("", 1.0), *shares.items())
        ]
        self.active = np.zeros((len(TERMS), len(rows), len(self.names)))
        for term_index, row_index, column, share in acting:
            self.active[term_index, row_index, column] = share
        bandwidth = np.array([r.bandwidth_bytes_s for r in rows])
        self.weights_s = np.array([r.moved.weights_bytes for r in rows]) / bandwidth
        self.kv_s = np.array([float(r.moved.kv_bytes) for r in rows]) / bandwidth
        self.layers = np.array([float(r.moved.layers) for r in rows])
        self.log_measured = np.log([r.step_s for r in rows])
        self.start = np.array([START[t] if not k else 0.0 for t, k in self.names])
        self.precision = np.array([(NOISE / _spread(t, k)) ** 2 for t, k in self.names])

    def fit(self, p: Vector) -> Fit:
        """The parameters by name."""
        return Fit({name: float(p[index]) for name, index in self.names.items()})

    def predict(self, p: Vector) -> tuple[Vector, Vector]:
        """Log time of every row, and its derivative by every parameter."""
        e, tau, kappa = (np.exp(self.active[i] @ p) for i in range(3))
        weights, kv, fixed = self.weights_s / e, kappa * self.kv_s / e, self.layers * tau
        total = weights + kv + fixed
        slope = (
            self.active[0] * (-(weights + kv) / total)[:, None]
            + self.active[1] * (fixed / total)[:, None]
            + self.active[2] * (kv / total)[:, None]
        )
        return np.log(total), slope


def _spread(term: Term, key: str) -> float:
    if not key:
        return GLOBAL_SPREAD[term]
    spread = SPREAD[key.split(":", 1)[0]]
    return spread * WIDER[term]


def solve(design: Design, trust: Vector, start: Vector | None = None, rounds: int = ROUNDS) -> Vector:
    """Parameters of `design` that fit its rows, each weighted by `trust`; a row of weight 0 teaches nothing."""
    p = (design.start if start is None else start).copy()
    for _ in range(rounds):
        predicted, slope = design.predict(p)
        residual = design.log_measured - predicted
        huber = np.minimum(1.0, HUBER * NOISE / np.maximum(np.abs(residual), 1e-12)) * trust
        pull = slope.T @ (huber * residual) - design.precision * (p - design.start)
        curve = slope.T @ (slope * huber[:, None]) + np.diag(design.precision)
        step = np.linalg.solve(curve, pull)
        p += np.clip(step, -0.5, 0.5)
        if float(np.abs(step).max()) < CONVERGED:
            break
    return p


def fit(rows: Sequence[Observation], weight: Callable[[Observation], float] | None = None) -> Fit:
    """Pooled efficiencies from `rows`; with no rows, the starting values."""
    if not rows:
        return Fit({(t, ""): START[t] for t in TERMS})
    design = Design(rows)
    return design.fit(solve(design, np.array([weight(r) if weight else 1.0 for r in rows])))
