"""Compare and the prices of Fit with a need open: its market, its day, and what it says of its machines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog import find
from advisor.decide.bill import Bill, bill_of
from advisor.decide.compare import cell
from advisor.decide.market import Market
from advisor.decide.need import Owned
from advisor.decide.options import setups
from advisor.decide.question import Question
from advisor.decide.served import demand_of
from advisor.decide.terms import Terms
from advisor.errors import AdvisorError
from advisor.present.compare_table import money
from advisor.tui import need_files
from advisor.tui.draft import LINES, Draft, with_line
from advisor.tui.draft_need import need_of, terms_of
from advisor.tui.view import Asked, View
from tests.tui.driving import LARGE, SMALL, Driven, answers_of, drive, shown

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.catalog.contents import Facts

DESKTOP, MODEL = "rtx-4090+rtx-5070-ti", "gpt-oss-120b"
GERMANY = Market(region="DE", currency="EUR")
IN_GERMANY = Draft(want=f"{MODEL}@32k:30", budget="6000EUR", among="dgx-spark, rtx-5090", limits="DE")
MARKS = ((MODEL, "dgx-spark"), (MODEL, "rtx-5090"))
VIEW = View(screen="compare", marks=MARKS, draft=IN_GERMANY)
NEED = """\
region: DE
currency: EUR
owns:
- machine: rtx-4090+rtx-5070-ti
  host_memory_gb: {memory}
  host_bandwidth: {bandwidth}
considers:
- machine: dgx-spark
  price: 3333
  price_date: 2026-03-01
workloads:
- model: gpt-oss-120b
  context: 32k
"""


def opened(facts: Facts, folder: Path, memory: float, bandwidth: float = 51.2) -> Draft:
    """A need whose owned desktop has so much main memory, as fast as that."""
    path = folder / f"need-{memory}-{bandwidth}.yaml"
    path.write_text(NEED.format(memory=memory, bandwidth=bandwidth), encoding="utf-8")
    return need_files.read(facts, str(path))


def line_of(text: str, label: str) -> str:
    """The first line of the screen that begins so."""
    return next(line.strip() for line in text.splitlines() if line.strip().startswith(label))


def price_in(facts: Facts, machine: str, market: Market) -> float:
    bill = bill_of(facts, find.hardware(facts, machine), market)
    assert isinstance(bill, Bill)
    return bill.amount.mid


def test_prices_are_those_of_the_needs_market(facts: Facts) -> None:
    here, usual = (shown(facts, view=view, size=LARGE) for view in (VIEW, replace(VIEW, draft=Draft())))
    assert "prices of DE in EUR" in here.splitlines()[0]
    assert "prices of US in USD" in usual.splitlines()[0]
    for machine in ("dgx-spark", "rtx-5090"):
        assert money(price_in(facts, machine, GERMANY)) in line_of(here, "price EUR")
        assert money(price_in(facts, machine, Market())) in line_of(usual, "price USD")
    assert line_of(here, "EUR per tok/s")


def test_the_market_stands_above_at_every_width(facts: Facts) -> None:
    view = replace(VIEW, draft=replace(IN_GERMANY, limits="DE, 2026-05-01"))
    for size in (SMALL, LARGE):
        assert "prices of DE in EUR, 2026-05-01" in shown(facts, view=view, size=size).splitlines()[0]


def test_prices_on_fit_are_those_of_the_needs_market(facts: Facts) -> None:
    answers, fit = answers_of(facts), replace(VIEW, screen="fit", quantity="price", filter="gpt-oss hw:dgx-spark")
    per: list[float] = []
    for view, market in ((fit, GERMANY), (replace(fit, draft=Draft()), Market())):
        head = shown(facts, view=view, size=SMALL).splitlines()[0]
        assert f"prices of {market.region} in {market.currency}" in head
        found = answers.cell(view, MODEL, "dgx-spark")
        assert found
        assert found.price_per_tok_s
        assert found.rate
        speed = found.rate.tok_s
        assert speed
        assert found.price_per_tok_s == pytest.approx(price_in(facts, "dgx-spark", market) / speed)
        per.append(found.price_per_tok_s)
    assert per[0] != per[1]


def test_the_owned_machines_main_memory_decides_on_compare_as_on_decide(facts: Facts, tmp_path: Path) -> None:
    """The same question on both: the context is full, and the verdict and the speed are the same to the last digit."""
    answers, verdicts = answers_of(facts), []
    for memory, bandwidth in ((16.0, 51.2), (64.0, 51.2), (64.0, 89.6)):
        draft = opened(facts, tmp_path, memory, bandwidth)
        need = need_of(facts, draft)
        keep = next(one for one in answers.decided(need).standings if one.option.name == "keep").served[0]
        view = View(screen="compare", draft=draft, asked=Asked(context_tokens=need.workloads[0].context_tokens))
        here = answers.side(view, MODEL, DESKTOP)
        assert here.finding
        assert keep.finding
        assert here.finding.verdict == keep.finding.verdict
        assert here.finding.case.runtime == keep.finding.case.runtime
        assert (here.deep.predicted if here.deep else None) == keep.decode_tok_s
        verdicts.append((here.finding.verdict, keep.decode_tok_s.mid if keep.decode_tok_s else 0.0))
    assert [verdict for verdict, _ in verdicts] == ["does-not-fit", "fits-offloaded", "fits-offloaded"]
    assert 0 < verdicts[1][1] < verdicts[2][1]


def test_the_example_shows_on_compare_what_decide_shows(facts: Facts) -> None:
    """At a want's own context and usual prompt."""
    folder, answers = need_files.examples(), answers_of(facts)
    assert folder
    draft = need_files.read(facts, str(folder / "spark-or-desktop.yaml"))
    need, terms = need_of(facts, draft), answers.terms(View(draft=draft))
    work = next(work for work in need.workloads if work.model == MODEL)
    keep = next(one for one in answers.decided(need).standings if one.option.name == "keep")
    served = next(one for one in keep.served if one.workload == work)
    question = Question(
        model=facts.models[MODEL], hardware=find.hardware(facts, DESKTOP), demand=demand_of(work, None), setup=terms.setup(DESKTOP)
    )  # fmt: skip
    found = cell(facts, answers.calibration, question)
    assert found.finding
    assert served.finding
    assert found.finding.verdict == served.finding.verdict == "fits-offloaded"
    assert found.deep
    assert found.deep.predicted == served.decode_tok_s


def test_from_decide_the_owned_machine_is_compared_as_it_is(facts: Facts, tmp_path: Path) -> None:
    for memory, word in ((16, "too large"), (64, "with host")):
        view = View(screen="decide", draft=opened(facts, tmp_path, memory))
        text = shown(facts, "c", view=view, size=LARGE)
        assert word in line_of(text, "runs")
        assert f"{memory} GiB, 51.2 GB/s" in line_of(text, "host memory")
        assert "owned" in line_of(text, "price EUR")
        assert "3,333" in line_of(text, "price EUR")


def test_why_is_said_of_the_machine_as_it_is(facts: Facts, tmp_path: Path) -> None:
    draft = opened(facts, tmp_path, 64)

    async def steps(driven: Driven) -> None:
        await driven.press("c", "e")
        text = "".join(driven.text.split())
        assert "64.0GiBusable·host" in text

    drive(facts, steps, view=View(screen="decide", draft=draft), size=(200, 60))


def test_a_remembered_need_is_read_again_for_what_its_lines_leave_out(facts: Facts, tmp_path: Path) -> None:
    draft = opened(facts, tmp_path, 64)
    remembered = View(screen="compare", draft=replace(draft, base=None))
    assert answers_of(facts).terms(remembered) == Terms.of(need_of(facts, draft))


def test_without_a_need_the_terms_are_the_usual(facts: Facts) -> None:
    assert answers_of(facts).terms(View()) == Terms()


@pytest.mark.parametrize(("name", "text"), [
    ("want", ""), ("want", "gpt-os-12"), ("users", "many"), ("limits", "DE, 2026-03-31, quie"), ("among", "dgx-spark, rtx-50"), ("own", f"{DESKTOP}, ab"),
])  # fmt: skip
def test_a_line_that_cannot_be_read_takes_nothing_from_the_others(facts: Facts, name: str, text: str) -> None:
    whole = replace(IN_GERMANY, limits="DE, 2026-03-31", own=DESKTOP)
    found = terms_of(facts, with_line(whole, name, text))
    assert found
    assert found.market == replace(GERMANY, as_of="2026-03-31")
    assert (found.as_of, found.owns) == ("2026-03-31", (Owned(machine=DESKTOP),))


def test_a_changed_line_leaves_what_the_file_says_of_machines(facts: Facts, tmp_path: Path) -> None:
    draft = opened(facts, tmp_path, 64)
    before = terms_of(facts, draft)
    assert before
    assert terms_of(facts, with_line(draft, "want", "gpt-os")) == before
    abroad = terms_of(facts, with_line(draft, "limits", "AT"))
    assert abroad == replace(before, market=replace(before.market, region="AT"))
    assert before.setup(DESKTOP) == setups(facts, need_of(facts, draft))[DESKTOP]


@given(
    st.lists(st.text("gptos-120b@k:3 ,+.wWhHDE/0123456789EUR", max_size=24), min_size=len(LINES), max_size=len(LINES))
)
def test_a_need_that_can_be_read_states_its_own_terms_and_any_lines_some(facts: Facts, lines: list[str]) -> None:
    draft = Draft()
    for name, text in zip(LINES, lines, strict=True):
        draft = with_line(draft, name, text)
    found = terms_of(facts, draft)
    assert found is None or not found.considers
    try:
        need = need_of(facts, draft)
    except AdvisorError:
        return
    assert found == Terms.of(need)
