"""Rates held against what chips compute, on invented machines where every operation is counted by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog.schema.hardware import Member
from advisor.evidence.gate import Gate, Verdict
from advisor.evidence.gate_compute import method
from advisor.present.formats import say
from tests.evidence.invented import BOX, FAST, PAIR, row, world

if TYPE_CHECKING:
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.record import Record

LAYER = 2 * 512 * 512 + 2 * 512 * 128 + 3 * 512 * 2048 + 2 * 512
"""Query and output, keys and values, three matrices of the feed-forward, two norms."""
MULTIPLIED = 4 * LAYER + 512
TRAINED = MULTIPLIED + 512 * 32000
"""With the head: a trained token has a loss."""
A_LOOK = 2 * 4 * 8 * (64 + 64)
TERA = 1e12
MILLION = 1e6


def judged(box: Hardware, record: Record, *others: Hardware) -> Verdict:
    machines = {each.id: each for each in (box, *others)}
    found = Gate(world(hardware=machines)).verdict(record)
    assert found is not None
    return found


def prompt(**fields: Any) -> Record:
    """A million tokens of prompt a second, of prompts of 2,048 tokens."""
    conditions = {"prompt_tokens": 2048} | fields.pop("conditions", {})
    usual: dict[str, Any] = {"kind": "prefill", "prefill_tok_s": MILLION, "decode_tok_s": None}
    return row(conditions=conditions, **(usual | fields))


def trained(how: str | None, **fields: Any) -> Record:
    """A million trained tokens a second."""
    other = fields.pop("other", {}) | ({"training_method": how} if how else {})
    usual: dict[str, Any] = {"kind": "training", "quant": None, "decode_tok_s": None, "train_tok_s": MILLION}
    return row(other=other, **(usual | fields))


def rated(**rates: Any) -> Hardware:
    return replace(BOX, **rates)


def around(operations: float, record: Record, **more: Any) -> tuple[str, str]:
    """Verdicts where the chip computes 0.1 % less and more than a million tokens of so many operations take a second."""
    needed = operations * MILLION / TERA
    less, enough = (judged(rated(fp16_tflops=needed * share, **more), record).kind for share in (0.999, 1.001))
    return less, enough


def test_a_prompt_takes_two_operations_a_parameter_and_attention_to_its_past() -> None:
    assert around(2 * MULTIPLIED + A_LOOK * 2049 / 2, prompt()) == ("impossible", "passes")


def test_a_prompt_of_unstated_length_takes_no_attention() -> None:
    assert around(2 * MULTIPLIED, prompt(conditions={"prompt_tokens": None})) == ("impossible", "passes")


def test_what_is_cached_is_attended_to() -> None:
    deep = prompt(conditions={"depth_tokens": 10_000})
    assert around(2 * MULTIPLIED + A_LOOK * (10_000 + 2049 / 2), deep) == ("impossible", "passes")
    before = prompt(conditions={"depth_tokens": 10_000, "prefill_depth_tokens": 0})
    assert around(2 * MULTIPLIED + A_LOOK * 2049 / 2, before) == ("impossible", "passes")


def test_a_mixture_multiplies_the_experts_a_token_uses() -> None:
    layer = 2 * 512 * 512 + 2 * 512 * 128 + 3 * 512 * (2 * 1024 + 512) + 16 * 512 + 2 * 512
    mixture = prompt(model="moe", conditions={"prompt_tokens": None})
    assert around(2 * (4 * layer + 512), mixture) == ("impossible", "passes")


def test_the_arithmetic_of_a_prompt_shows_every_operand() -> None:
    found = judged(rated(fp16_tflops=30.0), prompt())
    assert found.figure == "prefill_tok_s"
    assert say(found.note) == (
        "2 × 15M × 1,000,000 tok/s + 8.39 TFLOPS of attention = 38.8 TFLOPS > 30 TFLOPS dense"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("how", "operations"),
    [("full fine-tune", 6 * TRAINED), ("LoRA", 4 * TRAINED), ("QLoRA", 4 * TRAINED), (None, 4 * TRAINED)],
)
def test_training_takes_six_operations_a_parameter_and_four_a_frozen_one(how: str | None, operations: int) -> None:
    assert around(operations, trained(how)) == ("impossible", "passes")


def test_adapters_of_stated_size_are_trained_in_full() -> None:
    stated = trained("LoRA", other={"adapter_parameters": 1_000_000.0})
    assert around(4 * TRAINED + 6_000_000, stated) == ("impossible", "passes")
    found = judged(rated(fp16_tflops=1.0), stated)
    assert say(found.note) == "(4 × 32M + 6 × 1M) × 1,000,000 tok/s = 132 TFLOPS > 1 TFLOPS dense"


@pytest.mark.parametrize(
    ("how", "stated_method", "operations"),
    [
        ("full fine-tune", None, 6),
        (None, "full-parameter training, sequence 2048", 6),
        ("LoRA", "full precision base weights", 4),
        (None, "adapters on the full model", 4),
        (None, "PEFT", 4),
        (None, "one pass over the full dataset", 4),
        (None, None, 4),
    ],
)
def test_only_what_says_so_is_trained_in_full(how: str | None, stated_method: str | None, operations: int) -> None:
    assert method(trained(how, method=stated_method)).operations == operations


def test_the_highest_rate_of_any_format_refuses_and_a_measured_one_raises_doubt() -> None:
    doubtful = judged(rated(fp4_tflops=200.0, fp16_tflops=50.0, measured_fp16_tflops=100.0), trained("LoRA"))
    assert (doubtful.kind, doubtful.above) == ("suspect", True)
    assert say(doubtful.note).endswith("= 126 TFLOPS > 100 TFLOPS measured in FP16")
    assert judged(rated(fp4_tflops=200.0, measured_fp16_tflops=130.0), trained("LoRA")).kind == "passes"


def test_a_narrow_format_is_not_held_against_a_rate_measured_in_fp16() -> None:
    box = rated(fp4_tflops=200.0, measured_fp16_tflops=30.0)
    assert judged(box, prompt()).kind == "suspect"
    assert judged(box, prompt(quant="q8_0")).kind == "passes"


def test_a_rate_nobody_sourced_refuses_nothing() -> None:
    found = judged(rated(fp16_tflops=1.0, unverified=("fp16_tflops",)), prompt())
    assert (found.kind, found.above) == ("cannot check", False)
    assert say(found.note) == "compute rate not known: box"
    assert say(judged(BOX, trained("LoRA")).note) == "compute rate not known: box"


def test_where_only_a_measured_rate_is_known_it_alone_judges() -> None:
    assert judged(rated(measured_fp16_tflops=39.0), prompt()).kind == "passes"
    assert judged(rated(measured_fp16_tflops=38.0), prompt()).kind == "suspect"
    assert judged(rated(measured_fp16_tflops=38.0), prompt(quant="q8_0")).kind == "cannot check"


def test_devices_that_worked_together_add_up() -> None:
    two = prompt(devices=2)
    assert judged(rated(fp16_tflops=19.0), two).kind == "impossible"
    assert judged(rated(fp16_tflops=20.0), two).kind == "passes"
    half_known = replace(PAIR, members=(Member(device="box"), Member(device="fast")))
    measured = judged(half_known, prompt(hardware="pair"), rated(fp16_tflops=40.0, measured_fp16_tflops=10.0),
                      replace(FAST, fp16_tflops=20.0))  # fmt: skip
    assert say(measured.note).endswith("38.8 TFLOPS > 30 TFLOPS measured in FP16")
    unknown = judged(half_known, prompt(hardware="pair"), rated(fp16_tflops=1.0, measured_fp16_tflops=1.0), FAST)
    assert say(unknown.note) == "compute rate not known: pair"


def test_a_doubted_prompt_says_both_the_doubt_and_the_arithmetic() -> None:
    found = judged(rated(fp16_tflops=30.0), prompt(prefill_doubt="the prompt was cached"))
    assert (found.kind, found.reason, found.above) == ("suspect", "the prompt was cached", True)
    assert ">" in say(found.note)


@pytest.mark.parametrize("record", [prompt(model=None), trained("LoRA", model=None)])
def test_a_rate_of_no_single_model_cannot_be_checked(record: Record) -> None:
    assert say(judged(rated(fp16_tflops=30.0), record).note) == "not about one model"


def test_a_model_nobody_can_count_cannot_be_checked() -> None:
    machines, models = {"box": rated(fp16_tflops=1.0)}, {"tiny": replace(world().models["tiny"], id="bare", layout=())}
    found = Gate(world(hardware=machines, models=models)).verdict(prompt())
    assert found is not None
    assert say(found.note) == "layers not known: bare"


def test_a_row_that_passes_names_the_figure_nobody_could_check() -> None:
    found = judged(BOX, prompt(decode_tok_s=10.0))
    assert found.kind == "passes"
    assert [(each.figure, say(each.note)) for each in found.unchecked] == [
        ("prefill_tok_s", "compute rate not known: box")
    ]
    assert judged(BOX, prompt()).unchecked == ()


@settings(max_examples=50, deadline=None)
@given(st.floats(1, 1e9), st.floats(1, 10), st.sampled_from(["LoRA", "full fine-tune"]))
def test_a_chip_that_computes_more_never_makes_a_row_worse(tok_s: float, factor: float, how: str) -> None:
    order = ("impossible", "suspect", "passes")
    record = trained(how, train_tok_s=tok_s)
    slow, fast = (judged(rated(fp16_tflops=100.0 * each), record).kind for each in (1.0, factor))
    assert order.index(slow) <= order.index(fast)
