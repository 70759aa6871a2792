"""How long a context a machine holds of a model, in whichever format and runtime holds most."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from advisor.estimate.limits import most_context_tokens
from advisor.estimate.placement import RUNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.estimate.footprint import Footprint
    from advisor.evidence.finding import Finding


@dataclass(frozen=True, slots=True)
class Reach:
    """The longest contexts per request; 0 where none is held."""

    device_tokens: int
    """All on the devices."""
    device_way: Finding | None
    """What holds it; of several that hold as much, the one a person would take first. None where nothing does."""
    tokens: int
    """With part of the model in host memory where that holds more; without bound but the trained length where the host's size is not stated."""
    way: Finding | None
    """Likewise."""
    trained_tokens: int | None

    @property
    def is_whole(self) -> bool:
        """True where the devices hold all the model was trained for."""
        return self.trained_tokens is not None and self.device_tokens >= self.trained_tokens


def reach(found: Iterable[Finding]) -> Reach | None:
    """The reach over these ways to run one model on one machine, in their order; None where the memory of none is known."""
    sized = [each for each in found if each.footprint is not None and each.case.model.is_sized]
    if not sized:
        return None
    trained = sized[0].case.model.context_tokens
    on_device = _most(sized, trained, with_host=False)
    anyhow = on_device if trained and on_device[0] >= trained else _most(sized, trained, with_host=True)
    return Reach(*on_device, *max(on_device, anyhow, key=lambda pair: pair[0]), trained)


def _most(found: Iterable[Finding], trained: int | None, *, with_host: bool) -> tuple[int, Finding | None]:
    best: tuple[int, Finding | None] = (0, None)
    for each in found:
        if each.footprint is None:
            continue
        held = _held(each, each.footprint, with_host=with_host)
        if held > best[0]:
            best = held, each
        if trained and held >= trained:
            break
    return best


def _held(found: Finding, footprint: Footprint, *, with_host: bool) -> int:
    """The longest context of one way; known already where the finding runs as asked about."""
    if (found.verdict != "fits") == with_host and found.most_context_tokens_asked is not None:
        return found.most_context_tokens_asked
    if found.verdict in RUNS and not with_host:
        # What runs is searched from the asked context upwards; on the devices alone that context is too long.
        footprint = replace(footprint, placement=replace(footprint.placement, verdict="does-not-fit"))
    return most_context_tokens(found.case, footprint, with_host=with_host)
