"""The written report of a decision: one document, in the order somebody who must decide reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import __version__
from advisor.present import report_html, report_markdown
from advisor.present.report_answer import answer, need
from advisor.present.report_check import trust
from advisor.present.report_conclusions import conclusions
from advisor.present.report_cost import money_part
from advisor.present.report_duel import head_to_head
from advisor.present.report_gaps import missing
from advisor.present.report_memory import fits
from advisor.present.report_scene import scene_of
from advisor.present.report_speed import fast
from advisor.present.report_tree import Document, Paragraph

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.decide.decision import Decision
    from advisor.evidence.calibration import Calibration


def report(facts: Facts, calibration: Calibration, decision: Decision, command: str) -> Document:
    """The report as a document; `command` is the line that makes it again."""
    scene = scene_of(facts, calibration, decision)
    sections = (
        answer(scene), need(scene), fits(scene), fast(scene), head_to_head(scene), conclusions(scene), money_part(scene), trust(scene),
        missing(scene),
    )  # fmt: skip
    market = decision.need.market
    under = f"Prices of {market.region} in {market.currency} up to {scene.today}; catalog of {facts.date}."
    footer = (
        Paragraph(
            f"Made by advisor {__version__} from the catalog of {facts.date}. The same report again: `{command}`."
        ),
        Paragraph(
            "A prediction is not a measurement: what no source has measured is marked ○, and the gaps above say how to measure it."
        ),
    )
    return Document(
        decision.need.title or "Which machine does this work?", under, (*sections, scene.sources.section()), footer
    )


def written(document: Document, suffix: str) -> str:
    """The document as the text of a file with that suffix: `.html` or `.md`."""
    return report_html.page(document) if suffix == ".html" else report_markdown.page(document)
