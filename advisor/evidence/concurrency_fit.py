"""What rows of many requests teach about batches, on top of what single-stream rows taught: partial pooling and its tests.

Every held-out prediction also stands on a single-stream fit that saw no row of the group, so its error is the whole error.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from advisor.estimate.burst import queued
from advisor.estimate.concurrency import MULTIPLY_ADD, Costs, costs, parts
from advisor.evidence.batching import TERMS, Batching, BatchNearness, keys, nested_keys
from advisor.evidence.concurrency_rows import BatchRow, aside_rows, batch_classes, batch_rows
from advisor.evidence.pooling import Pool, Prior, solve
from advisor.evidence.singles import Singles
from advisor.evidence.spread import Spread, classes
from advisor.evidence.spread_fit import learn_spread
from advisor.evidence.tested import HeldOut, Tested, fold_of, group_of
from advisor.evidence.weigh import weight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from advisor.catalog.contents import Facts
    from advisor.evidence.calibration import Calibration
    from advisor.evidence.pooling import Vector

FOLDS = 8
FOLD_ROUNDS = 6
"""A fold starts at what all rows taught."""
SPREAD = {"runtime": 0.5, "router": 0.5, "runtime-kind": 0.15, "recurrence": 1.0}
NARROW = {("weights", "runtime"): 0.15, ("kv", "runtime"): 0.3}
"""How far a deviation of each sort is expected to stray, as a log ratio."""


def _spread(term: str, key: str) -> float:
    sort = key.split(":", 1)[0]
    return NARROW.get((term, sort), SPREAD[sort])


PRIOR = Prior(
    start={"routing": float(np.log(8.0)), "weights": 0.0, "kv": 0.1, "state": 0.0, "compute": float(np.log(0.3))},
    global_spread={"routing": 0.5, "weights": 0.1, "kv": 0.2, "state": 0.5, "compute": 0.5}, spread=_spread, noise=0.1,
)  # fmt: skip
"""Before any row: routing repeats itself after a few requests, cache costs a little more in a batch, computing is hidden."""


@dataclass(frozen=True, slots=True)
class Arrays:
    """What rows read, as arrays; what it costs depends on the single-stream fit and comes beside it."""

    requests: Vector
    always: Vector
    shares: Vector
    """Rows × kinds of expert layer, 0 where there are fewer."""
    experts: Vector
    kv: Vector
    state: Vector
    operations: Vector
    """Seconds of one token's operations at the dense rate of the hardware; 0 where that is not known."""
    log_measured: Vector

    @staticmethod
    def of(rows: Sequence[BatchRow]) -> Arrays:
        """`rows` as arrays."""
        kinds = max((len(row.moved.experts) for row in rows), default=0)
        padded = np.zeros((len(rows), kinds, 2))
        for index, row in enumerate(rows):
            padded[index, : len(row.moved.experts)] = row.moved.experts or np.zeros((0, 2))
        each = np.array([
            (r.requests, r.moved.always_bytes, float(r.moved.kv_bytes), r.moved.state_bytes, _token_s(r), r.step_s) for r in rows
        ])  # fmt: skip
        requests, always, kv, state, operations, measured = each.T
        return Arrays(requests, always, padded[:, :, 0], padded[:, :, 1], kv, state, operations, np.log(measured))


def _token_s(row: BatchRow) -> float:
    """Seconds of one token's operations at the dense rate; 0 where that is not known."""
    return MULTIPLY_ADD * row.moved.parameters / row.compute_ops_s if row.compute_ops_s else 0.0


def physics(arrays: Arrays, paid: Vector) -> Callable[[Vector], tuple[Vector, Vector]]:
    """Log seconds of each row's step by the log values of the terms, with slopes.

    `paid` is rows × (weight byte, cache byte, fixed, attention) of the single-stream fit.
    """
    others = arrays.requests - 1
    weight_s, kv_s, fixed_s, attention_s = paid.T

    def predicted(logs: Vector) -> tuple[Vector, Vector]:
        routing, weights, kv, state, compute = np.exp(logs).T
        far = others / routing
        worth = 1 + routing * np.log1p(far)
        missed = (1 - arrays.shares) ** worth[:, None]
        read = arrays.always + (arrays.experts * (1 - missed)).sum(axis=1)
        by_worth = -(arrays.experts * missed * np.log1p(-arrays.shares)).sum(axis=1)
        by_routing = by_worth * routing * (np.log1p(far) - far / (1 + far))
        spent = {
            "weights": weight_s * weights * read, "kv": (kv_s * arrays.kv + attention_s) * others * kv,
            "state": kv_s * arrays.state * others * state, "compute": arrays.operations * others * compute,
        }  # fmt: skip
        total = fixed_s + attention_s + kv_s * (arrays.kv + arrays.state) + sum(spent.values())
        slopes = {**spent, "routing": weight_s * weights * by_routing}
        return np.log(total), np.stack([slopes[term] / total for term in TERMS], axis=1)

    return predicted


def row_costs(row: BatchRow, calibration: Calibration) -> Costs:
    """What one of the row's sequences alone would pay by the single-stream fit."""
    return costs(row.single, row.bandwidth_bytes_s, calibration.efficiency(row.kind.group), row.compute_ops_s)


class Lesson:
    """Rows of many requests with what all of them teach together: where every held-out fit starts."""

    def __init__(self, facts: Facts, rows: Sequence[BatchRow]) -> None:
        self.rows, self.arrays = rows, Arrays.of(rows)
        self.pool = Pool([keys(row.kind) for row in rows], PRIOR)
        self.trust = np.array([weight(facts, row.record) for row in rows])

    def taught(self, calibration: Calibration, without: Vector | None = None, start: Vector | None = None) -> Vector:
        """Parameters on top of `calibration`; rows where `without` is true teach nothing."""
        paid = np.array(
            [(c.weight_s, c.kv_s, c.fixed_s, c.attention_s) for c in (row_costs(row, calibration) for row in self.rows)]
        )
        weight = self.trust if without is None else np.where(without, 0.0, self.trust)
        rounds = 20 if start is None else FOLD_ROUNDS
        return solve(self.pool, physics(self.arrays, paid), self.arrays.log_measured, weight, start, rounds)


def aggregate_tok_s(row: BatchRow, calibration: Calibration, learned: Batching) -> float:
    """Predicted aggregate of a row: of steps alone, or of the burst it was."""
    costs, scaling = row_costs(row, calibration), learned.scaling(row.kind)
    return queued(
        lambda requests: float(parts(row.moved, costs, scaling, requests).total_s), row.requests,
        row.running or row.requests, row.load,
    ).aggregate_tok_s  # fmt: skip


def _learned(values: Mapping[str, float], rows: Sequence[BatchRow]) -> Batching:
    """`values` with how many of `rows`, and models among them, stand behind what."""
    counts = Counter(key for row in rows for key in nested_keys(row.kind))
    models = Counter(key for key, _ in {(key, row.record.model) for row in rows for key in nested_keys(row.kind)})
    return Batching(values=values, counts=dict(counts), models=dict(sorted(models.items())), rows=len(rows))


def _tested(
    facts: Facts, lesson: Lesson, singles: Singles, held_out: HeldOut, rows: Sequence[BatchRow]
) -> list[Tested]:
    """`rows` beside predictions of fits, of one stream and of batches, that saw nothing of their groups."""
    found: list[Tested] = []
    taught_groups = [group_of(facts, row.record, held_out) for row in lesson.rows]
    taught_fold = np.array([fold_of(group, FOLDS) for group in taught_groups])
    groups = [group_of(facts, row.record, held_out) for row in rows]
    start = lesson.taught(singles.everything)
    for number in sorted({fold_of(group, FOLDS) for group in groups}):
        calibration = singles.without(held_out, number, FOLDS)
        kept = [row for row, fold in zip(lesson.rows, taught_fold, strict=True) if fold != number]
        values = lesson.pool.named(lesson.taught(calibration, taught_fold == number, start))
        learned = _learned(values, kept)
        for row, group in zip(rows, groups, strict=True):
            if fold_of(group, FOLDS) == number:
                predicted = aggregate_tok_s(row, calibration, learned)
                found.append(
                    Tested(
                        row.record,
                        group,
                        row.aggregate_tok_s,
                        predicted,
                        learned.nearness(row.kind),
                        classes(row.kind.group),
                        group_of(facts, row.record, "model") if held_out in ("source", "hardware") else "",
                    )
                )
    return found


def _how_far_off(rows: Sequence[Tested]) -> Spread:
    return learn_spread([row.log_residual for row in rows], [row.classes for row in rows], [row.group for row in rows])


def _values(lesson: Lesson, calibration: Calibration, left_out: Mapping[str, int]) -> Batching:
    values = lesson.pool.named(lesson.taught(calibration))
    return replace(_learned(values, lesson.rows), left_out=dict(left_out))


def scalings(
    facts: Facts, calibration: Calibration, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()
) -> Batching:
    """What `learn` teaches of every case, without the intervals, which take most of its time."""
    selection = batch_rows(facts, as_of=as_of, exclude_sources=exclude_sources)
    if not selection.kept or not calibration.rows:
        return Batching(left_out=dict(selection.left_out))
    return _values(Lesson(facts, selection.kept), calibration, selection.left_out)


def learn(
    facts: Facts, calibration: Calibration, *, as_of: str | None = None, exclude_sources: frozenset[str] = frozenset()
) -> Batching:
    """What rows of many requests dated up to `as_of` teach on top of the single-stream `calibration`, excluded sources aside.

    Intervals come from rows whose model, runtime or machine the fit had not seen, by how far a case is from evidence. Where
    no batch was measured they are those of batching alone: the single-stream interval of the case comes on top.
    """
    selection = batch_rows(facts, as_of=as_of, exclude_sources=exclude_sources)
    if not selection.kept or not calibration.rows:
        return Batching(left_out=dict(selection.left_out))
    lesson = Lesson(facts, selection.kept)
    singles = Singles(facts, as_of=as_of, exclude_sources=exclude_sources)
    models = _tested(facts, lesson, singles, "model", lesson.rows)
    tests: dict[BatchNearness, list[Tested]] = {
        "same hardware": [row for row in models if row.nearness == "same hardware"],
        "few models": [row for row in models if row.nearness == "few models"],
        "other runtime": batching_alone(facts, lesson, singles.everything, "other runtime"),
        "other hardware": batching_alone(facts, lesson, singles.everything, "other hardware"),
    }
    shown: dict[str, Spread] = {near: _how_far_off(rows) for near, rows in tests.items() if rows}
    return replace(_values(lesson, calibration, selection.left_out), spreads=shown)


def batching_alone(
    facts: Facts, lesson: Lesson, calibration: Calibration, near: Literal["other runtime", "other hardware"]
) -> list[Tested]:
    """Each row beside a fit of batches that saw none of its runtime, or machine; the single-stream fit keeps it.

    Each model there is a draw: batches were measured under few runtimes and on fewer machines, too few to count as draws.
    """
    outs = [
        row.kind.group.runtime if near == "other runtime" else group_of(facts, row.record, "hardware")
        for row in lesson.rows
    ]
    start, found, names = lesson.taught(calibration), [], np.array(outs)
    for name in sorted(set(outs)):
        learned = Batching(values=lesson.pool.named(lesson.taught(calibration, names == name, start)))
        for index in np.flatnonzero(names == name).tolist():
            row = lesson.rows[index]
            draw = group_of(facts, row.record, "model")
            predicted = aggregate_tok_s(row, calibration, learned)
            found.append(Tested(row.record, draw, row.aggregate_tok_s, predicted, near, batch_classes(row.kind)))
    return found


def tested(facts: Facts, held_out: HeldOut) -> tuple[Tested, ...]:
    """Aggregates of rows of many requests beside predictions of fits, of one stream and of batches, without their group.

    A burst is predicted with the time to the first token it states, which tells how fast its prompts were read; its rates
    are not looked at.
    """
    rows = batch_rows(facts).kept
    return tuple(_tested(facts, Lesson(facts, rows), Singles(facts), held_out, rows)) if rows else ()


def tested_aside(facts: Facts, held_out: HeldOut) -> tuple[Tested, ...]:
    """The same of rows that teach nothing since they do not say how prompts were read: predicted as if these took no time."""
    taught, rows = batch_rows(facts).kept, aside_rows(facts).kept
    return tuple(_tested(facts, Lesson(facts, taught), Singles(facts), held_out, rows)) if taught else ()


def left_out(facts: Facts) -> dict[str, int]:
    """Reason → rows of many requests that neither teach nor test."""
    return dict(batch_rows(facts).left_out)
