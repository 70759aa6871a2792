"""Layer splits held against what single devices teach, and what is left out of that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.evidence.several_tested import left_out, tested
from tests.evidence.invented import row, series, world

PLAIN = [*series("a"), *series("b", hardware="fast"), *series("c", hardware="faster")]
HALF_AS_FAST = [
    replace(each, devices=2, decode_tok_s=(each.decode_tok_s or 0) / 2)
    for machine in ("fast", "faster") for each in series(f"split-{machine}", hardware=machine)
]  # fmt: skip


def test_a_split_is_predicted_by_single_devices_and_the_middle_of_other_splits() -> None:
    found = tested(world([*PLAIN, *HALF_AS_FAST]), "pair")
    assert len(found) == len(HALF_AS_FAST)
    for each in found:
        assert each.nearness == "layer split"
        assert each.predicted == pytest.approx(each.measured, rel=0.15)


def test_nothing_to_test_without_splits() -> None:
    assert tested(world(PLAIN), "pair") == ()


def test_what_does_not_test_a_layer_split_is_counted_by_reason() -> None:
    facts = world([
        row("a", hardware="pair", quant=None), row("b", hardware="pair", rate="wall"), row("c"),
        row("d", hardware="pair", quant="f16", conditions={"runtime": "other"}),
    ])  # fmt: skip
    assert left_out(facts) == {"quantization not stated": 1, "not a decode rate": 1, "layers spread by other": 1}
