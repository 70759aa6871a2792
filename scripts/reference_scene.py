"""What the cells of docs/reference-report.md are worked out from: rows by their id, predictions, memory plans, gaps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from advisor import units
from advisor.catalog import find
from advisor.decide.choose import answer
from advisor.decide.decision import decide
from advisor.decide.need import Workload
from advisor.decide.need_file import read_need
from advisor.decide.question import Question
from advisor.decide.served import serve
from advisor.estimate.case import Demand
from advisor.evidence.calibration import Calibration
from advisor.evidence.gate import Gate
from advisor.present.formats import as_printed, say, share, tok_s

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.decide.decision import Decision
    from advisor.decide.served import Served
    from advisor.evidence.finding import Finding

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "spark-or-desktop.yaml"
DESKTOP, SPARK = "rtx-4090+rtx-5070-ti", "dgx-spark"


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything the page's cells are worked out from."""

    facts: Facts
    calibration: Calibration
    decision: Decision

    def value(self, row: str) -> float:
        """The decode rate of a row. Raises KeyError for a row the catalog does not have."""
        return self.facts.records[row].decode_tok_s or 0.0

    def measured(self, *rows: str) -> str:
        """`measured 58.72 tok/s (`row`, source, date)`, one after the other."""
        return "; ".join(
            f"measured {as_printed(self._rate(row))} tok/s{self._depth(row)} ({self.cite(row)})" for row in rows
        )

    def _rate(self, row: str) -> float:
        record = self.facts.records[row]
        return record.decode_tok_s or record.train_tok_s or 0.0

    def _depth(self, row: str) -> str:
        depth = self.facts.records[row].conditions.depth_tokens
        return f" after {depth:,} tokens" if depth else ""

    def cite(self, row: str) -> str:
        """The id, source and date of a row."""
        record = self.facts.records[row]
        return ", ".join(part for part in (f"`{row}`", record.source, record.conditions.date) if part)

    def predicted(self, one: Served | None, where: str = "") -> str:
        """`predicted 29 tok/s (19–36)` with the format and runtime it is for."""
        if one is None or one.finding is None or one.decode_tok_s is None:
            return f"not predicted{where}"
        case, span = one.finding.case, one.decode_tok_s
        told = f"{case.quant.name}, {case.runtime.name}{where}"
        return f"predicted {tok_s(span.mid)} tok/s ({tok_s(span.low)}–{tok_s(span.high)}; {told})"

    def on(self, machine: str, work: str) -> Served:
        """What a machine makes of a workload of the example."""
        return self.decision.served[machine, work]

    def ask(self, model: str, machine: str = SPARK, **asked: object) -> Served:
        """What a machine makes of another workload."""
        work = Workload(name=model, model=model, **asked)  # type: ignore[arg-type]
        return serve(self.facts, self.calibration, work, self.facts.hardware[machine])

    def memory(self, runtime: str, as_of: str, taken_gib: float) -> Finding:
        """How one runtime of a day places GLM-4.7-Flash Q8_0 at 112k on the desktop, with so much of its cards taken already."""
        found, _ = find.runtime(self.facts, runtime)
        demand = Demand(context_tokens=112 * 1024, kv_type="q8_0", as_of=as_of, resident_bytes=units.gib(taken_gib))
        question = Question(
            model=self.facts.models["glm-4.7-flash"], hardware=self.facts.hardware[DESKTOP], quant=self.facts.quants["q8_0"],
            runtime=found, demand=demand,
        )  # fmt: skip
        return answer(self.facts, self.calibration, question)[0]

    def arithmetic(self, row: str) -> str:
        """The operations a training row takes, against the chip's rate."""
        found = Gate(self.facts).verdict(self.facts.records[row])
        assert found is not None
        return f"{say(found.note)} ({self.cite(row)})"

    def worth(self, machine: str, work: str) -> str:
        """Impact of the gap in the example's decision, with what knowing it would put right."""
        for gap in self.decision.gaps:
            if (gap.machine, gap.workload.name) == (machine, work):
                return f"{gap.impact.upper()}: knowing it would correct {share(gap.worth)} of the choices"
        return "none: measured, or it does not run"


def scene_of(facts: Facts) -> Scene:
    """The scene over the shipped catalog."""
    calibration = Calibration.from_json(facts.extra("calibration"))
    return Scene(facts, calibration, decide(facts, calibration, read_need(facts, EXAMPLE)))
