"""Which rows tell the step of a batch, and why the others do not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from advisor.catalog.schema.model import Mamba2
from advisor.estimate.burst import burst
from advisor.evidence.concurrency_rows import (
    BatchRow,
    aside_rows,
    batch_rows,
    observe_aside,
    observe_batch,
    recurrence,
    routing,
    why_no_batch,
    why_not_taught,
)
from advisor.evidence.observations import dense_ops_s
from tests.estimate.small import DENSE, MOE, RECURRENT, card
from tests.evidence.invented import BOX, FAST, row, world

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.record import Record


def many(row_id: str = "many", **fields: Any) -> Record:
    """Eight sequences decoded in step at depth 512."""
    conditions = {"concurrency": 8, "depth_tokens": 512, "prompt_tokens": 512, "output_tokens": 32} | fields.pop(
        "conditions", {}
    )
    usual: dict[str, Any] = {
        "kind": "concurrency", "rate": "decode", "decode_tok_s": 40.0, "aggregate_tok_s": 320.0, "derived": True,
        "method": "llama-batched-bench, single pass",
    }  # fmt: skip
    return row(row_id, conditions=conditions, **(usual | fields))


def served(row_id: str = "served", **fields: Any) -> Record:
    """Four requests with prompts of 1,000 tokens read at 2,000 a second, each step of all taking 50 ms."""
    usual: dict[str, Any] = {
        "decode_tok_s": 18.6,
        "aggregate_tok_s": 73.0,
        "derived": False,
        "ttft_s": 1.25,
        "method": "clients",
    }
    conditions = {"concurrency": 4, "depth_tokens": 1000, "prompt_tokens": 1000, "output_tokens": 400} | fields.pop(
        "conditions", {}
    )
    return many(row_id, conditions=conditions, **(usual | fields))


def seen(record: Record) -> BatchRow:
    """What the row tells."""
    found = observe_batch(world(), record)
    assert not isinstance(found, str), found
    return found


def test_sequences_in_step_tell_the_step_directly() -> None:
    found = seen(many())
    assert (found.step_s, found.aggregate_tok_s, found.requests, found.running) == (8 / 320, 320.0, 8, None)
    assert found.load.prompt_s == 0
    assert seen(many(aggregate_tok_s=None)).aggregate_tok_s == 8 * 40.0


def test_a_burst_tells_its_step_through_the_time_to_the_first_token() -> None:
    found = seen(served())
    assert found.load.prefill_tok_s == pytest.approx((4 + 1) / 2 * 1000 / 1.25)
    assert burst(found.step_s, 4, found.load).per_request_tok_s == pytest.approx(18.6)
    assert (found.aggregate_tok_s, found.ended_apart) == (73.0, False)


def test_requests_that_ended_at_different_times_count_at_their_own_rate() -> None:
    whole, apart = seen(served()), seen(served(aggregate_tok_s=40.0))
    assert apart.ended_apart
    assert apart.step_s == whole.step_s
    assert apart.aggregate_tok_s == pytest.approx(burst(apart.step_s, 4, apart.load).aggregate_tok_s)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (many(conditions={"concurrency": 1}), "one request"),
        (many(plain_decode=False), "speculative, or not stated to be plain decode"),
        (many(kind="image"), "kind image"),
        (many(status="crash"), "status not ok"),
        (many(evidence="claim"), "evidence claim"),
        (many(disputed="no"), "disputed"),
        (many(suspect="odd"), "suspect"),
        (many(devices=2), "several devices"),
        (many(hardware="pair"), "several devices"),
        (many(conditions={"placement": "host"}), "partly or wholly on the host"),
        (many(conditions={"runtime": None}), "runtime not stated"),
        (many(model=None), "no single model"),
        (many(aggregate_tok_s=None, decode_tok_s=None), "no rate"),
        (many(rate="end-to-end"), "whole requests: prefill is inside the time"),
        (many(rate=None), "rate not stated"),
        (many(conditions={"depth_tokens": None}), "depth not stated"),
        (served(derived=True), "only an aggregate, of requests that also read prompts"),
        (served(ttft_s=None), "how fast prompts were read is not stated"),
        (many(quant=None), "quantization not stated"),
        (many(quant="dynamic"), "size of that format not known"),
        (served(decode_tok_s=1e6), "the rate of a request says less than its time to the first token"),
    ],
)
def test_rows_left_out_say_why(record: Record, reason: str) -> None:
    assert observe_batch(world(), record) == reason
    selection = batch_rows(world([record]))
    assert not selection.kept
    assert dict(selection.left_out) == ({} if reason == "one request" or reason.startswith("kind") else {reason: 1})


def test_what_is_not_known_of_hardware_or_model_leaves_a_row_out() -> None:
    bare = replace(card(24, "box"), bandwidth_gb_s=None)
    unsized = replace(DENSE, blocks={}, layout=())
    assert observe_batch(world(hardware={"box": bare}), many()) == "memory bandwidth not known"
    assert observe_batch(world(models={"tiny": unsized}), many()) == "layers or KV cache rule of the model not known"


def test_dates_and_sources_narrow_the_selection() -> None:
    rows = world([many("old", conditions={"date": "2025-01-01"}), many("new", source="forum")])
    assert [found.record.id for found in batch_rows(rows, as_of="2025-12").kept] == ["old"]
    chosen = batch_rows(rows, exclude_sources=frozenset({"forum"}))
    assert [found.record.id for found in chosen.kept] == ["old"]
    assert chosen.left_out["source excluded"] == 1


def test_rows_silent_about_their_prompts_are_kept_aside_as_steps_alone() -> None:
    whole = served("whole", rate="end-to-end")
    found = aside_rows(
        world([whole, many(), many("drafts", plain_decode=False), many("sizeless", rate=None, quant=None)])
    )
    assert [each.record.id for each in found.kept] == ["whole"]
    assert found.kept[0].load.prompt_s == 0
    assert found.left_out == {
        "teaches": 1,
        "speculative, or not stated to be plain decode": 1,
        "quantization not stated": 1,
    }
    assert observe_aside(world(), many()) == "teaches"
    assert why_no_batch(whole) is None
    assert why_not_taught(whole) == "whole requests: prefill is inside the time"


def test_routers_and_recurrent_layers_are_told_apart() -> None:
    block = MOE.blocks["b0"]
    assert block.moe is not None
    balanced = replace(MOE, blocks={"b0": replace(block, moe=replace(block.moe, router_bias=True))})
    assert [routing(each) for each in (DENSE, MOE, balanced)] == ["", "free", "balanced"]
    mamba = Mamba2(heads=8, head_width=64, groups=1, state=64, conv_kernel=4)
    recurrent = replace(RECURRENT, blocks={"b0": replace(RECURRENT.blocks["b0"], gated_delta=None, mamba2=mamba)})
    assert [recurrence(each) for each in (DENSE, RECURRENT, recurrent)] == ["", "gated_delta", "mamba2"]


def test_the_dense_rate_is_what_somebody_measured_else_what_is_published() -> None:
    published = replace(FAST, fp16_tflops=100.0)
    assert dense_ops_s(replace(published, measured_fp16_tflops=80.0)) == 80e12
    assert dense_ops_s(published) == 100e12
    assert dense_ops_s(replace(published, unverified=("fp16_tflops",))) is None
    assert dense_ops_s(BOX) is None


def test_every_row_of_many_requests_in_the_catalog_is_kept_or_counted(facts: Facts) -> None:
    selection = batch_rows(facts)
    rows = [
        r for r in facts.records.values() if (r.conditions.concurrency or 1) > 1 and r.kind in {"decode", "concurrency"}
    ]
    assert len(selection.kept) + sum(selection.left_out.values()) == len(rows)
    assert len(selection.kept) > 200
