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

from advisor.evidence.calibration import ENOUGH_ROWS, Calibration, keys, same_chip_key, same_hardware_key
from advisor.evidence.observations import REFERENCE_BYTES_S
from tests.conftest import ROOT
from tests.evidence.test_calibrate import ALPHA

LEARNED = Calibration(
    values={"e/": math.log(0.7), "tau/": math.log(5e-5), "kappa/": 0.0, "e/hw:alpha-1": 0.1, "e/chip:Alpha": -0.2,
            "tau/kind:dense": 0.3, "kappa/attention:flash": 0.4, "e/trend:all": 0.05},
    quantiles={"same hardware": [-0.2, -0.1, 0.0, 0.1, 0.2], "several devices": [-0.5, -0.5, -0.4, -0.3, -0.3]},
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


def test_a_case_of_other_groups_has_the_global_values() -> None:
    other = replace(ALPHA, hardware="x", chip="x", kind="moe", attention="plain", bandwidth_bytes_s=REFERENCE_BYTES_S)
    assert LEARNED.efficiency(other).weights == pytest.approx(0.7)


def test_only_trends_apply_in_part() -> None:
    shares = {name: share for names in keys(ALPHA) for name, share in names.items()}
    assert {share for name, share in shares.items() if not name.startswith("trend:")} == {1.0}
    assert {name for name, share in shares.items() if share != 1.0} == {"trend:all", f"trend:{ALPHA.memory}"}


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
    narrow, wide = LEARNED.interval("same hardware", lower), LEARNED.interval("same hardware", higher)
    assert narrow is not None
    assert wide is not None
    assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]


def test_an_interval_holds_that_share_of_held_out_rows() -> None:
    assert LEARNED.interval("same hardware", 0.5) == pytest.approx((math.exp(-0.1), math.exp(0.1)))
    assert LEARNED.interval("same hardware", 0.9) == pytest.approx((math.exp(-0.18), math.exp(0.18)))


def test_no_held_out_rows_give_no_interval() -> None:
    assert LEARNED.interval("other hardware", 0.8) is None


def test_only_several_devices_shift_the_middle() -> None:
    assert LEARNED.middle("several devices") == pytest.approx(math.exp(-0.4))
    assert LEARNED.middle("same hardware") == 1.0
    assert replace(LEARNED, quantiles={}).middle("several devices") == 1.0


def test_using_a_calibration_needs_no_numpy() -> None:
    code = (
        "import json, sys\n"
        "from advisor.evidence.calibration import Calibration\n"
        "from advisor.evidence.observations import Group\n"
        f"group = Group(*{[getattr(ALPHA, name) for name in ALPHA.__slots__]!r})\n"
        f"learned = Calibration.from_json(json.loads({json.dumps(LEARNED.to_json())!r}))\n"
        "print(learned.efficiency(group).weights, learned.interval('same hardware', 0.8), 'numpy' in sys.modules)"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert float(done.stdout.split()[0]) == pytest.approx(LEARNED.efficiency(ALPHA).weights)
    assert done.stdout.split()[-1] == "False"
