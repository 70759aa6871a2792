"""From rows to what they teach about reading prompts: the pooled fit, and the same rows held out group by group."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from advisor.estimate.prefill import Batch, Rates, Work, parts
from advisor.evidence.pooling import Pool, Prior, solve
from advisor.evidence.prefill import (
    TERMS,
    PrefillCalibration,
    backend_key,
    keys,
    runtime_key,
    same_chip_key,
    same_hardware_key,
)
from advisor.evidence.prefill_rows import PrefillRow, prefill_rows
from advisor.evidence.spread_fit import percentiles
from advisor.evidence.tested import HeldOut, Tested, fold_of, group_of
from advisor.evidence.weigh import weight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from advisor.catalog.contents import Facts

    Vector = NDArray[np.float64]

START = {
    "u": math.log(0.5),
    "w": math.log(0.6),
    "kappa": math.log(2.0),
    "rho": math.log(2.0),
    "tile": math.log(30.0),
    "tau": math.log(1e-4),
}
GLOBAL_SPREAD = {"u": 0.5, "w": 0.5, "kappa": 1.0, "rho": 1.0, "tile": 1.0, "tau": 1.0}
NOISE = 0.2
"""Spread of repeated measurements of one case, as a log ratio: sets how much a row weighs against the pooling."""
SPREAD = {"chip": 0.3, "runtime": 0.4, "backend-chip": 0.1, "path-chip": 0.1, "format-backend": 0.12, "kind": 0.2, "hw-kind": 0.2,
          "era": 0.6, "backend-era": 0.15, "half": 0.2, "rate": 0.2, "unrated": 0.25, "unrated-chip": 0.5, "unrated-memory": 1.4,
          "attention-backend": 0.3, "head-backend": 0.2, "head-chip": 0.2, "state-backend": 0.6}  # fmt: skip
"""How far a deviation of each sort is expected to stray, as a log ratio: the set with the smallest held-out errors tried."""
WIDER = {"u": 1.0, "w": 1.0, "kappa": 2.0, "rho": 4.0, "tile": 2.0, "tau": 2.0}
"""Costs beside the matrix products differ more between machines than their efficiencies do."""
ROUNDS, FOLD_ROUNDS = 20, 6
FOLDS = 8
FEW_GROUPS_FOLDS = 24
"""Where a few groups hold most rows, leaving out an eighth of the groups at once would leave out most of the evidence."""
DRAWS = 21
MOST_BATCHES = 2
NEAR = "same hardware"


def prior() -> Prior:
    """What is believed before any row."""
    return Prior(START, GLOBAL_SPREAD, lambda term, group: SPREAD[group.split(":", 1)[0]] * WIDER[term], NOISE)


def stacked(rows: Sequence[PrefillRow]) -> Work:
    """The work of all rows as arrays; a prompt of one size of micro-batch has a second kind that never runs."""

    def column(get: Callable[[Work], float]) -> Vector:
        return np.array([float(get(row.work)) for row in rows])

    def batch(index: int) -> Batch:
        chosen = [row.work.batches[min(index, len(row.work.batches) - 1)] for row in rows]
        runs = [len(row.work.batches) > index for row in rows]
        return Batch(
            count=np.array([float(b.count * run) for b, run in zip(chosen, runs, strict=True)]), ops=np.array([b.ops for b in chosen]),
            tile_ops=np.array([b.tile_ops for b in chosen]), weight_bytes=np.array([b.weight_bytes for b in chosen]),
        )  # fmt: skip

    return Work(
        tokens=column(lambda w: w.tokens), batches=tuple(batch(index) for index in range(MOST_BATCHES)),
        attention_ops=column(lambda w: w.attention_ops), recurrent_ops=column(lambda w: w.recurrent_ops), layers=column(lambda w: w.layers),
    )  # fmt: skip


class Taught:
    """Rows as arrays, with what all of them teach together: where every held-out fit starts from."""

    def __init__(self, facts: Facts, rows: Sequence[PrefillRow]) -> None:
        self.facts, self.rows = facts, rows
        self.pool = Pool([keys(row.setting) for row in rows], prior())
        self.work = stacked(rows)
        self.ops_s = np.array([row.setting.ops_s for row in rows])
        self.bytes_s = np.array([row.setting.bandwidth_bytes_s for row in rows])
        self.log_measured = np.log([row.seconds for row in rows])
        self.trust = np.array([weight(facts, row.record) for row in rows])
        self.solution = solve(self.pool, self.physics, self.log_measured, self.trust, rounds=ROUNDS)

    def physics(self, values: Vector) -> tuple[Vector, Vector]:
        """Log seconds of every row, and their derivative by the log of every term."""
        term = dict(zip(TERMS, np.exp(values).T, strict=True))
        found = parts(self.work, Rates(
            compute_ops_s=self.ops_s * term["u"], weight_bytes_s=self.bytes_s * term["w"], attention=term["kappa"], recurrent=term["rho"],
            tile=term["tile"], layer_s=term["tau"],
        ))  # fmt: skip
        total = found.total_s
        by_term = {
            "u": -(found.computing + found.attention + found.recurrent), "w": -found.reading, "kappa": found.attention,
            "rho": found.recurrent, "tile": found.tile, "tau": found.fixed,
        }  # fmt: skip
        return np.log(total), np.stack([by_term[name] / total for name in TERMS], axis=1)

    def without(self, out: NDArray[np.bool_]) -> Vector:
        """Log seconds the fit expects of every row having seen none of those `out`."""
        left = solve(
            self.pool, self.physics, self.log_measured, np.where(out, 0.0, self.trust), self.solution, FOLD_ROUNDS
        )
        return self.physics(self.pool.values(left))[0]


def held_out(taught: Taught, group: Callable[[PrefillRow], str], folds: int = FOLDS) -> tuple[Tested, ...]:
    """Each row beside the rate expected by a fit that saw no row of its group; rows refused without that group are left out.

    Groups are left out several at a time: each is predicted without at least its own rows.
    """
    names = [group(row) for row in taught.rows]
    fold = np.array([fold_of(name, folds) for name in names])
    found = []
    for number in sorted(set(fold.tolist())):
        out = fold == number
        seen = _known([row for row, gone in zip(taught.rows, out.tolist(), strict=True) if not gone])
        expected = np.exp(taught.without(out)) if seen.rows else np.ones(len(taught.rows))
        for i in np.flatnonzero(out).tolist():
            row = taught.rows[i]
            if seen.refuses(row.setting) is None:
                rates = (row.work.tokens / row.seconds, row.work.tokens / float(expected[i]))
                found.append(Tested(row.record, names[i], *rates, seen.spread_class(row.setting)))
    return tuple(found)


def _known(rows: Sequence[PrefillRow]) -> PrefillCalibration:
    """How many rows stand behind what, without what they teach."""
    kinds = (same_hardware_key, same_chip_key, backend_key, runtime_key)
    counts = Counter(key(row.setting) for row in rows for key in kinds)
    return PrefillCalibration(counts=dict(counts), rows=len(rows))


def _by_machine(facts: Facts, tested: Sequence[Tested]) -> list[float]:
    """Residuals with every machine counting alike: a new machine is one draw among machines, however many rows a known one has."""
    machines: dict[str, list[float]] = defaultdict(list)
    for row in tested:
        machines[group_of(facts, row.record, "hardware")].append(row.log_residual)
    return [float(x) for own in machines.values() for x in np.quantile(own, np.linspace(0, 1, DRAWS))]


def _halves(rows: Sequence[PrefillRow]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.setting.half_year != "undated":
            found[row.setting.group.runtime].add(row.setting.half_year)
    return {runtime: tuple(sorted(halves)) for runtime, halves in sorted(found.items())}


def fitted(
    facts: Facts, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()
) -> PrefillCalibration:
    """What the catalog's rows dated up to `as_of` teach about prefill, excluded sources aside; without intervals."""
    selection = prefill_rows(facts, as_of=as_of, exclude_sources=exclude_sources)
    if not selection.kept:
        return PrefillCalibration(left_out=dict(selection.left_out))
    return _calibration(Taught(facts, selection.kept), selection.left_out)


def _calibration(taught: Taught, reasons: Mapping[str, int]) -> PrefillCalibration:
    return replace(
        _known(taught.rows),
        values=taught.pool.named(taught.solution),
        halves=_halves(taught.rows),
        left_out=dict(reasons),
    )


def teach_prefill(
    facts: Facts, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()
) -> PrefillCalibration:
    """The same as `fitted` with intervals: from rows whose pair, machine or chip generation a fit had not seen."""
    selection = prefill_rows(facts, as_of=as_of, exclude_sources=exclude_sources)
    if not selection.kept:
        return PrefillCalibration(left_out=dict(selection.left_out))
    taught = Taught(facts, selection.kept)
    pairs = held_out(taught, lambda r: f"{r.setting.group.hardware}/{r.record.model}")
    by_class: dict[str, list[float]] = defaultdict(list)
    for row in pairs:
        if row.nearness != NEAR:
            by_class[row.nearness].append(row.log_residual)
    by_class[NEAR] = [row.log_residual for row in pairs]
    by_class["same chip generation"] = _by_machine(facts, held_out(taught, lambda r: r.setting.group.hardware))
    by_class["other hardware"] = _by_machine(facts, held_out(taught, lambda r: r.setting.group.chip))
    quantiles = {name: percentiles(residuals) for name, residuals in by_class.items() if residuals}
    return replace(_calibration(taught, selection.left_out), quantiles=quantiles)


def tested(facts: Facts, held_out_by: HeldOut) -> tuple[Tested, ...]:
    """Each row that teaches prefill beside the prediction of a fit that saw no row of its group, in tokens per second."""
    rows = prefill_rows(facts).kept
    if not rows:
        return ()
    folds = FOLDS if held_out_by in {"pair", "model"} else FEW_GROUPS_FOLDS
    return held_out(Taught(facts, rows), lambda row: group_of(facts, row.record, held_out_by), folds)


def left_out(facts: Facts) -> dict[str, int]:
    """Reason → rows with a prefill rate that neither teach nor test."""
    return dict(prefill_rows(facts).left_out)
