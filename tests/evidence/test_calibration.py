"""What the rows taught, as shipped and read again."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.evidence.calibration import (
    ENOUGH_ROWS,
    Calibration,
    format_class,
    keys,
    same_chip_key,
    same_hardware_key,
    since,
)
from advisor.evidence.observations import REFERENCE_BYTES_S
from advisor.evidence.spread import Spread
from tests.conftest import ROOT
from tests.evidence.test_calibrate import ALPHA

LEARNED = Calibration(
    values={"e/": math.log(0.7), "tau/": math.log(5e-5), "kappa/": 0.0, "chi/": math.log(1e-12), "level/": 0.0, "stage dense/": math.log(0.5),
            "e/hw:alpha-1": 0.1, "e/runtime:tool": -0.2, "tau/backend:cuda": 0.3, "kappa/attention:flash": 0.4, "e/trend:": 0.05},
    spreads={
        "same hardware": Spread({"spread/": math.log(0.1), "spread/kind:moe": math.log(3)}, [-2.0, -1.0, 0.0, 1.0, 2.0], draws=10**9),
        "several devices": Spread(quantiles=[-0.5, -0.5, -0.4, -0.3, -0.3], draws=5),
    },
    counts={same_hardware_key(ALPHA): 5, same_chip_key(ALPHA): 9}, newest={same_chip_key(ALPHA): "2026-02"}, rows=40, left_out={"disputed": 2},
)  # fmt: skip


def test_it_survives_the_way_through_json() -> None:
    read = Calibration.from_json(json.loads(json.dumps(LEARNED.to_json())))
    assert read.to_json() == LEARNED.to_json()
    assert read.efficiency(ALPHA).weights == pytest.approx(LEARNED.efficiency(ALPHA).weights)


def test_the_shipped_one_is_its_own_copy(calibration: Calibration) -> None:
    assert Calibration.from_json(json.loads(json.dumps(calibration.to_json()))) == calibration


def test_nothing_kept_is_nothing_learned() -> None:
    assert Calibration.from_json(None) == Calibration()


def test_every_deviation_of_a_case_multiplies_the_global_value() -> None:
    found = LEARNED.efficiency(ALPHA)
    trend = 0.05 * math.log(ALPHA.bandwidth_bytes_s / REFERENCE_BYTES_S)
    assert found.weights == pytest.approx(0.7 * math.exp(0.1 - 0.2 + trend))
    assert found.layer_s == pytest.approx(5e-5 * math.exp(0.3))
    assert found.kv == pytest.approx(math.exp(0.4))


def test_the_level_of_a_case_multiplies_its_whole_time() -> None:
    slower = replace(LEARNED, values=LEARNED.values | {"level/architecture-backend:/cuda": math.log(2)})
    before, after = LEARNED.efficiency(ALPHA), slower.efficiency(ALPHA)
    assert after.weights == pytest.approx(before.weights / 2)
    assert (after.kv, after.layer_s, after.attention_s) == pytest.approx(
        (2 * before.kv, 2 * before.layer_s, 2 * before.attention_s)
    )


def test_attention_on_faster_matrix_units_takes_less() -> None:
    faster = replace(ALPHA, matrix_slowness=0.5)
    assert LEARNED.efficiency(faster).attention_s == pytest.approx(LEARNED.efficiency(ALPHA).attention_s / 2)


def test_stages_of_a_layer_add_up() -> None:
    both = replace(ALPHA, stages=(("attention", 0.5), ("dense", 1.0)))
    assert LEARNED.efficiency(both).layer_s == pytest.approx(LEARNED.efficiency(ALPHA).layer_s * (0.5 + 0.5))


def test_a_case_of_other_groups_has_the_global_values() -> None:
    other = replace(ALPHA, hardware="x", runtime="x", attention="plain", bandwidth_bytes_s=REFERENCE_BYTES_S)
    assert LEARNED.efficiency(other).weights == pytest.approx(0.7)


def test_only_trends_apply_in_part() -> None:
    shares = {name: share for names in keys(ALPHA).values() for name, share in names.items()}
    assert {share for name, share in shares.items() if not name.startswith("trend:")} == {1.0}
    assert {name for name, share in shares.items() if share != 1.0} == {"trend:"}


@pytest.mark.parametrize(
    ("number_format", "expected"),
    [("q4_k", "q4"), ("q4_0", "q4"), ("q8_0", "8-bit"), ("fp8", "8-bit"), ("mxfp4", "fp4"), ("nvfp4", "fp4"), ("iq4_xs", "iq"),
     ("bf16", "bf16")],
)  # fmt: skip
def test_formats_of_one_class_share_their_kernels(number_format: str, expected: str) -> None:
    assert format_class(number_format) == expected


@pytest.mark.parametrize(
    ("era", "years"),
    [("2024", ()), ("2025", ("2025",)), ("2026", ("2025", "2026")), ("undated", ("2025", "undated"))],
)
def test_software_has_taken_the_steps_of_every_year_up_to_its_own(era: str, years: tuple[str, ...]) -> None:
    assert since(replace(ALPHA, era=era)) == years


def test_attention_on_a_processor_depends_on_the_program() -> None:
    names = keys(replace(ALPHA, backend="cpu", program="fork"))["chi"]
    assert "cpu-program:fork" in names
    assert not any(name.startswith("cpu-") for name in keys(ALPHA)["chi"])


@pytest.mark.parametrize(
    ("on_hardware", "on_chip", "near", "behind"),
    [
        (ENOUGH_ROWS, 9, "same hardware", ENOUGH_ROWS),
        (ENOUGH_ROWS - 1, 9, "same chip generation", 9),
        (0, ENOUGH_ROWS, "same chip generation", ENOUGH_ROWS),
        (0, ENOUGH_ROWS - 1, "other hardware", 40),
        (0, 0, "other hardware", 40),
    ],
)
def test_nearness_is_the_closest_group_with_enough_rows(on_hardware: int, on_chip: int, near: str, behind: int) -> None:
    found = replace(LEARNED, counts={same_hardware_key(ALPHA): on_hardware, same_chip_key(ALPHA): on_chip})
    assert (found.nearness(ALPHA), found.rows_behind(ALPHA)) == (near, behind)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_higher_level_never_narrows_the_interval(one: float, other: float) -> None:
    lower, higher = sorted((one, other))
    narrow, wide = LEARNED.interval("same hardware", lower, ALPHA), LEARNED.interval("same hardware", higher, ALPHA)
    assert narrow is not None
    assert wide is not None
    assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]


def test_an_interval_holds_that_share_of_held_out_rows() -> None:
    assert LEARNED.interval("same hardware", 0.5, ALPHA) == pytest.approx((math.exp(-0.1), math.exp(0.1)))
    assert LEARNED.interval("same hardware", 0.9, ALPHA) == pytest.approx((math.exp(-0.18), math.exp(0.18)))


def test_a_class_further_off_has_a_wider_interval() -> None:
    assert LEARNED.interval("same hardware", 0.5, replace(ALPHA, kind="moe")) == pytest.approx(
        (math.exp(-0.3), math.exp(0.3))
    )


def test_few_groups_widen_the_interval() -> None:
    few = replace(LEARNED, spreads={"same hardware": replace(LEARNED.spreads["same hardware"], draws=4)})
    assert few.interval("same hardware", 0.8, ALPHA) == pytest.approx((math.exp(-0.2), math.exp(0.2)))


def test_no_held_out_rows_give_no_interval() -> None:
    assert LEARNED.interval("other hardware", 0.8, ALPHA) is None


def test_only_several_devices_shift_the_middle() -> None:
    assert LEARNED.middle("several devices") == pytest.approx(math.exp(-0.4))
    assert LEARNED.middle("same hardware") == 1.0
    assert replace(LEARNED, spreads={}).middle("several devices") == 1.0


def test_using_a_calibration_needs_no_numpy() -> None:
    code = (
        "import json, sys\n"
        "from advisor.evidence.calibration import Calibration\n"
        "from advisor.evidence.observations import Group\n"
        f"group = Group(*{[getattr(ALPHA, name) for name in ALPHA.__slots__]!r})\n"
        f"learned = Calibration.from_json(json.loads({json.dumps(LEARNED.to_json())!r}))\n"
        "print(learned.efficiency(group).weights, learned.interval('same hardware', 0.8, group), 'numpy' in sys.modules)"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert float(done.stdout.split()[0]) == pytest.approx(LEARNED.efficiency(ALPHA).weights)
    assert done.stdout.split()[-1] == "False"
