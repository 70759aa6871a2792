"""What nobody has measured as rows of a screen, and how to measure one of them and write it down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.present.explain import measuring_command
from advisor.present.formats import share, tok_s, tokens
from advisor.present.gaps import WORTH
from advisor.present.machine_labels import machine_labels
from advisor.present.options_table import PREDICTED, speed
from advisor.present.screen_table import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from advisor.decide.decision import Decision
    from advisor.decide.unmeasured import Unmeasured
    from advisor.evidence.finding import Finding

OF_NEED = (
    Wanted("impact"), Wanted("workload", least=18), Wanted("machine", least=18), Wanted("context", right=True, rank=3),
    Wanted("expected tok/s", right=True), Wanted("fast enough", right=True, rank=2), Wanted("worth", right=True, rank=1),
)  # fmt: skip
OF_VIEW = (
    Wanted("model", least=16), Wanted("machine", least=18), Wanted("format", rank=2), Wanted("runtime", rank=3), Wanted("context", right=True, rank=4),
    Wanted("expected tok/s", right=True), Wanted("widest/least", right=True, rank=1),
)  # fmt: skip
LEGEND_OF_NEED = " ".join(WORTH.split())
LEGEND_OF_VIEW = "widest/least: upper end of the prediction over its lower end. a need (5) says what each would change"


@dataclass(frozen=True, slots=True)
class GapRow:
    """A line, and the case that nobody measured."""

    cells: tuple[str, ...]
    finding: Finding | None
    """None where no way to run it is known."""


def of_need(found: Decision) -> list[GapRow]:
    """The gaps of a decision, what matters most first."""
    labels = machine_labels(found.machine(gap.machine) for gap in found.gaps)
    return [
        GapRow(
            (gap.impact.upper(), gap.workload.name, labels[found.machine(gap.machine).id], tokens(gap.workload.context_tokens), speed(gap.served),
             "" if gap.met is None else share(gap.met), share(gap.worth)), gap.served.finding)
        for gap in found.gaps
    ]  # fmt: skip


def of_view(found: Sequence[Unmeasured]) -> list[GapRow]:
    """Pairs without an exact row, the widest prediction first."""
    labels = machine_labels(each.finding.case.machine.hardware for each in found)
    return [GapRow(_of_view(each, labels), each.finding) for each in found]


def _of_view(each: Unmeasured, labels: Mapping[str, str]) -> tuple[str, ...]:
    case, rate = each.finding.case, each.rate
    expected = "?"
    if rate and rate.tok_s is not None:
        expected = f"{PREDICTED}{tok_s(rate.tok_s)} ({tok_s(rate.low_tok_s or 0)}–{tok_s(rate.high_tok_s or 0)})"
    width = f"{each.width:.1f}×" if each.width != float("inf") else "?"
    return (
        case.model.name,
        labels[case.machine.hardware.id],
        case.quant.id,
        case.runtime.id,
        tokens(case.demand.context_tokens),
        expected,
        width,
    )


def file_command(finding: Finding) -> str:
    """What starts the file of the row: where rows of that machine stand, under the name of a source yet to be written."""
    return f"advisor catalog new benchmark > catalog/benchmarks/{finding.case.machine.hardware.id}/MY-SOURCE.yaml"


def how_to(finding: Finding) -> str:
    """How to measure the case, start its file, and what stands in it besides the rate."""
    case, demand = finding.case, finding.case.demand
    depth = demand.context_tokens if demand.depth_tokens is None else demand.depth_tokens
    conditions = {
        "runtime": case.runtime.id, "runtime_version": "?", "date": "?", "depth_tokens": f"{depth}  # and one row with 0",
        "concurrency": demand.concurrency,
    }  # fmt: skip
    lines = [
        f"{case.model.name} on {case.machine.hardware.name}", "", "measure it there", f"  {measuring_command(finding)}", "",
        "start the file; this command has been copied", f"  {file_command(finding)}", "", "fill in", "  common:", "    kind: decode",
        f"    model: {case.model.id}", f"    quant: {case.quant.id}", "    plain_decode: true", "    conditions:",
        *(f"      {name}: {value}" for name, value in conditions.items()), "",
        "docs/adding-a-benchmark.md goes through it; `advisor catalog check FILE` says what is wrong with it.",
    ]  # fmt: skip
    return "\n".join(lines)
