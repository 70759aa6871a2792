"""`advisor fit --batch`: JSON Lines in, JSON Lines out; a bad line never stops the rest."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

import click

from advisor.catalog import find
from advisor.catalog.schema.common import is_date
from advisor.cli.batch_keys import KEYS
from advisor.cli.fit import DEFAULT_CONTEXT, DEFAULT_UBATCH, calibration, command_line, excluded
from advisor.cli.options import MOST_BYTES, MOST_TOKENS, kv_type
from advisor.cli.setup import SYSTEMS, setup
from advisor.decide.choose import answer
from advisor.decide.question import Question
from advisor.errors import AdvisorError, Exit, UsageError
from advisor.estimate.case import Demand
from advisor.estimate.command_line import Asked, completed, told
from advisor.evidence.calibration import Calibration
from advisor.evidence.curve import with_curve
from advisor.present.fit_json import finding_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.hardware import Hardware
    from advisor.estimate.flags import Stated
    from advisor.estimate.machine import Setup

LONGEST_LINE = 1_000_000
MOST_REQUESTS_AT_ONCE = 4096


@dataclass
class _Session:
    """The facts, and calibrations already learned for a set of excluded sources."""

    facts: Facts
    learned: dict[tuple[str | None, frozenset[str]], Calibration] = field(default_factory=dict)

    def calibration(self, as_of: str | None, without: frozenset[str]) -> Calibration:
        """The calibration without these sources."""
        key = (as_of, without)
        if key not in self.learned:
            self.learned[key] = calibration(self.facts, as_of, without)
        return self.learned[key]


def _whole(request: dict[str, Any], name: str, low: int, high: int, default: int | None) -> int | None:
    value = request.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise UsageError(f"{name}: must be a whole number between {low} and {high}")
    return value


def _words(request: dict[str, Any], name: str) -> str | None:
    value = request.get(name)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{name}: must be text")
    return value


def _flag(request: dict[str, Any], name: str, *, default: bool) -> bool:
    value = request.get(name, default)
    if not isinstance(value, bool):
        raise UsageError(f"{name}: must be true or false")
    return value


def _asked(request: dict[str, Any]) -> Asked:
    kept = _words(request, "kv_type")
    try:
        kept = kept and kv_type(kept)
    except ValueError as reason:
        raise UsageError(f"kv_type: {reason}") from reason
    flash = request.get("flash_attention")
    return Asked(
        context_tokens=_whole(request, "context", 1, MOST_TOKENS, None), kv_type=kept,
        concurrency=_whole(request, "concurrency", 1, MOST_REQUESTS_AT_ONCE, None), ubatch=_whole(request, "ubatch", 1, 65536, None),
        flash_attention=None if flash is None else _flag(request, "flash_attention", default=True),
    )  # fmt: skip


def _demand(request: dict[str, Any], said: Stated | None) -> Demand:
    asked = completed(_asked(request), said) if said else _asked(request)
    prompt = _whole(request, "prompt", 0, MOST_TOKENS, 0) or 0
    output = _whole(request, "output", 0, MOST_TOKENS, 0) or 0
    stated = asked.context_tokens
    depth = _whole(request, "depth", 0, MOST_TOKENS, None)
    if stated is not None and max(prompt + output, depth or 0) > stated:
        raise UsageError("context: memory must hold depth, and prompt and output together")
    context = stated or prompt + output or DEFAULT_CONTEXT
    as_of, level = _words(request, "as_of"), request.get("level", 0.8)
    if as_of is not None and not is_date(as_of):
        raise UsageError("as_of: must be a date such as 2026-02-05")
    if not isinstance(level, float) or not 0 < level < 1:
        raise UsageError("level: must be a number between 0 and 1")
    cached = request.get("cached", 0)
    if isinstance(cached, bool) or not isinstance(cached, int | float) or not 0 <= cached <= 1:
        raise UsageError("cached: must be a share between 0 and 1")
    found = Demand(
        context_tokens=max(context, depth or 0), depth_tokens=depth, prompt_tokens=prompt or None, output_tokens=output or None, cached_share=cached, as_of=as_of, kv_type=asked.kv_type, level=level,
        concurrency=asked.concurrency or 1, ubatch=asked.ubatch or DEFAULT_UBATCH,
        flash_attention=asked.flash_attention is not False,
        reserve_bytes=_whole(request, "reserve", 0, 2**50, 0) or 0, resident_bytes=_whole(request, "resident", 0, 2**50, 0) or 0,
    )  # fmt: skip
    return told(found, said) if said else found


def _setup(facts: Facts, request: dict[str, Any], hardware: Hardware) -> Setup:
    """What the request says of the machine; sizes in bytes, the host's speed in GB/s or by name."""
    named, bandwidth = _words(request, "os"), request.get("host_bandwidth")
    if named is not None and named not in SYSTEMS:
        raise UsageError(f"os: must be one of {', '.join(SYSTEMS)}")
    if bandwidth is not None and (isinstance(bandwidth, bool) or not isinstance(bandwidth, str | int | float)):
        raise UsageError("host_bandwidth: must be a speed in GB/s, or a name such as ddr5-6000-2ch")
    return setup(
        facts, hardware, os_name=next((each for each in SYSTEMS if each == named), None),
        gpu_memory=_whole(request, "gpu_memory", 1, MOST_BYTES, None),
        host_memory=_whole(request, "host_memory", 1, MOST_BYTES, None), host_bandwidth=bandwidth,
    )  # fmt: skip


def _question(facts: Facts, request: dict[str, Any]) -> Question:
    if unknown := sorted(set(request) - KEYS.keys()):
        raise UsageError(f"no such field: {', '.join(unknown)[:200]}")
    model, machine, runtime, quant = (_words(request, name) for name in ("model", "hw", "runtime", "quant"))
    if not model or not machine:
        raise UsageError("model and hw are needed")
    said = command_line(facts, _words(request, "flags"), runtime)
    named = runtime or (said.runtime if said else None)
    chosen, version = find.runtime(facts, named) if named else (None, None)
    if chosen and version:
        version = find.version(chosen, version)
    backend, hardware = _words(request, "backend"), find.hardware(facts, machine)
    return Question(
        model=find.model(facts, model), hardware=hardware, setup=_setup(facts, request, hardware),
        quant=find.quant(facts, quant) if quant else None, runtime=chosen, runtime_version=version,
        backend=find.backend(facts, backend) if backend else None, demand=_demand(request, said),
    )  # fmt: skip


def _without(facts: Facts, request: dict[str, Any]) -> frozenset[str]:
    named = request.get("exclude_sources") or []
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise UsageError("exclude_sources: must be a list of source ids")
    return excluded(facts, ",".join(named), None)


def _answer(session: _Session, request: dict[str, Any]) -> dict[str, Any]:
    question = _question(session.facts, request)
    without = _without(session.facts, request)
    bare = _flag(request, "uncalibrated", default=False)
    learned = Calibration() if bare else session.calibration(question.demand.as_of, without)
    found = answer(session.facts, learned, question, without)
    if not found:
        raise UsageError("no runtime loads any offered format of this model there; name quant and runtime")
    return finding_json(with_curve(session.facts, learned, found[0], without))


def _no_number(name: str) -> None:
    raise ValueError(name)


def _one(session: _Session, line: str) -> dict[str, Any]:
    """The answer to one line, or its error."""
    request_id: Any = None
    try:
        if len(line) > LONGEST_LINE:
            raise UsageError("the line is longer than a request can be")
        try:
            request = json.loads(line, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise UsageError("not a JSON object") from error
        if not isinstance(request, dict):
            raise UsageError("not a JSON object")
        request_id = request.get("id")
        return {"id": request_id, "finding": _answer(session, request)}
    except AdvisorError as error:
        return {"id": request_id, "error": {"code": error.code, "message": str(error)}}


def _bounded(stream: IO[bytes]) -> Iterable[str]:
    """The lines of a stream; of one too long to be a request just enough to say so, however long it goes on."""
    while line := stream.readline(LONGEST_LINE + 2):
        yield line.decode("utf-8", "replace")
        while line and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE)


def _lines(path: Path) -> Iterable[str]:
    if str(path) == "-":
        yield from _bounded(sys.stdin.buffer)
        return
    try:
        with path.open("rb") as file:
            yield from _bounded(file)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error


def run_batch(facts: Facts, path: Path) -> int:
    """Answer every line of the file in order; exit code 0 even where single lines failed."""
    session = _Session(facts)
    for line in _lines(path):
        if line.strip():
            # ASCII, because an id may hold half a surrogate pair, which no encoding of stdout can write.
            click.echo(json.dumps(_one(session, line)))
    return int(Exit.ANSWERED)
