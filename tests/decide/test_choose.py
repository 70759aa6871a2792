"""The order of findings, and how many are shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from advisor.decide.choose import MOST_FINDINGS, RANK, READABLE_TOK_S, answer, ordered
from advisor.decide.question import Question
from advisor.evidence.calibration import Calibration
from tests.decide.test_cases import USUAL
from tests.estimate.small import DENSE, RUNTIME
from tests.evidence.invented import BOX, COUSIN, OTHER, PAIR, QUANTS, TOOL, world
from tests.present.findings import EVERY_VERDICT, fits, speed

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.evidence.finding import Finding


def one(quant: str, tok_s: float | None, verdict: Any = "fits", runtime: str = "tool") -> Finding:
    asked = replace(fits().case, quant=QUANTS[quant], runtime=replace(RUNTIME, id=runtime))
    return fits(case=asked, verdict=verdict, decode=speed(tok_s=tok_s))


def order(*found: Finding) -> list[tuple[str, str]]:
    return [(each.case.quant.id, each.case.runtime.id) for each in ordered(found)]


def test_what_fits_comes_before_offload_and_both_before_the_rest() -> None:
    assert [each.verdict for each in ordered(EVERY_VERDICT[::-1])] == list(RANK)


def test_of_what_is_fast_enough_the_most_bits_come_first() -> None:
    assert order(one("q4_k_m", 60), one("q8_0", 11), one("q6_k", 30)) == [
        ("q8_0", "tool"),
        ("q6_k", "tool"),
        ("q4_k_m", "tool"),
    ]


def test_what_people_read_faster_than_comes_after_by_speed() -> None:
    found = order(one("f16", READABLE_TOK_S - 0.1), one("q8_0", 9), one("q4_k_m", READABLE_TOK_S))
    assert found == [("q4_k_m", "tool"), ("f16", "tool"), ("q8_0", "tool")]


def test_of_equal_bits_the_faster_comes_first() -> None:
    assert order(one("q8_0", 40, runtime="a"), one("q8_0", 50, runtime="b")) == [("q8_0", "b"), ("q8_0", "a")]


def test_what_nobody_can_predict_comes_last_of_its_kind() -> None:
    assert order(one("f16", None), one("q4_k_m", 5)) == [("q4_k_m", "tool"), ("f16", "tool")]


def test_what_fits_slowly_still_comes_before_fast_offload() -> None:
    assert order(one("q8_0", 90, "fits-offloaded"), one("q4_k_m", 1)) == [("q4_k_m", "tool"), ("q8_0", "tool")]


@given(st.permutations(EVERY_VERDICT * 2))
def test_the_order_does_not_depend_on_what_came_first(found: list[Finding]) -> None:
    assert [each.verdict for each in ordered(found)] == [each.verdict for each in ordered(EVERY_VERDICT * 2)]


MANY: dict[str, Any] = {"quants": {name: replace(quant, usual=True) for name, quant in QUANTS.items()},
        "runtimes": {f"tool-{n}": replace(TOOL, id=f"tool-{n}") for n in range(6)} | {"other": OTHER}}  # fmt: skip


def test_at_most_twelve_findings_unless_all_are_asked_for() -> None:
    question = Question(model=DENSE, hardware=BOX)
    assert len(answer(world(**MANY), Calibration(), question)) == MOST_FINDINGS
    assert len(answer(world(**MANY), Calibration(), replace(question, everything=True))) > MOST_FINDINGS


def test_one_refusal_a_runtime_is_enough() -> None:
    refusing = replace(COUSIN, splits=replace(TOOL.splits, layers=False))
    catalog = world(quants=USUAL, runtimes={"tool": TOOL, "cousin": refusing})
    question = Question(model=DENSE, hardware=PAIR)
    found = answer(catalog, Calibration(), question)
    assert [each.verdict for each in found] == ["fits"] * 3 + ["unsupported"]
    everything = answer(catalog, Calibration(), replace(question, everything=True))
    assert sum(each.verdict == "unsupported" for each in everything) > 1


def test_excluded_cases_are_findings_with_their_reason() -> None:
    (found,) = answer(
        world(), Calibration(), Question(model=DENSE, hardware=BOX, runtime=OTHER, quant=QUANTS["q4_k_m"])
    )
    assert found.verdict == "unsupported"
    assert found.confidence.reason.words == "Other does not load q4_k_m"


def test_the_shipped_answer_is_ordered_by_the_rule(facts: Facts, calibration: Calibration) -> None:
    question = Question(model=facts.models["qwen3-30b-a3b"], hardware=facts.hardware["dgx-spark"])
    found = answer(facts, calibration, question)
    assert len(found) <= MOST_FINDINGS
    assert [RANK[each.verdict] for each in found] == sorted(RANK[each.verdict] for each in found)
    quick = [
        each.case.quant.bits_per_weight for each in found if each.decode and (each.decode.tok_s or 0) >= READABLE_TOK_S
    ]
    assert len(quick) > 3
    assert quick == sorted(quick, reverse=True)
