"""Words every part of a report uses: marks of what a number rests on, speeds, money, dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.present.formats import as_printed, money, say, share, tok_s, tokens
from advisor.present.report_sources import YOURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.decide.need import Workload
    from advisor.decide.offers import Standing as Offered
    from advisor.decide.prices import Priced
    from advisor.decide.ranges import Range
    from advisor.decide.served import Served
    from advisor.evidence.finding import Measured
    from advisor.present.report_scene import Scene

MEASURED, NEARBY, PREDICTED = "●", "◐", "○"
LEGEND = (
    "● measured on this very case, ◐ measured nearby (another runtime, version, depth or format), ○ predicted; the digit is the best tier "
    "of the rows behind it. What stands in brackets is the range that holds four cases in five."
)
DAYS_PER_MONTH = 30.4
MONTH_WORDS = 2


def near_rows(one: Served) -> list[Measured]:
    """Rows measured near the case that nothing is said against, the nearest first."""
    return [
        row for row in (one.finding.evidence if one.finding else ())
        if row.closeness in {"exact", "near"} and not row.remark and row.record.decode_tok_s
    ]  # fmt: skip


def speed(one: Served) -> str:
    """`43 ○ (38–49)`, `108.83 ●0`, `not predicted`, or why it does not run."""
    if not one.runs:
        return f"✗ {say(one.reason)}" if one.reason else "✗ does not run"
    found = one.decode_tok_s
    if found is None:
        return "runs, speed not predicted"
    if one.measured:
        return f"{as_printed(found.mid)} {MEASURED}{one.measured.tier}"
    return f"{tok_s(found.mid)} {PREDICTED} ({tok_s(found.low)}–{tok_s(found.high)})"


def short_speed(one: Served) -> str:
    """The same without the range, and with whether it is enough where something is asked."""
    said = speed(one).partition(" (")[0] if one.runs else speed(one)
    work = one.workload
    if work.floor_tok_s is None and work.ttft_s is None:
        return said
    return f"{said} ✓" if one.is_fast_enough else said if said.startswith("✗") else f"{said} ✗"


def how(one: Served) -> str:
    """Format and runtime: `Q8_0, llama.cpp`; the model too where the workload leaves it open."""
    if one.finding is None:
        return ""
    case = one.finding.case
    model = "" if one.workload.model else f"{case.model.name}, "
    return f"{model}{case.quant.name}, {case.runtime.name}{' on the host in part' if one.finding.verdict == 'fits-offloaded' else ''}"


def measured_near(scene: Scene, one: Served) -> str:
    """`55.21–55.67 ◐1 [4]`: what rows near the case state, with their sources; nothing where there are none."""
    rows = near_rows(one)
    if not rows:
        return "none"
    rates = [row.record.decode_tok_s or 0.0 for row in rows]
    ends = as_printed(min(rates)) if min(rates) == max(rates) else f"{as_printed(min(rates))}–{as_printed(max(rates))}"
    mark = MEASURED if any(row.closeness == "exact" for row in rows) else NEARBY
    return f"{ends} {mark}{min(row.tier for row in rows)}{yours(scene, rows)}{scene.sources.cite_all(row.source.id for row in rows)}"


def yours(scene: Scene, rows: Sequence[Measured]) -> str:
    """A word where any of the rows comes from an overlay."""
    return f" ({YOURS})" if any(scene.facts.origin("records", row.record.id) == YOURS for row in rows) else ""


def asked(work: Workload) -> str:
    """What is asked of a workload: `30 tok/s`, `20 s to the first token`, or nothing."""
    found = [f"{as_printed(work.floor_tok_s)} tok/s"] if work.floor_tok_s is not None else []
    found += [f"first token within {as_printed(work.ttft_s)} s"] if work.ttft_s is not None else []
    return ", ".join(found) or "nothing asked"


def wait(one: Served) -> str:
    """`12 s ○ (9–16)` to the first token."""
    found = one.ttft_s
    return (
        f"{seconds(found.mid)} {PREDICTED} ({seconds(found.low)}–{seconds(found.high)})" if found else "not predicted"
    )


def seconds(value: float) -> str:
    """`0.82 s`, `45 s`, `12 min`."""
    if value >= 600:  # noqa: PLR2004 - ten minutes
        return f"{value / 60:,.0f} min"
    return f"{value:.2g} s" if value < 10 else f"{value:.0f} s"  # noqa: PLR2004 - two digits


def sum_of(amount: Range, currency: str) -> str:
    """`2,750 EUR (2,500–3,000)`."""
    if amount.high <= amount.low:
        return money(round(amount.mid), currency)
    return f"{money(round(amount.mid), currency)} ({amount.low:,.0f}–{amount.high:,.0f})"


def small_sum(amount: Range, currency: str) -> str:
    """The same with cents, for what is small."""
    if f"{amount.low:.2f}" == f"{amount.high:.2f}":
        return f"{amount.mid:.2f} {currency}"
    return f"{amount.mid:.2f} {currency} ({amount.low:.2f}–{amount.high:.2f})"


def dated(price: Priced) -> str:
    """The date of a price, and its age where that is more than six months."""
    months = round(price.age_days / DAYS_PER_MONTH)
    return f"{price.date} ({months} months old)" if price.is_old else price.date


def watts(draw: Range | None) -> str:
    """`120 W (90–140)`."""
    if draw is None:
        return "not known"
    return f"{draw.mid:.0f} W" if draw.high <= draw.low else f"{draw.mid:.0f} W ({draw.low:.0f}–{draw.high:.0f})"


def chance(value: float | None) -> str:
    """`61 %`, and never a certainty that drawing cannot show."""
    if value is None:
        return ""
    return "over 99 %" if value > 0.995 else "under 1 %" if value < 0.005 else share(value)  # noqa: PLR2004 - of 4,000 draws


def requests_of(work: Workload) -> str:
    """`8,192 tokens`, `20 × 8,192 tokens`."""
    each = f"{tokens(work.context_tokens)} tokens"
    return each if work.concurrency == 1 else f"{work.concurrency} × {each}"


def dated_offer(found: Offered) -> str:
    """The date of an offer, and what else is said of it."""
    return "; ".join([f"of {found.date}" if found.date else "no date", *(say(words) for words in found.notes)])


def rounded(value: float) -> int:
    """The value with two digits that count: what comes of ranges is not more precise than that."""
    return round(float(f"{value:.2g}"))
