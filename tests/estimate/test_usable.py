"""How much of each machine's memory a runtime can have, and on whose word."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor import units
from advisor.catalog import find
from advisor.catalog.contents import Catalog
from advisor.catalog.schema.hardware import Hardware, Member, OperatingSystem, UsableMemory
from advisor.catalog.schema.runtime import Backend
from advisor.estimate.machine import Setup, machine
from advisor.estimate.usable import Usable, free_at_start_bytes, usable, visible_bytes
from tests.estimate.small import RUNTIME, card, with_host

GIB = units.GIB
Seen = Callable[..., Usable]
LEAN = RUNTIME
KEEPING = replace(RUNTIME, margin_mib=1024)


@pytest.fixture
def seen(catalog: Catalog) -> Seen:
    """What llama.cpp can have of the first device of a machine of the shipped catalog."""

    def of(name: str, os: OperatingSystem | None = None, **setup: int) -> Usable:
        target = machine(find.hardware(catalog, name), catalog.hardware.__getitem__, Setup(os=os, **setup))
        found = usable(target.devices[0], catalog.runtimes["llama.cpp"], None, None)
        assert found is not None
        return found

    return of


def test_a_spark_starts_with_115_of_122_gib_free(seen: Seen, catalog: Catalog) -> None:
    found = seen("dgx-spark")
    assert (found.free_bytes, found.source) == (units.gib(114.83), "atlas")
    assert found.usable_bytes == found.free_bytes - GIB
    shown = visible_bytes(machine(catalog.hardware["dgx-spark"], catalog.hardware.__getitem__).devices[0])
    assert shown == (units.gib(121.69), "teaql")


@pytest.mark.parametrize(
    ("mac", "gib"),
    [("apple-m1-8", 5.333), ("apple-m4-16", 11.84), ("apple-m3-pro-18", 13.32), ("apple-m5-pro-24", 17.76), ("apple-m5-32", 24.96),
     ("apple-m4-max-32c", 28.08), ("apple-m5-pro-48", 37.44), ("apple-m4-pro-64", 51.84), ("apple-m3-ultra-96", 77.76),
     ("apple-m4-max-128", 107.52), ("apple-m2-ultra-192", 161.28), ("apple-m3-ultra-512", 464.0)],
)  # fmt: skip
def test_macos_lets_the_gpu_hold_a_share_that_grows_with_the_memory(seen: Seen, mac: str, gib: float) -> None:
    found = seen(mac)
    assert found.free_bytes == units.gib(gib)
    assert "iogpu.wired_limit_mb raises it" in found.basis


def test_every_mac_names_its_limit_and_never_more_than_is_installed(catalog: Catalog) -> None:
    macs = [each for each in catalog.hardware.values() if each.platform == "metal"]
    assert macs
    for mac in macs:
        device = machine(mac, catalog.hardware.__getitem__).devices[0]
        found = usable(device, LEAN, None, None)
        assert found is not None
        assert found.source is not None
        assert found.free_bytes < (mac.advertised_bytes or 0)


def test_strix_halo_is_shown_with_the_memory_both_systems_can_set(seen: Seen) -> None:
    linux, windows = seen("strix-halo-128"), seen("strix-halo-128", "windows")
    assert (linux.free_bytes, windows.free_bytes) == (units.gib(95.508), 96 * GIB)
    assert "with shared memory (GTT) set to 96 GiB" in linux.basis
    assert "with Variable Graphics Memory at 96 GB" in windows.basis
    assert windows.source == "amd-vgm-faq"


def test_a_card_has_less_free_under_windows_where_a_log_shows_it(seen: Seen) -> None:
    for name, kept_gib in (("rtx-3090", 1.2), ("rtx-4090", 1.5), ("rtx-5090", 1.5)):
        linux, windows = seen(name), seen(name, "windows")
        assert windows.free_bytes < linux.free_bytes
        assert windows.source != linux.source
        assert seen(name, "windows").free_bytes < units.gib(32 if name == "rtx-5090" else 24) - units.gib(kept_gib)


def test_nothing_is_subtracted_for_windows_where_no_source_says_how_much(seen: Seen) -> None:
    assert seen("rtx-4060-ti-16", "windows") == seen("rtx-4060-ti-16")


@given(st.integers(1, 128))
def test_what_the_person_states_counts_before_anything_seen(gib: int) -> None:
    seen = replace(card(128), usable=(UsableMemory(meaning="free at start", gib=100.0, source="s"),))
    (device,) = machine(seen, {"card": seen}.__getitem__, Setup(device_bytes=gib * GIB)).devices
    found = usable(device, KEEPING, "cuda", None)
    assert found is not None
    assert (found.free_bytes, found.usable_bytes) == (gib * GIB, (gib - 1) * GIB)
    assert found.basis.startswith("as set by you")
    assert free_at_start_bytes(device) == gib * GIB


def test_a_share_is_taken_of_what_the_person_states() -> None:
    one = card(24)
    (device,) = machine(one, {"card": one}.__getitem__, Setup(device_bytes=20 * GIB)).devices
    found = usable(device, RUNTIME, "cuda", 0.9)
    assert found is not None
    assert found.usable_bytes == 18 * GIB


def test_rows_of_another_system_or_runtime_do_not_count() -> None:
    rows = (
        UsableMemory(meaning="free at start", gib=20.0, os="windows", source="w"),
        UsableMemory(meaning="free at start", gib=21.0, runtime="another", source="r"),
        UsableMemory(meaning="free at start", gib=22.0, source="any"),
    )
    one = replace(card(24), usable=rows)

    def source(os: OperatingSystem) -> str | None:
        (device,) = machine(one, {"card": one}.__getitem__, Setup(os=os)).devices
        found = usable(device, LEAN, "cuda", None)
        return found.source if found else None

    assert (source("linux"), source("windows")) == ("any", "w")


def test_a_context_nobody_measured_is_not_subtracted_but_known_to_be_missing() -> None:
    one = card(24)
    (device,) = machine(one, {"card": one}.__getitem__).devices
    measured = replace(LEAN, backends={"cuda": Backend(platforms=("cuda",), context_mib=456, source="s")})
    known, unknown = usable(device, measured, "cuda", None), usable(device, measured, "other", None)
    assert known is not None
    assert unknown is not None
    assert (known.context_unknown, unknown.context_unknown) == (False, True)
    assert (known.free_bytes, unknown.free_bytes) == (24 * GIB - units.mib(456), 24 * GIB)


def test_the_context_of_each_backend_of_llama_cpp_has_a_source_or_is_left_open(catalog: Catalog) -> None:
    backends = catalog.runtimes["llama.cpp"].backends
    assert {name: backend.context_mib for name, backend in backends.items()} == {
        "cuda": 456, "rocm": 254, "metal": 0, "vulkan": None, "sycl": 254, "cpu": 0,
    }  # fmt: skip
    assert all(backend.source in catalog.sources for backend in backends.values())


def test_a_processor_has_the_main_memory_stated_for_it_without_a_margin() -> None:
    cpu = replace(card(1), id="cpu", kind="cpu", platform="cpu", advertised_gb=None)
    (device,) = machine(cpu, {"cpu": cpu}.__getitem__, Setup(host_bytes=64 * GIB)).devices
    found = usable(device, KEEPING, "cpu", None)
    assert found is not None
    assert found.usable_bytes == 64 * GIB
    assert usable(machine(cpu, {"cpu": cpu}.__getitem__).devices[0], RUNTIME, "cpu", None) is None


def test_a_processor_of_unknown_speed_has_the_speed_stated_for_it() -> None:
    cpu = replace(card(1), id="cpu", kind="cpu", platform="cpu", bandwidth_gb_s=None)
    found = machine(cpu, {"cpu": cpu}.__getitem__, Setup(host_bandwidth_bytes_s=units.gb_s(89.6)))
    assert found.bandwidth_bytes_s == pytest.approx(units.gb_s(89.6))
    known = replace(cpu, bandwidth_gb_s=96.0)
    faster = machine(known, {"cpu": known}.__getitem__, Setup(host_bandwidth_bytes_s=units.gb_s(89.6)))
    assert faster.bandwidth_bytes_s == units.gb_s(96)


def test_a_processor_beside_cards_is_their_host_and_no_device() -> None:
    one, cpu = card(24), replace(card(1, "cpu", bandwidth=57.6), kind="cpu", platform="cpu")
    both = Hardware(
        id="both", name="both", vendor="v", kind="system", members=(Member(device="card"), Member(device="cpu"))
    )
    found = machine(both, {"card": one, "cpu": cpu}.__getitem__, Setup(host_bytes=64 * GIB))
    assert [device.name for device in found.devices] == ["card"]
    assert (found.host_bytes, found.host_bandwidth_bytes_s) == (64 * GIB, units.gb_s(57.6))


def test_what_is_stated_of_the_host_counts_before_what_the_entry_says() -> None:
    one = card(24)
    box = with_host(one, 64)
    known = {"card": one, box.id: box}
    assert machine(box, known.__getitem__).host_bytes == 64 * GIB
    assert machine(box, known.__getitem__, Setup(host_bytes=128 * GIB)).host_bytes == 128 * GIB
