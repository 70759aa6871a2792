"""What is remembered from one run to the next: the theme and the last view, in one small JSON file."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from advisor.decide.grid import Quantity
from advisor.decide.shown import ORDERS, TIERS, USUAL, Shown
from advisor.tui.draft import LINES, Draft
from advisor.tui.view import LEAST_CONTEXT, MOST_CONTEXT, MOST_REQUESTS, Asked, Lineup, Pairs, View

MOST_MARKS = 50
MOST_TYPED = 1000


@dataclass(frozen=True, slots=True)
class State:
    """What the file says; the defaults where there is none."""

    view: View = field(default_factory=View)
    theme: str = ""
    """Empty = the usual one."""
    problem: str = ""
    """Why the file was not read, in words for a person; empty where it was or there is none."""


def place() -> Path:
    """`$XDG_STATE_HOME/advisor/state.json`, in `~/.local/state` where that is not set."""
    base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(base).expanduser() / "advisor" / "state.json"


def load(path: Path) -> State:
    """What was remembered. A file that cannot be understood is ignored, and the state says so."""
    try:
        raw = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return State()
    except (OSError, UnicodeDecodeError) as reason:
        return State(problem=f"{path} cannot be read ({type(reason).__name__}): starting afresh")
    try:
        data = json.loads(raw)
        return State(_view(data["view"]), _text(data["theme"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return State(problem=f"{path} is damaged: starting afresh")


def save(path: Path, state: State) -> None:
    """Put the state there in one step; where that is not allowed, nothing is remembered."""
    from tempfile import mkstemp  # noqa: PLC0415 - only leaving pays for it

    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, fresh = mkstemp(prefix="state-", suffix=".part", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump({"theme": state.theme, "view": _kept(state.view)}, file, ensure_ascii=False, indent=1)
            Path(fresh).replace(path)
        finally:
            Path(fresh).unlink(missing_ok=True)


def _kept(view: View) -> dict[str, Any]:
    """The view as data, its need as the lines typed and the file they are of; what the cursor says is compared it says again."""
    draft = {name: getattr(view.draft, name) for name in (*LINES, "path")}
    lineup = view.lineup if view.lineup and view.lineup.of_need else None
    return asdict(replace(view, draft=Draft(), lineup=lineup)) | {"draft": draft}


def _draft(data: Any) -> Draft:
    """The lines; what their file says beside them is read again when the app opens."""
    lines: dict[str, Any] = {name: _text(data[name])[:MOST_TYPED] for name in (*LINES, "path")}
    return Draft(**lines)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _count(value: Any, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError
    return value


def _pairs(data: Any) -> Pairs:
    return tuple((_text(model), _text(machine)) for model, machine in data)[:MOST_MARKS]


def _lineup(data: Any) -> Lineup | None:
    """What of a need is compared; nothing where the file is from before that was kept."""
    return Lineup(_pairs(data["pairs"]), of_need=True) if data else None


def _rows(data: Any) -> Shown:
    """Which measured rows are shown; the usual ones where the file is from before one could say."""
    if not isinstance(data, dict):
        raise TypeError
    order, most = data.get("order", USUAL.order), data.get("max_tier", USUAL.max_tier)
    if order not in ORDERS or most not in TIERS or isinstance(most, bool):
        raise ValueError
    return Shown(order, data.get("disputed") is True, most)


def _view(data: Any) -> View:
    """The view in the data. Raises where anything is not what `save` writes."""
    asked = data["asked"]
    quantity = _text(data["quantity"])
    if quantity not in get_args(Quantity):
        raise ValueError
    context, prompt = _count(asked["context_tokens"], LEAST_CONTEXT, MOST_CONTEXT), asked.get("prompt_tokens")
    return View(
        screen=_text(data["screen"]), model=_text(data["model"]), machine=_text(data["machine"]),
        asked=Asked(
            context, _count(asked["concurrency"], 1, MOST_REQUESTS), _text(asked["runtime"]), _text(asked["quant"]),
            None if prompt is None else _count(prompt, 1, context),
        ),
        quantity=quantity, filter=_text(data["filter"]), sort=_text(data["sort"]), marks=_pairs(data["marks"]),  # type: ignore[arg-type]
        tab=_count(data["tab"], 0, 9), row=0, differences=data["differences"] is True, rows=_rows(data.get("rows", {})), lineup=_lineup(data.get("lineup")), draft=_draft(data["draft"]),
    )  # fmt: skip
