"""The entry a person means by the name they typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.catalog import compose
from advisor.errors import AmbiguousName, UnknownName, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.catalog.schema.model import Model
    from advisor.catalog.schema.quant import Quant
    from advisor.catalog.schema.runtime import Runtime


def model(facts: Facts, typed: str) -> Model:
    """The model of that id, alias or repository. Raises UnknownName."""
    return facts.models[facts.names.find("models", typed)]


def quant(facts: Facts, typed: str) -> Quant:
    """The quantization of that id or alias. Raises UnknownName."""
    return facts.quants[facts.names.find("quants", typed)]


def runtime(facts: Facts, typed: str) -> tuple[Runtime, str | None]:
    """The runtime, and the version after the `@` where there is one (`name@b7941`).

    Raises UnknownName; UsageError where the version is empty.
    """
    name, at, version = typed.partition("@")
    if at and not version.strip():
        raise UsageError(f"{typed[:80]!r} names no version; write RUNTIME@VERSION")
    return facts.runtimes[facts.names.find("runtimes", name)], version.strip() or None


def version(found: Runtime, typed: str) -> str:
    """The version of the runtime as the catalog writes it. Raises UnknownName for one it does not list."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a wrong name pays for it

    known = {v.version.lower(): v.version for v in found.versions}
    if typed.lower() not in known:
        near = get_close_matches(typed.lower(), list(known), n=3)
        raise UnknownName(f"version of {found.name}", typed, tuple(known[name] for name in near))
    return known[typed.lower()]


def backend(facts: Facts, typed: str) -> str:
    """A backend some runtime has. Raises UnknownName."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a wrong name pays for it

    known = sorted({name for entry in facts.runtimes.values() for name in entry.backends})
    if typed.lower() not in known:
        raise UnknownName("backend", typed, tuple(get_close_matches(typed.lower(), known, n=3)) or tuple(known))
    return typed.lower()


def hardware(facts: Facts, typed: str) -> Hardware:
    """The device or system of that name, or the system made of the devices named (`2x card+other-card`).

    A catalog entry with exactly these devices is preferred, because it knows host and links; otherwise one is composed
    that knows neither. Raises UnknownName for a part nobody knows, UsageError for nonsense such as `0x card`.
    """
    names = facts.names
    whole = names.exact("hardware", typed)
    if len(whole) == 1:
        return facts.hardware[whole[0]]
    pairs = compose.parts(typed, lambda part: bool(names.exact("hardware", part)))
    counted = [(count, facts.hardware[names.find("hardware", name)]) for count, name in pairs]
    if len(counted) == 1 and counted[0][0] == 1:
        return counted[0][1]
    counts = compose.devices(counted, facts.hardware)
    return _catalogued(facts, typed, counts) or compose.compose(counts, facts.hardware)


def several(facts: Facts, device: Hardware, count: int) -> Hardware:
    """So many of the device as one machine: the catalog's entry where it has one, else a composed one."""
    if count == 1:
        return device
    counts = compose.devices([(count, device)], facts.hardware)
    return _catalogued(facts, f"{count}x {device.id}", counts) or compose.compose(counts, facts.hardware)


def _catalogued(facts: Facts, typed: str, counts: Mapping[str, int]) -> Hardware | None:
    """The catalog's own system of these devices; where there is none, rebadged boxes count as what they rebadge."""
    originals: dict[str, int] = {}
    for device, count in counts.items():
        original = facts.hardware[device].same_as or device
        originals[original] = originals.get(original, 0) + count
    for wanted in (counts, originals):
        ids = facts.names.systems.get(compose.signature(wanted), ())
        if len(ids) > 1:
            raise AmbiguousName("machine", typed, ids)
        if ids:
            return facts.hardware[ids[0]]
    return None
