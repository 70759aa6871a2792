"""A comparison as lines for programs: one for every machine at every context of every model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advisor.decide.bill import Bill
from advisor.decide.compare import price_per_rate

if TYPE_CHECKING:
    from advisor.decide.compare import Cell, Comparison, Machine, Pace

HEADERS = (
    "model", "context_tokens", "concurrency", "hardware", "verdict", "quant", "runtime", "backend", "max_context_tokens",
    "most_context_tokens_asked", "empty_tok_s", "empty_low_tok_s", "empty_high_tok_s", "empty_measured_tok_s", "empty_match", "empty_tier",
    "depth_tokens", "tok_s", "low_tok_s", "high_tok_s", "measured_tok_s", "match", "tier", "aggregate_tok_s", "aggregate_low_tok_s",
    "aggregate_high_tok_s", "ttft_s", "evidence", "currency", "price", "price_low", "price_high", "price_date", "load_w", "idle_w",
    "price_per_tok_s",
)  # fmt: skip


def csv_rows(found: Comparison) -> list[list[Any]]:
    """Values as they are, nothing where they cannot be known."""
    return [
        _row(found, machine, each)
        for line in found.rows for machine, each in zip(found.machines, line.cells, strict=True)
    ]  # fmt: skip


def _row(found: Comparison, machine: Machine, cell: Cell) -> list[Any]:
    best, demand = cell.finding, cell.question.demand
    case = best.case if best else None
    together, price, draw = cell.together, machine.price, machine.draw
    worth = price_per_rate(price, cell.rate) if price and cell.rate else None
    return [
        cell.question.model.id, demand.context_tokens, demand.concurrency, machine.hardware.id, best.verdict if best else "unsupported",
        case.quant.id if case else None, case.runtime.id if case else None, case.backend if case else None,
        best.max_context_tokens if best else None, best.most_context_tokens_asked if best else None,
        *_pace(cell.empty), cell.deep.depth_tokens if cell.deep else None, *_pace(cell.deep),
        *((together.mid, together.low, together.high) if together else (None, None, None)),
        best.prefill.ttft_s if best and cell.runs and best.prefill else None, cell.grade, found.market.currency,
        *((price.mid, price.low, price.high) if price else (None, None, None)),
        machine.bill.date if isinstance(machine.bill, Bill) else None, draw.load_w.mid if draw.load_w else None,
        draw.idle_w.mid if draw.idle_w else None, worth.mid if worth else None,
    ]  # fmt: skip


def _pace(pace: Pace | None) -> list[Any]:
    said = pace.predicted if pace else None
    row = pace.row if pace else None
    return [
        *((said.mid, said.low, said.high) if said else (None, None, None)),
        *((row.record.decode_tok_s, row.closeness, row.tier) if row else (None, None, None)),
    ]
