"""The parts of a report that set two choices against each other and draw conclusions, each with its evidence and confidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from advisor.decide.options import KEEP
from advisor.decide.verdict import AS_FAST
from advisor.present.formats import as_printed
from advisor.present.report_scene import short_name
from advisor.present.report_tree import Head, Paragraph, Section, Table
from advisor.present.report_words import how, measured_near, speed

if TYPE_CHECKING:
    from advisor.decide.need import Workload
    from advisor.decide.served import Served
    from advisor.decide.standing import Standing
    from advisor.present.report_scene import Scene

Level = Literal["high", "medium", "low"]
GRADES = {"measured": 3, "high": 3, "medium": 2, "low": 1, "none": 0}
LEVELS: dict[int, Level] = {3: "high", 2: "medium", 1: "low", 0: "low"}


@dataclass(frozen=True, slots=True)
class Duel:
    """One workload on either side."""

    workload: Workload
    left: Served
    right: Served

    @property
    def factor(self) -> float | None:
        """Speed of the right side over the left one's; None where one of them has none, or runs another model."""
        if not self.is_same_model:
            return None
        one, other = self.left.decode_tok_s, self.right.decode_tok_s
        return other.mid / one.mid if one and other and one.mid else None

    @property
    def is_same_model(self) -> bool:
        """False where the need leaves the model open and each side runs its own: their speeds are no match."""
        one, other = self.left.finding, self.right.finding
        return one is None or other is None or one.case.model.id == other.case.model.id

    @property
    def overlap(self) -> bool:
        """True where the ranges of both have values in common."""
        one, other = self.left.decode_tok_s, self.right.decode_tok_s
        return bool(one and other and one.low <= other.high and other.low <= one.high)

    @property
    def level(self) -> Level:
        """How sure the difference is: high where both are well known and their ranges lie apart, low where these overlap.

        Of a side without a speed only the other's grade counts.
        """
        worst = min((GRADES[one.grade] for one in (self.left, self.right) if one.runs), default=0)
        if self.factor is None or 1 / AS_FAST <= self.factor <= AS_FAST:
            return LEVELS[worst]
        return "low" if self.overlap else "high" if worst == GRADES["high"] else "medium"


@dataclass(frozen=True, slots=True)
class Sides:
    """The two choices, and every workload on both."""

    left: str
    right: str
    duels: tuple[Duel, ...]


def sides(scene: Scene) -> Sides | None:
    """What is owned against what would be bought; where nothing is owned, the choice against the next one. None without two."""
    kept = next((each for each in scene.ranked if each.option.name == KEEP), None)
    buying = [each for each in scene.ranked if each.option.bought]
    first = kept or (buying.pop(0) if buying else None)
    second = buying[0] if buying else None
    if kept and scene.decision.pick and scene.decision.pick.option.bought:
        second = scene.decision.pick
    if first is None or second is None or not scene.workloads:
        return None
    duels = tuple(Duel(work, _alone(scene, first, work), _alone(scene, second, work)) for work in scene.workloads)
    return Sides(_name(first), _name(second), duels)


def _name(each: Standing) -> str:
    return short_name(each.option.bought) if each.option.bought else " and ".join(map(short_name, each.option.machines))


def _alone(scene: Scene, each: Standing, work: Workload) -> Served:
    """What the bought machine alone makes of it; of what is owned, the best of it."""
    return scene.decision.served[each.option.bought.id, work.name] if each.option.bought else each.of(work)


def winner(duel: Duel, left: str, right: str) -> tuple[str, str]:
    """Which side does the workload better, and by how much."""
    if not duel.left.runs and not duel.right.runs:
        return "neither runs it", ""
    if not duel.right.runs:
        return left, "the other does not run it"
    if not duel.left.runs:
        return right, "the other does not run it"
    if not duel.is_same_model:
        return "not compared", "each runs another model"
    factor = duel.factor
    if factor is None:
        told = right if duel.right.decode_tok_s else left if duel.left.decode_tok_s else ""
        return (told, "the other's speed is not predicted") if told else ("cannot be told", "no speed is predicted")
    if 1 / AS_FAST <= factor <= AS_FAST:
        return "alike", f"{as_printed(round(factor, 2))} times"
    return (right if factor > 1 else left), f"{as_printed(round(max(factor, 1 / factor), 1))} times as fast"


def head_to_head(scene: Scene) -> Section:
    """Workload by workload: who wins, by what factor, on which evidence."""
    pair = sides(scene)
    title = "Head to head"
    if pair is None:
        return Section(title, (Paragraph("There are no two choices to compare."),))
    rows = []
    for duel in pair.duels:
        who, factor = winner(duel, pair.left, pair.right)
        rows.append((duel.workload.name, _as_run(duel.left), _as_run(duel.right), who, factor or "none", f"{duel.left.grade} / {duel.right.grade}",
                     _measured(scene, duel)))  # fmt: skip
    heads = (
        Head("Workload"), Head(f"{pair.left}, tok/s"), Head(f"{pair.right}, tok/s"), Head("Winner"), Head("By"), Head("Evidence, left / right"),
        Head("Rows measured near it, tok/s"),
    )  # fmt: skip
    words = (
        f"{pair.left} against {pair.right}, each by itself. Evidence is graded measured (a row of this very case), high, medium, low or none, "
        f"as the prediction's confidence is. Speeds within {as_printed(round((AS_FAST - 1) * 100))} % of each other count as alike."
    )
    return Section(title, (Paragraph(words), Table(f"{pair.left} against {pair.right}", heads, tuple(rows))))


def _as_run(one: Served) -> str:
    """Speed, and in which format it is run."""
    return f"{speed(one)}, {how(one)}" if one.runs else speed(one)


def _measured(scene: Scene, duel: Duel) -> str:
    found = [measured_near(scene, one) for one in (duel.left, duel.right) if one.runs]
    return " / ".join(found) or "none"
