"""What `advisor fit` prints for people: a card for one finding, a table for several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.present.curves import figures
from advisor.present.explain import explain as why
from advisor.present.figure_text import draw
from advisor.present.fit_card import WIDTH, card
from advisor.present.fit_table import CSV_HEADERS, HEADERS, csv_row, rows, without_constant
from advisor.present.formats import say
from advisor.present.tables import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.evidence.finding import Finding
    from advisor.present.canvas import Glyphs
    from advisor.present.tables import TableFormat

LEGEND = "● measured on this very case  ◐ nearby  (digit: best tier)   ranges hold 8 of 10 held-out rows unless --level says otherwise"


def _pictures(finding: Finding, output_format: TableFormat, glyphs: Glyphs) -> list[str]:
    """Figures of the finding, fenced where markdown would run their lines together."""
    drawn = [draw(figure, glyphs=glyphs) for figure in figures(finding)] if finding.curve else []
    return [f"```\n{each}\n```" for each in drawn] if output_format == "markdown" else drawn


def _one_question(
    findings: Sequence[Finding], output_format: TableFormat, glyphs: Glyphs, width: int, *, explain: bool
) -> list[str]:
    best = findings[0]
    parts = [card(best, width), *_pictures(best, output_format, glyphs)]
    if explain:
        parts.append(why(best))
    if len(findings) > 1:
        headers, lines = without_constant(HEADERS, rows(findings))
        parts += ["every way to run it, best first:", render(headers, lines, output_format)]
        parts += _refusals(findings)
    case = best.case
    parts.append(f"next: advisor evidence {case.model.id} --hw {case.machine.hardware.id}")
    return parts


def _refusals(findings: Sequence[Finding]) -> list[str]:
    """One line a reason, with the runtimes that cannot run it."""
    runtimes: dict[str, list[str]] = {}
    for finding in findings:
        if finding.verdict == "unsupported":
            runtimes.setdefault(say(finding.confidence.reason), []).append(finding.case.runtime.name)
    lines = [f"✗ {', '.join(dict.fromkeys(names))}: {reason}" for reason, names in runtimes.items()]
    return ["\n".join(lines)] if lines else []


def text(
    found: Sequence[Sequence[Finding]], output_format: TableFormat, *, explain: bool, glyphs: Glyphs = "braille", width: int = WIDTH
) -> str:  # fmt: skip
    """One question: the best finding's card, and the others as a table. Several questions, or csv: one table.

    A finding that carries its curve is drawn, in these glyphs; bars of memory take no more than `width` columns.
    """
    everything = [finding for findings in found for finding in findings]
    if not everything:
        return "nothing to say: no runtime loads any offered format of this model there; name one with --quant and --runtime"
    if output_format == "csv":
        return render(CSV_HEADERS, [csv_row(finding) for finding in everything], "csv")
    if len(found) == 1:
        return "\n\n".join(_one_question(found[0], output_format, glyphs, width, explain=explain))
    best = [findings[0] for findings in found if findings]
    parts = [render(*without_constant(HEADERS, rows(best)), output_format), LEGEND]
    parts += [picture for finding in best for picture in _pictures(finding, output_format, glyphs)]
    if explain:
        parts += [f"{card(finding, width)}\n\n{why(finding)}" for finding in best]
    return "\n\n".join(parts)
