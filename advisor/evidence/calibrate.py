"""What measured rows teach about decode speed: partial pooling over the groups rows share.

    t = level · ( W/(BW·e) + κ·K/BW + χ·A + Σ stages·τ )

with W and K the bytes of weights and cache, A what attention computes, and a stage each mixer and each feed-forward of a
layer. log e, log τ, log κ, log χ and log level are each a global value plus a deviation per group (hardware, chip
generation, runtime and backend, number format, architecture, year of the software …), drawn to zero unless rows insist.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from advisor.evidence.calibration import STAGE_TERMS, TERMS, keys
from advisor.evidence.observations import STAGES
from advisor.evidence.pooling import Pool, Prior, solve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.evidence.observations import Observation
    from advisor.evidence.pooling import Vector

NOISE = 0.075
"""Spread of repeated measurements of one case, as a log ratio: sets how much a row weighs against the pooling."""
ROUNDS = 30
STAGE_START = {"latent_attention": 1.5, "gated_delta": 2.0, "mamba": 1.5, "short_conv": 0.7, "dense": 0.6, "moe": 1.5}
"""Fixed time of a stage against one of attention, by how many kernels it takes."""
START = {"e": math.log(0.8), "tau": math.log(20e-6), "kappa": math.log(1.1), "chi": math.log(0.6e-12), "level": 0.0} | {
    f"stage {kind}": math.log(share) for kind, share in STAGE_START.items()
}
GLOBAL_SPREAD = {"e": 0.22, "tau": 0.52, "kappa": 0.3, "chi": 0.75, "level": 1e-4} | dict.fromkeys(STAGE_TERMS, 0.3)
SPREAD = {
    "e": {"hw": 0.03, "runtime": 0.11, "runtime-kind": 0.075, "format": 0.045, "formats": 0.075, "formats-backend": 0.045,
          "formats-kind": 0.045, "memory": 0.15, "trend": 0.075, "cpu-program": 0.1},
    "tau": {"hw": 0.11, "chip": 0.135, "backend": 0.97, "hw-backend": 0.075, "architecture": 0.32, "since": 0.57, "since-backend": 0.19},
    "kappa": {"kernels": 0.23, "attention": 0.45, "heads": 0.3, "architecture-kernels": 0.2},
    "chi": {"kernels": 0.4, "trend": 0.22, "cpu-program": 0.6, "cpu-attention": 0.6, "cpu-program-attention": 0.6},
    "level": {"architecture-backend": 0.045, "architecture-runtime": 0.038},
}  # fmt: skip
"""How far a deviation of each sort is expected to stray, as a log ratio: of those tried, the set with the smallest held-out errors."""
PRIOR = Prior(START, GLOBAL_SPREAD, lambda term, group: SPREAD[term][group.split(":", 1)[0]], NOISE)


class Design:
    """Rows as arrays: which parameters act on each, and the parts of its time."""

    def __init__(self, rows: Sequence[Observation]) -> None:
        self.pool = Pool([keys(row.group) for row in rows], PRIOR)
        bandwidth = np.array([row.bandwidth_bytes_s for row in rows])
        self.weights_s = np.array([row.moved.weights_bytes for row in rows]) / bandwidth
        self.kv_s = np.array([float(row.moved.kv_bytes) for row in rows]) / bandwidth
        self.attention_ops = np.array([float(row.moved.attention_ops) * row.group.matrix_slowness for row in rows])
        self.stages = np.array([self._stages(row) for row in rows]).reshape(len(rows), len(STAGES))
        self.log_floor_s = np.log(self.weights_s + self.kv_s)
        self.log_measured = np.log([row.step_s for row in rows])

    @staticmethod
    def _stages(row: Observation) -> list[float]:
        numbers = dict(row.group.stages) or {"attention": 1.0}
        return [row.moved.layers * numbers.get(kind, 0.0) for kind in STAGES]

    def physics(self, values: Vector) -> tuple[Vector, Vector]:
        """Log time of every row, and its derivative by every term."""
        inverse, tau, kappa, chi, level = (np.exp(sign * values[:, i]) for i, sign in enumerate((-1, 1, 1, 1, 1)))
        relative = np.exp(np.insert(values[:, len(TERMS) :], 0, 0.0, axis=1))
        each = tau[:, None] * relative * self.stages
        weights, kv, attention, fixed = (
            self.weights_s * inverse,
            kappa * self.kv_s,
            chi * self.attention_ops,
            each.sum(axis=1),
        )
        total = weights + kv + attention + fixed
        shares = np.stack([-weights, fixed, kv, attention, total], axis=1)
        return np.log(level * total), np.hstack([shares, each[:, 1:]]) / total[:, None]

    def solve(self, trust: Vector, start: Vector | None = None, rounds: int = ROUNDS) -> Vector:
        """Parameters that fit the rows, each weighted by `trust`; a row of weight 0 teaches nothing."""
        return solve(self.pool, self.physics, self.log_measured, trust, start, rounds)

    def log_expected(self, p: Vector) -> Vector:
        """Log time the parameters expect of every row, never less than its bytes take at peak bandwidth."""
        expected: Vector = np.maximum(self.physics(self.pool.values(p))[0], self.log_floor_s)
        return expected


def fit(rows: Sequence[Observation], trust: Sequence[float] | None = None) -> dict[str, float]:
    """Pooled values by `term/group`; with no rows, the starting values."""
    if not rows:
        return {f"{term}/": value for term, value in START.items()}
    design = Design(rows)
    return design.pool.named(design.solve(np.ones(len(rows)) if trust is None else np.array(trust)))
