"""The part of a report that says what nobody has measured, how much it matters, and how to measure it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.present.explain import measuring_command
from advisor.present.report_tree import Head, Paragraph, Section, Table
from advisor.present.report_words import chance, how, speed

if TYPE_CHECKING:
    from advisor.decide.gaps import Gap
    from advisor.present.report_scene import Scene

MOST_GAPS = 12


def missing(scene: Scene) -> Section:
    """Gaps, those first that would most likely change the choice."""
    found = scene.decision.gaps
    if not found:
        return Section(
            "What nobody has measured",
            (Paragraph("Every figure the choice rests on was measured on its very case, or nothing runs."),),
        )
    words = (
        "A gap is a workload on a machine for which no row of this very case exists. Impact is how much more often the choice would be right if "
        "it were measured: high from one choice in ten or where any speed would let the option do as much for no more money, medium from one in fifty."
    )
    heads = (
        "Workload",
        "Machine",
        "As",
        "Impact",
        "Choices it would put right",
        "Expected, tok/s",
        "Chance that what is asked is met",
        "Command that measures it",
    )
    rest = len(found) - MOST_GAPS
    more = (Paragraph(f"{rest} more gaps matter less."),) if rest > 0 else ()
    table = Table(
        "What is missing", tuple(Head(head) for head in heads), tuple(_row(scene, gap) for gap in found[:MOST_GAPS])
    )
    return Section("What nobody has measured", (Paragraph(words), table, *more))


def _row(scene: Scene, gap: Gap) -> tuple[str, ...]:
    one = gap.served
    return (
        gap.workload.name, scene.machine(gap.machine), how(one), gap.impact.upper(), chance(gap.worth), speed(one),
        "nothing asked" if gap.met is None else chance(gap.met), f"`{measuring_command(one.finding)}`" if one.finding else "none",
    )  # fmt: skip
