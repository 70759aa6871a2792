"""The language of the filter."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import AdvisorError, UnknownName, UsageError
from advisor.estimate.parameters import parameters
from advisor.tui.filter import Filter, parse
from tests.tui.driving import answers_of

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts

WORDS = st.sampled_from(
    ["moe", "dense", "measured", "-moe", "llama", "-qwen", "<40gb", ">=10gb", "ctx>=128k", "params<70b", "active<=5b", "tier<=2", "-tier<=1",
     "hw:spark", "hw:spark,4090", "quant:q8_0"]
)  # fmt: skip


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_a_usage_error(text: str) -> None:
    with suppress(UsageError):
        assert isinstance(parse(text), Filter)


@given(st.lists(WORDS, max_size=8))
def test_a_filter_written_out_says_the_same(words: list[str]) -> None:
    found = parse(" ".join(words))
    assert parse(str(found)) == found


@given(st.lists(WORDS, max_size=5), WORDS)
def test_one_more_word_never_shows_more_models(facts: Facts, words: list[str], more: str) -> None:
    shelf = answers_of(facts).shelf
    fewer = shelf.models(parse(" ".join([*words, more])))
    assert set(fewer) <= set(shelf.models(parse(" ".join(words))))


@given(
    WORDS.filter(lambda word: not word.startswith(("-", "hw:", "quant:", "<", ">", "tier", "ctx", "params", "active")))
)
def test_a_word_and_its_negation_share_the_models(facts: Facts, word: str) -> None:
    shelf = answers_of(facts).shelf
    held, others = set(shelf.models(parse(word))), set(shelf.models(parse(f"-{word}")))
    assert not held & others
    if word != "dense":
        assert held | others == set(facts.models) or word == "moe"


@pytest.mark.parametrize(("text", "message"), [
    ("ctx>", "compares nothing known"), ("speed>3", "compares nothing known"), ("ctx>=128q", "write one of"), ("<40", "write one of"),
    ("hw=spark", "compares nothing known"), ("x" * 300, "at most"),
])  # fmt: skip
def test_what_means_nothing_is_named(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse(text)


def test_a_context_is_compared_in_binary_thousands(facts: Facts) -> None:
    found = answers_of(facts).shelf.models(parse("ctx>=128k"))
    assert found
    assert all((facts.models[name].context_tokens or 0) >= 131072 for name in found)


def test_names_with_a_comma_between_them_leave_the_models_of_either(facts: Facts) -> None:
    shelf = answers_of(facts).shelf
    either = {*shelf.models(parse("gpt-oss-120b")), *shelf.models(parse("glm-4.7-flash"))}
    assert set(shelf.models(parse("gpt-oss-120b,glm-4.7-flash"))) == either
    assert set(shelf.models(parse("gpt-oss-120b,"))) == set(shelf.models(parse("gpt-oss-120b")))
    assert not either & set(shelf.models(parse("-gpt-oss-120b,glm-4.7-flash")))


def test_parameters_read_per_token_are_the_active_ones(facts: Facts) -> None:
    found = answers_of(facts).shelf.models(parse("moe active<4b"))
    assert "qwen3-30b-a3b" in found
    assert all((counted := parameters(facts.models[name])) and counted.read_per_token < 4e9 for name in found)


def test_a_machine_may_be_composed_in_the_filter(facts: Facts) -> None:
    shelf = answers_of(facts).shelf
    assert shelf.machines(parse("hw:3xrtx-3060-12")) == ("3xrtx-3060-12",)
    assert "dgx-spark" in shelf.machines(parse("hw:spark"))
    with pytest.raises(UnknownName):
        shelf.machines(parse("hw:nothing-of-the-kind"))


def test_machines_whose_memory_nobody_states_are_there_when_named_or_stated(facts: Facts) -> None:
    shelf = answers_of(facts).shelf
    every = shelf.machines(parse(""))
    assert "ddr5-6000-2ch" not in every
    assert not [
        name for name in every if facts.hardware[name].kind == "cpu" and not facts.hardware[name].advertised_bytes
    ]
    assert {"dgx-spark", "ampereone-a192", "2x-rtx-3090"} <= set(every)
    assert "ddr5-6000-2ch" in shelf.machines(parse("hw:ddr5"))
    assert shelf.machines(parse(""), ("dgx-spark", "ddr5-6000-2ch")) == (*every, "ddr5-6000-2ch")


def test_a_format_in_the_filter_is_asked_for(facts: Facts) -> None:
    shelf = answers_of(facts).shelf
    assert shelf.quant(parse("quant:q8_0").quant) == "q8_0"
    with pytest.raises(AdvisorError):
        shelf.quant(parse("quant:q99").quant)


def test_the_most_measured_come_first(facts: Facts) -> None:
    shelf = answers_of(facts).shelf
    counts = [len(facts.records_for(name)) for name in shelf.every_model[:6]]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] > 0
