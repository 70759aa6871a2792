"""A cell of a table of models and machines: a glyph and a word for how good it is, and its number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from advisor import units
from advisor.decide.grid import DECODE
from advisor.present.fit_card import MARKS
from advisor.present.formats import price_per_tok_s, tok_s
from advisor.present.tables import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from advisor.decide.grid import Cell, Quantity
    from advisor.evidence.finding import Finding

RAMP = "░▒▓█"
"""From the worst to the best; a terminal without colour shows as much."""
READING = ((10.0, "slow"), (30.0, "readable"), (100.0, "brisk"), (float("inf"), "fast"))
"""Tokens a second of one request below which a word holds: text comes as fast as one reads at some 10, at 30 nobody waits."""
WAITS = ((60.0, "a minute and more"), (10.0, "under a minute"), (1.0, "under 10 s"), (0.0, "under 1 s"))
"""Seconds until a prompt that fills the context is read, above which a word holds: after one second a thought is
interrupted, after ten attention is gone (Nielsen, Usability Engineering, 1993)."""
TAKEN = ((0.25, "up to a quarter"), (0.5, "up to half"), (0.75, "up to three quarters"), (float("inf"), "nearly all"))
"""Share of usable memory up to which a word holds."""
NUMBER, QUANT = 5, 5
WIDTH = 1 + NUMBER + 2 + 1 + QUANT
"""Columns of one cell: glyph, number, mark of the nearest row, whether part runs from the host, format."""
NAMES: Mapping[Quantity, str] = {
    "decode": "decode tok/s, cache empty", "at context": "decode tok/s, context full", "aggregate": "tok/s of all requests",
    "prefill": "prefill tok/s", "memory": "memory taken", "price": "price per tok/s, context full",
}  # fmt: skip
FULL = "context full"
PENDING, NOTHING, SHORT, NO_RATE, HOST = "·", "–", "✗", "?", "↓"
UNSTATED = "RAM unstated"


@dataclass(frozen=True, slots=True)
class CellText:
    """What a cell shows."""

    text: str
    """Exactly `WIDTH` columns."""
    band: int | None
    """0 the worst to 3 the best; None where there is no number."""
    word: str
    """What the glyph means."""


def _banded(value: float, bands: Sequence[tuple[float, str]], *, falling: bool = False) -> tuple[int, str]:
    for place, (edge, word) in enumerate(bands):
        if (value >= edge) if falling else (value < edge):
            return place, word
    return len(bands) - 1, bands[-1][1]


def speed_word(rate_tok_s: float) -> str:
    """`slow`, `readable`, `brisk` or `fast`, for one request."""
    return _banded(rate_tok_s, READING)[1]


def band_of(cell: Cell) -> tuple[int, str] | None:
    """How good the number is, 0 to 3, with the word for it; None where there is none."""
    if cell.quantity == "memory":
        return _banded(cell.share, TAKEN) if cell.share is not None and cell.runs else None
    rate = cell.rate.tok_s if cell.rate else None
    if cell.quantity == "price":
        return _banded(rate, READING) if rate and cell.price_per_tok_s is not None else None
    if rate is None or cell.best is None:
        return None
    demand = cell.best.case.demand
    if cell.quantity == "prefill":
        return _banded(demand.context_tokens / rate, WAITS, falling=True)
    return _banded(rate / demand.concurrency if cell.quantity == "aggregate" else rate, READING)


def name_of(quantity: Quantity, depth_tokens: int | None) -> str:
    """What the numbers are; `4,096 in the cache` where less is asked for than a full context."""
    name = NAMES[quantity]
    return name if depth_tokens is None else name.replace(FULL, f"{depth_tokens:,} in the cache")


def number(cell: Cell) -> str:
    """The number as `advisor fit` prints it; empty where there is none."""
    if cell.quantity == "memory":
        return f"{cell.share:.0%}" if cell.share is not None else ""
    if cell.quantity == "price":
        return "" if cell.price_per_tok_s is None else _price(cell.price_per_tok_s)
    return tok_s(cell.rate.tok_s) if cell.rate and cell.rate.tok_s is not None else ""


def _price(amount: float) -> str:
    """Without a comma where the column has no room for one."""
    text = price_per_tok_s(amount)
    return text if len(text) <= NUMBER else text.replace(",", "")


def memory_unstated(found: Finding) -> bool:
    """Whether it cannot run because nobody has said how much memory the machine has."""
    sizes = [each.stated_bytes or each.hardware.advertised_bytes for each in found.case.machine.devices]
    return found.verdict == "unsupported" and found.footprint is None and not all(sizes)


def quant_text(quant_id: str, width: int = QUANT) -> str:
    """The format in so many characters: of five, `q4` for `q4_k_m`, and `mxfp4` whole."""
    return quant_id if len(quant_id) <= width else shortened(quant_id.partition("_")[0], width)


def short_text(short_bytes: int) -> str:
    """`−29 GiB`: by how much memory is short."""
    short = units.to_gib(short_bytes)
    return f"−{short:.1f} GiB" if short < 1 else f"−{short:,.0f} GiB"


def cell_text(cell: Cell | None) -> CellText:
    """The cell in words of fixed width; None is one nobody has worked out yet."""
    if cell is None:
        return CellText(f"{PENDING:<{WIDTH}}", None, "being worked out")
    found = cell.best
    if found is None:
        return CellText(f"{NOTHING + ' no format':<{WIDTH}}", None, "no runtime loads any offered format there")
    if memory_unstated(found):
        return CellText(f"{NOTHING} {UNSTATED}"[:WIDTH].ljust(WIDTH), None, "the size of its memory is not stated")
    if found.verdict == "unsupported":
        return CellText(f"{NOTHING + ' cannot run':<{WIDTH}}", None, "cannot run")
    if found.verdict == "does-not-fit":
        return CellText(f"{SHORT} {short_text(cell.short_bytes)}".ljust(WIDTH)[:WIDTH], None, "does not fit")
    host = HOST if found.verdict == "fits-offloaded" else " "
    quant = quant_text(found.case.quant.id)
    banded = band_of(cell)
    if banded is None:
        word = "fits" if host == " " else "host"
        return CellText(f"{NO_RATE} {word:<6}{host}{quant:<{QUANT}}", None, "it runs; this number is not known")
    place, word = banded
    mark = f"{MARKS[cell.measured.closeness]}{cell.measured.tier}" if cell.measured else ""
    return CellText(f"{RAMP[place]}{number(cell):>{NUMBER}}{mark:<2}{host}{quant:<{QUANT}}", place, word)


def legend(quantity: Quantity, *, verdict_in_words: bool = False) -> list[str]:
    """The glyphs with their words, and the marks; one text each. Those of a verdict are left out where words stand for them."""
    bands = {"prefill": [word for _, word in WAITS], "memory": [word for _, word in TAKEN]}.get(quantity)
    each = " each" if quantity == "aggregate" else ""
    if bands is None:
        ends = ("<10", "10–30", "30–100", ">100")
        bands = [f"{end} {word}{each}" for end, (_, word) in zip(ends, READING, strict=True)]
    marks = ["● measured", "◐ nearby", "digit: tier"] if quantity in DECODE else []
    signs = [] if verdict_in_words else [f"{SHORT} short", f"{HOST} part on host"]
    return [
        *(f"{glyph} {word}" for glyph, word in zip(RAMP, bands, strict=True)),
        *signs,
        *marks,
        f"{NO_RATE} not known",
    ]


CSV_HEADERS = ("model", "hardware", "quant", "runtime", "verdict", "context_tokens", "concurrency", "quantity", "value", "low", "high",
               "short_bytes", "memory_share", "measured_tok_s", "measured_depth_tokens", "measured_match", "measured_tier")  # fmt: skip


def csv_row(model: str, hardware: str, cell: Cell) -> list[Any]:
    """The cell as values for programs."""
    found, rate, row = cell.best, cell.rate, cell.measured
    case = found.case if found else None
    value = {"memory": cell.share, "price": cell.price_per_tok_s}.get(cell.quantity, rate.tok_s if rate else None)
    rate = None if cell.quantity == "price" else rate
    return [
        model, hardware, case.quant.id if case else None, case.runtime.id if case else None, found.verdict if found else None,
        case.demand.context_tokens if case else None, case.demand.concurrency if case else None, cell.quantity, value,
        rate.low_tok_s if rate else None, rate.high_tok_s if rate else None, cell.short_bytes, cell.share,
        row.record.decode_tok_s if row else None, row.record.conditions.depth_tokens if row else None, row.closeness if row else None, row.tier if row else None,
    ]  # fmt: skip
