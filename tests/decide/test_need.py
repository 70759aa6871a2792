"""A need from a file, from flags and back: strict, every mistake at once, names resolved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog import find
from advisor.decide.exchange import OWN, Rate
from advisor.decide.market import Market
from advisor.decide.need import (
    SCORED_BY,
    Candidate,
    Cloud,
    Keeping,
    Limits,
    Need,
    Owned,
    Workload,
    unanswered,
)
from advisor.decide.need_file import read_need, tokens
from advisor.decide.need_flags import Said, need_from_flags
from advisor.decide.need_write import need_yaml
from advisor.errors import Exit, NeedInvalid

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.yaml"))


def written(folder: Path, text: str) -> Path:
    path = folder / "need.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(catalog: Catalog, folder: Path, text: str) -> list[str]:
    with pytest.raises(NeedInvalid) as caught:
        read_need(catalog, written(folder, text))
    return [f"{one.line}: {one.field}: {one.message}" for one in caught.value.problems]


def test_there_are_four_examples() -> None:
    names = {path.stem for path in EXAMPLES}
    assert names == {"spark-or-desktop", "team-of-20", "coder-2500-eur", "one-spark-two-sparks-or-m3-ultra"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_read_and_reads_back_the_same(path: Path, catalog: Catalog, tmp_path: Path) -> None:
    need = read_need(catalog, path)
    assert read_need(catalog, written(tmp_path, need_yaml(need))) == need
    for work in need.workloads:
        model = catalog.models.get(work.model or "")
        assert model is None or model.context_tokens is None or work.context_tokens <= model.context_tokens, work.name
    for machine in [one.machine for one in need.owns] + [one.machine for one in need.considers]:
        assert find.hardware(catalog, machine).id == machine


def test_the_reference_case_takes_prices_of_its_spring_and_evidence_of_today(catalog: Catalog) -> None:
    need = read_need(catalog, next(path for path in EXAMPLES if path.stem == "spark-or-desktop"))
    assert (need.as_of, need.market.as_of) == (None, "2026-03-31")
    assert {work.kind for work in need.workloads} == {"text", "training", "image"}


BAD = """\
region: EU
currency: euro
budgett: 3
owns:
- machine: rtx-4091
workloads:
- model: gpt-os-120b
  context: lots
  floor_tok_s: fast
- best: coding
  model: gpt-oss-120b
"""


def test_every_mistake_is_found_at_once_with_its_line(catalog: Catalog, tmp_path: Path) -> None:
    found = mistakes(catalog, tmp_path, BAD)
    assert [line.split(":")[0] for line in found] == ["1", "2", "3", "5", "7", "8", "9", "10"]
    assert "5: owns.0.machine: no machine named 'rtx-4091'; did you mean rtx-4090 or rtx-5090 or rtx-4080?" in found
    assert any("did you mean gpt-oss-120b" in line for line in found)
    assert '9: workloads.0.floor_tok_s: should be a number (got "fast")' in found


WHOLE = """\
region: EU
currency: EUR
considers:
- machine: dgx-spark
workloads:
- model: gpt-oss-120b
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (WHOLE.replace("region: EU\n", ""), "region: is missing"),
        (WHOLE.replace("- machine: dgx-spark", "- {machine: dgx-spark, price: 3000}"), "needs `price_date`"),
        (WHOLE.replace("considers:\n- machine: dgx-spark\n", ""), "name machines in `considers`, or a `limits.budget`"),
        (WHOLE + "- model: gpt-oss-120b\n", "is there already: give each a `name` of its own"),
        (WHOLE + "  context: 4k\n  prompt: 8k\n", "is longer than the context"),
        (WHOLE + "  hours_per_day: 25\n", "less than or equal to 24"),
        (WHOLE + "  kind: painting\n", "'text', 'training' or 'image'"),
        (WHOLE + "  quants: [q9_9]\n", "no quantization named 'q9_9'"),
        (WHOLE + "cloud: {output_per_mtok: 3}\n", "needs `date`"),
        (WHOLE + "exchange:\n- {of: USD, to: euros, rate: 0.9, date: 2026-11-01}\n", "three capitals"),
        (WHOLE + "region: DE\n", "is given twice"),
        (WHOLE.replace("- model: gpt-oss-120b", "- name: nothing"), "name one of `model` and `best`"),
        (WHOLE.replace("- machine: dgx-spark", "- machine: 0x dgx-spark"), "1 to 128 devices"),
        ("- a\n- b\n", "should hold fields"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_in_a_persons_words(text: str, message: str, catalog: Catalog, tmp_path: Path) -> None:
    assert any(message in line for line in mistakes(catalog, tmp_path, text))


def test_a_missing_file_is_a_mistake_not_a_traceback(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(NeedInvalid, match="cannot be read"):
        read_need(catalog, tmp_path / "none.yaml")


def test_a_need_that_is_wrong_only_in_its_names_says_so(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(NeedInvalid) as caught:
        read_need(catalog, written(tmp_path, WHOLE.replace("gpt-oss-120b", "gpt-os-120b")))
    assert caught.value.exit_code == Exit.UNKNOWN_NAME
    with pytest.raises(NeedInvalid) as other:
        read_need(catalog, written(tmp_path, BAD))
    assert other.value.exit_code == Exit.USAGE


def test_compositions_and_aliases_become_ids(catalog: Catalog, tmp_path: Path) -> None:
    text = WHOLE.replace("- machine: dgx-spark", "- machine: 2x spark\n- machine: rtx-3090 + 5090")
    need = read_need(catalog, written(tmp_path, text))
    assert need.considers[0].machine == "2x-dgx-spark"
    assert set(need.considers[1].machine.split("+")) == {"rtx-3090", "rtx-5090"}


@pytest.mark.parametrize(
    ("given", "amount"),
    [("32k", 32768), ("1M", 2**20), (8192, 8192), ("0", 0), ("1.5k", None), ("-1", None), ("4g", None)],
)
def test_tokens_take_k_and_m(given: int | str, amount: int | None) -> None:
    assert tokens(given) == amount


def test_kinds_nothing_answers_yet_are_named(catalog: Catalog) -> None:
    need = read_need(catalog, next(path for path in EXAMPLES if path.stem == "spark-or-desktop"))
    left = unanswered(need, frozenset({"text"}))
    assert [work.kind for work, _ in left] == ["training", "training", "image"]
    assert all("not yet answered" in note.words for _, note in left)
    assert [work.kind for work, _ in unanswered(need, frozenset({"text", "training"}))] == ["image"]
    assert unanswered(need, frozenset({"text", "training", "image"})) == ()


def test_every_class_of_models_is_judged_by_benchmarks_several_models_have(catalog: Catalog) -> None:
    models: dict[str, set[str]] = {}
    for score in catalog.quality.values():
        models.setdefault(score.benchmark, set()).add(score.model)
    for benchmarks in SCORED_BY.values():
        assert all(len(models.get(name, ())) > 1 for name in benchmarks)


SAID = Said(
    want=("gpt-oss-120b@32k:30", "glm-4.7-flash@112k:60", "best:coding@64k"),
    have=("rtx-4090+rtx-5070-ti",), consider=("spark",), budget="4500EUR", users=2,
)  # fmt: skip


def test_flags_say_what_a_file_says(catalog: Catalog, tmp_path: Path) -> None:
    need = need_from_flags(catalog, SAID)
    assert read_need(catalog, written(tmp_path, need_yaml(need))) == need
    assert (need.market.region, need.market.currency, need.limits.budget) == ("EU", "EUR", 4500)
    assert [work.context_tokens for work in need.workloads] == [32768, 114688, 65536]
    assert [work.floor_tok_s for work in need.workloads] == [30, 60, None]
    assert {work.concurrency for work in need.workloads} == {2}
    assert need.workloads[2].best == "coding"


def test_every_mistaken_flag_is_named_as_it_was_typed(catalog: Catalog) -> None:
    said = Said(want=("gpt-os-120b@32k:30", "best:poetry", "glm-4.7-flash@far"), have=("rtx-4091",), budget="lots")
    with pytest.raises(NeedInvalid) as caught:
        need_from_flags(catalog, said)
    text = str(caught.value)
    for start in (
        "--want gpt-os-120b@32k:30: no model named 'gpt-os-120b'; did you mean", "--have rtx-4091: no machine named",
        "--want best:poetry: no class of models", "--want glm-4.7-flash@far: should be a whole number of tokens",
        "--budget lots: should be an amount",
    ):  # fmt: skip
        assert start in text


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (Said(want=("gpt-oss-20b",)), "--consider or --budget: name machines"),
        (Said(budget="100EUR"), "--want: is needed"),
        (Said(want=("gpt-oss-20b",), budget="100"), "names no currency"),
        (Said(want=("gpt-oss-20b",), budget="100SEK"), "--region: is needed"),
        (Said(want=("gpt-oss-20b",), budget="100EUR", as_of="soon"), "--as-of: should be a date"),
    ],
)
def test_what_flags_leave_out_is_asked_for(said: Said, message: str, catalog: Catalog) -> None:
    with pytest.raises(NeedInvalid) as caught:
        need_from_flags(catalog, said)
    assert message in str(caught.value)


amounts = st.floats(0.01, 1e6, allow_nan=False)
maybe = st.none() | amounts
counts = st.integers(0, 2**40)
percentages = st.integers(0, 10_000).map(lambda hundredths: hundredths / 100 / 100)
workloads = st.builds(
    Workload,
    name=st.text(min_size=1, max_size=12, alphabet=st.characters(codec="utf-8", exclude_categories=("C", "Z"))),
    model=st.just("gpt-oss-20b"),
    quants=st.sampled_from([(), ("q8_0",), ("q4_k_m", "q6_k")]),
    least_bits=maybe, context_tokens=st.integers(1, 2**40), concurrency=st.integers(1, 10**6), floor_tok_s=maybe,
    ttft_s=maybe, hours_per_day=st.none() | st.floats(0, 24), prompt_tokens_per_day=counts, output_tokens_per_day=counts,
    must=st.booleans(),
)  # fmt: skip
needs = st.builds(
    Need,
    title=st.none() | st.sampled_from(["no", "12:30", "1e3", "A: question?"]),
    market=st.builds(
        Market, region=st.sampled_from(["EU", "NO", "US"]), currency=st.just("EUR"),
        tax_share=st.none() | percentages,
        rates=st.sampled_from([(), (Rate("USD", "EUR", 0.875, "2026-11-01", (OWN,)),)]),
    ),
    owns=st.sampled_from([(), (Owned(machine="rtx-4090+rtx-5070-ti", idle_w=80.5, sold_for=0.0),)]),
    considers=st.just((Candidate(machine="2x-dgx-spark", price=7000.0, price_date="2026", host="owned"),)),
    workloads=st.lists(workloads, min_size=1, max_size=3, unique_by=lambda work: work.name).map(tuple),
    limits=st.builds(Limits, budget=maybe, power_w=maybe, single_box=st.booleans(), mixed_gpus=st.sampled_from(["allowed", "never"])),
    per_kwh=maybe,
    keeping=st.builds(Keeping, years=amounts, resale_share=percentages, on_h_per_day=st.floats(0, 24)),
    cloud=st.sampled_from([Cloud(), Cloud(api=False, per_month=20.0, date="2026-11")]),
)  # fmt: skip


def test_any_need_reads_back_as_it_was_written(catalog: Catalog, tmp_path: Path) -> None:
    @settings(max_examples=40, deadline=None)
    @given(need=needs)
    def reads_back(need: Need) -> None:
        assert read_need(catalog, written(tmp_path, need_yaml(need))) == need

    reads_back()
