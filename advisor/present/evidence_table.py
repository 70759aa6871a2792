"""What was measured of a model on a machine: decode rates beside the prediction, and everything else."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

from advisor.decide.shown import USUAL, Shown
from advisor.evidence.gate import Gate
from advisor.evidence.observations import tier
from advisor.present.card_rows import said, spaced
from advisor.present.formats import as_printed, say, signed_share, tok_s
from advisor.present.list_rows import standing
from advisor.present.list_things import if_known
from advisor.present.tables import LINE_WIDTH, WORDS, Column, TableFormat, as_json, one_line, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.record import Record
    from advisor.decide.pair import Pair
    from advisor.decide.question import Question
    from advisor.evidence.finding import Measured

SCHEMA = "advisor.evidence/1"
MARKS = {"exact": "●", "near": "◐", "far": "○"}
LEGEND = "● this very case  ◐ near it  ○ far from it  digit: tier\noff: measured against predicted  ?: the source does not say"
THOUSAND = 1024


def thousands(tokens: int | None) -> str:
    """`32k` for 32,768, `?` for what the source does not say."""
    if tokens is None:
        return "?"
    return f"{tokens // THOUSAND}k" if tokens and tokens % THOUSAND == 0 else f"{tokens:,}"


ORDER_WORDS = {"nearness": "nearest first", "off": "furthest off first", "date": "newest first"}
DOUBTED = "disputed, suspect or remarked on"


def which_rows(wanted: Shown) -> list[str]:
    """Which rows are shown, as far as it is not all of them: `only disputed, suspect or remarked on`, `tier 1 or better`."""
    tier_words = [] if wanted.max_tier is None else [f"tier {wanted.max_tier} or better"]
    return [f"only {DOUBTED}"] * wanted.disputed + tier_words


FOR_PEOPLE = (
    Column("match", "match"),
    Column("decode_tok_s", "tok/s", as_printed, right=True),
    Column("predicted_tok_s", "predicted", if_known(tok_s), right=True),
    Column("residual", "off", if_known(signed_share), right=True),
    Column("quant", "quant", if_known(str), cut=5),
    Column("runtime", "runtime", cut=15),
    Column("depth_tokens", "depth", thousands, right=True),
    Column("date", "date", lambda date: date or "?"),
    Column("source", "source", cut=9),
    Column("differs", "differs in", cut=12),
)
OTHERS_FOR_PEOPLE = (
    Column("kind", "kind", cut=WORDS),
    Column("tier", "tier", right=True),
    Column("concurrency", "conc", if_known(str), right=True),
    Column("measured", "measured", cut=24),
    Column("quant", "quant", if_known(str), cut=5),
    Column("runtime", "runtime", cut=15),
    Column("date", "date", lambda date: date or "?"),
    Column("source", "source", cut=9),
    Column("note", "note"),
)
DIFFERENCES = (
    ("quantization", "quant"), ("speculative", "speculation"), ("KV cache", "KV type"), ("version", "version"), ("depth", "depth"),
    ("runtime", "runtime"), ("backend", "backend"), ("model", "model"),
)  # fmt: skip
"""How a difference starts → what it is called beside columns that show the values; others are short already."""
SHORT = (("aggregate_tok_s", "{} tok/s together"), ("decode_tok_s", "{} tok/s each"), ("prefill_tok_s", "prefill {} tok/s"),
         ("train_tok_s", "training {} tok/s"), ("ttft_s", "TTFT {} s"), ("power_w", "{} W"))  # fmt: skip
FOR_PROGRAMS = tuple(Column(key, key) for key in (
    "record", "kind", "match", "why", "tier", "decode_tok_s", "predicted_tok_s", "residual", "aggregate_tok_s", "prefill_tok_s",
    "ttft_s", "train_tok_s", "power_w", "quant", "runtime", "runtime_version", "backend", "devices", "depth_tokens",
    "prompt_tokens", "output_tokens", "concurrency", "kv_type", "speculative", "placement", "date", "source", "status", "remark",
))  # fmt: skip
FIELDS = ("kind", "decode_tok_s", "aggregate_tok_s", "prefill_tok_s", "ttft_s", "train_tok_s", "power_w", "quant", "devices",
          "source", "status")  # fmt: skip
COMPUTED = frozenset({"prefill_tok_s", "train_tok_s"})
"""Figures held against what a chip computes."""
CONDITIONS = ("runtime", "runtime_version", "backend", "depth_tokens", "prompt_tokens", "output_tokens", "concurrency", "kv_type",
              "speculative", "placement", "date")  # fmt: skip


def predicted(row: Measured) -> float | None:
    """Tokens per second predicted for the row's own conditions; None where it cannot be told."""
    if row.residual is None or row.record.decode_tok_s is None:
        return None
    return row.record.decode_tok_s / (1 + row.residual)


def text(
    facts: Facts, question: Question, found: Pair, output_format: TableFormat, wanted: Shown = USUAL
) -> str:  # fmt: skip
    """The rows in the format asked for, in their order; `wanted` is what they were chosen by."""
    gate = Gate(facts)
    if output_format in {"csv", "json"}:
        decode, other = (
            [_program_row(gate, row) for row in found.decode],
            [_other_program_row(gate, row) for row in found.other],
        )
        if output_format == "csv":
            keys = [column.key for column in FOR_PROGRAMS]
            return render(FOR_PROGRAMS, [[row[key] for key in keys] for row in (*decode, *other)], "csv")
        return as_json({
            "schema": SCHEMA, "model": question.model.id, "hardware": question.hardware.id,
            "depth_tokens": question.demand.depth_tokens or 0, "concurrency": question.demand.concurrency,
            "decode": decode, "other": other,
        })  # fmt: skip
    return "\n\n".join(_parts(gate, question, found, output_format, wanted))


class _Notes:
    """Remarks under a table, each once, by number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, remark: str) -> str:
        """`[3]` for a remark, nothing for none."""
        return f"[{self._numbers.setdefault(one_line(remark), len(self._numbers) + 1)}]" if remark else ""

    def lines(self) -> str:
        """The remarks, one a line, long ones wrapped."""
        return "\n".join(
            fill(remark, LINE_WIDTH, initial_indent=f"[{number}] ", subsequent_indent="    ", break_on_hyphens=False)
            for remark, number in self._numbers.items()
        )


def _parts(
    gate: Gate, question: Question, found: Pair, output_format: TableFormat, wanted: Shown
) -> Iterable[str]:  # fmt: skip
    where = f"{question.model.id} on {question.hardware.name}"
    notes = _Notes()
    if not found.decode and not found.other:
        yield no_rows(where, wanted)
        return
    ordered = [] if wanted.order == USUAL.order else [ORDER_WORDS[wanted.order]]
    if chosen := "; ".join([*which_rows(wanted), *ordered]):
        yield chosen
    if found.decode:
        yield f"{where}: decode of one request, compared with depth {thousands(question.demand.depth_tokens or 0)}"
        yield render(FOR_PEOPLE, [_person_row(gate, row, notes) for row in found.decode], output_format)
        yield LEGEND
    if found.other:
        yield "everything else measured there"
        yield render(OTHERS_FOR_PEOPLE, [_other_person_row(gate, row, notes) for row in found.other], output_format)
    if lines := notes.lines():
        yield lines


def no_rows(where: str, wanted: Shown) -> str:
    """Why there is no row of `where` to show."""
    if wanted.disputed:
        bound = "" if wanted.max_tier is None else f" of tier {wanted.max_tier} or better"
        return f"no row{bound} of {where} is {DOUBTED}"
    bound = "" if wanted.max_tier is None else f" in a source of tier {wanted.max_tier} or better"
    return f"nobody has measured {where} as asked{bound}"


def _software(record: Record) -> str:
    """Runtime and the first word of its version: what follows is the build's hash or the image it came in."""
    c = record.conditions
    return f"{c.runtime or '?'} {c.runtime_version.split()[0] if c.runtime_version else '?'}"


def _differs(differences: Iterable[str]) -> str:
    return ", ".join(
        next((short for start, short in DIFFERENCES if words.startswith(start)), words)
        for words in differences
        if not words.startswith("unstated")
    )


def _person_row(gate: Gate, row: Measured, notes: _Notes) -> Sequence[Any]:
    record = row.record
    return (
        f"{MARKS[row.closeness]}{row.tier}", record.decode_tok_s, predicted(row), row.residual, record.quant, _software(record),
        record.conditions.depth_tokens, record.conditions.date, record.source,
        f"{notes.mark(remark_on(gate, row))} {_differs(row.differences)}".strip(),
    )  # fmt: skip


def remark_on(gate: Gate, row: Measured) -> str:
    """Why a decode rate is not relied on, or a figure beside it, and what physics says."""
    record = row.record
    prefill = f"prefill: {record.prefill_doubt}" if record.prefill_doubt else ""
    return _with_arithmetic(gate, record, row.remark or standing(record) or prefill)


def remark(gate: Gate, record: Record) -> str:
    """What any other row says of itself, and what physics says."""
    doubt = record.disputed or record.suspect or record.prefill_doubt
    reason = doubt or "; ".join(filter(None, (record.not_for_calibration, record.note)))
    return _with_arithmetic(
        gate, record, f"{standing(record)}: {reason}" if standing(record) and reason else standing(record) or reason
    )


def _with_arithmetic(gate: Gate, record: Record, words: str) -> str:
    """The words with the arithmetic of a figure above what its machine can do, and why a compute rate cannot be judged."""
    verdict = gate.verdict(record)
    if verdict and verdict.above:
        return f"{words} ({say(verdict.note)})" if words else f"{verdict.kind}: {say(verdict.note)}"
    if verdict and verdict.kind == "cannot check" and verdict.figure in COMPUTED:
        return "; ".join(filter(None, (words, f"cannot check: {say(verdict.note)}")))
    return words


def _other_person_row(gate: Gate, record: Record, notes: _Notes) -> Sequence[Any]:
    rates = [words.format(as_printed(value)) for name, words in SHORT if (value := getattr(record, name)) is not None]
    measured = ", ".join([*rates, *(f"{spaced(name)} {said(value)}" for name, value in record.other.items())])
    return (
        record.kind, tier(gate.facts, record), record.conditions.concurrency, measured, record.quant, _software(record),
        record.conditions.date, record.source, notes.mark(remark(gate, record)),
    )  # fmt: skip


def _stated(record: Record) -> dict[str, Any]:
    return {
        "record": record.id,
        **{name: getattr(record, name) for name in FIELDS},
        **{name: getattr(record.conditions, name) for name in CONDITIONS},
    }


def _program_row(gate: Gate, row: Measured) -> dict[str, Any]:
    return _ordered({
        **_stated(row.record), "match": row.closeness, "why": list(row.differences), "tier": row.tier,
        "predicted_tok_s": predicted(row), "residual": row.residual,
        "remark": remark_on(gate, row) or None,
    })  # fmt: skip


def _other_program_row(gate: Gate, record: Record) -> dict[str, Any]:
    compared: dict[str, Any] = {"match": None, "why": [], "predicted_tok_s": None, "residual": None}
    return _ordered(
        {**_stated(record), **compared, "tier": tier(gate.facts, record), "remark": remark(gate, record) or None}
    )


def _ordered(row: dict[str, Any]) -> dict[str, Any]:
    return {column.key: row[column.key] for column in FOR_PROGRAMS}
