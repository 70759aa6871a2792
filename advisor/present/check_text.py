"""What `advisor catalog check` found, in words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from advisor.catalog.kinds import KINDS
from advisor.present.evidence_table import MARKS, thousands
from advisor.present.formats import as_printed, say, signed_share, tok_s

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from advisor.catalog.contents import Facts
    from advisor.decide.neighbours import Neighbours
    from advisor.estimate.note import Note
    from advisor.evidence.finding import Measured
    from advisor.evidence.gate import Verdict

REMEDY = "faster than physics allows; correct the row, or give it `disputed: why`"
PREFILL_REMEDY = "faster than physics allows; correct the row, or give it `disputed: why` or `prefill_doubt: why`"


def refusal(verdict: Verdict) -> str:
    """The message of a row that cannot be: the arithmetic, and what to do."""
    return f"{say(verdict.note)}: {PREFILL_REMEDY if verdict.figure == 'prefill_tok_s' else REMEDY}"


def held(facts: Facts) -> str:
    """How much the catalog holds, kind by kind."""
    return ", ".join(f"{len(getattr(facts, kind)):,} {kind}" for kind in KINDS)


def physics(verdicts: Sequence[Verdict], records: int, *, explain: bool) -> Iterator[str]:
    """Counts of every verdict, with reasons; the rows themselves where there is a doubt, or all with `explain`."""
    counts = Counter(verdict.kind for verdict in verdicts)
    yield (
        f"held against physics: {len(verdicts):,} of {records:,} rows state a rate; {counts['passes']:,} pass, "
        f"{counts['disputed']:,} disputed, {counts['suspect']:,} suspect, {counts['cannot check']:,} cannot check, "
        f"{counts['impossible']:,} impossible"
    )
    for kind in ("disputed", "suspect"):
        chosen = sorted(
            (verdict for verdict in verdicts if verdict.kind == kind), key=lambda verdict: not verdict.above
        )
        if chosen:
            yield f"{kind}:"
            yield from (f"  {verdict.record.id}: {_doubt(verdict)}" for verdict in chosen)
    unknown = [verdict.note for verdict in verdicts if verdict.kind == "cannot check"]
    if unknown:
        yield "cannot check:"
        yield from _by_reason(unknown)
    further = [check.note for verdict in verdicts for check in verdict.unchecked]
    if further:
        yield "cannot check a further figure of:"
        yield from _by_reason(further)
    if explain:
        yield "every row:"
        yield from (f"  {verdict.record.id}: {verdict.kind}: {_whole(verdict)}" for verdict in verdicts)


def _by_reason(notes: Iterable[Note]) -> Iterator[str]:
    reasons = Counter(say(note).partition(":")[0] for note in notes)
    yield from (f"  {count:>4}  {reason}" for reason, count in reasons.most_common())


def _whole(verdict: Verdict) -> str:
    """The arithmetic of a row, and what of it could not be checked."""
    return "; ".join(
        [say(verdict.note), *(f"{each.figure} cannot be checked: {say(each.note)}" for each in verdict.unchecked)]
    )


def _doubt(verdict: Verdict) -> str:
    arithmetic = say(verdict.note)
    return f"{verdict.reason} ({arithmetic})" if verdict.reason else arithmetic


def row(place: str, found: Neighbours, verdict: Verdict | None) -> Iterator[str]:
    """One checked row: measured and predicted, the arithmetic, and what the nearest rows of others say."""
    record = found.record
    parts = []
    if record.decode_tok_s is not None:
        parts.append(f"{as_printed(record.decode_tok_s)} tok/s measured, {_expected(found)}")
    if verdict:
        parts.append(f"{verdict.kind}: {_whole(verdict)}")
    yield f"{place}: {record.id}: {'; '.join(parts) or 'no rate to check'}"
    yield from (f"    {_neighbour(each)}" for each in found.nearest)
    if record.decode_tok_s is not None and not found.nearest:
        yield "    nobody else has measured nearly the same"


def _expected(found: Neighbours) -> str:
    if found.predicted_tok_s is None or found.record.decode_tok_s is None:
        return f"no prediction ({found.why_not})"
    off = found.record.decode_tok_s / found.predicted_tok_s - 1
    return f"{tok_s(found.predicted_tok_s)} predicted from other sources ({signed_share(off)})"


def _neighbour(row: Measured) -> str:
    c = row.record.conditions
    software = f"{c.runtime or '?'} {c.runtime_version or '?'}"
    return (
        f"{MARKS[row.closeness]}{row.tier} {as_printed(row.record.decode_tok_s or 0)} tok/s, {software}, "
        f"depth {thousands(c.depth_tokens)}, {c.date or 'no date'} ({row.record.source})"
    )
