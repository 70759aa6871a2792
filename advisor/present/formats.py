"""Numbers and words as people read them: the only place that formats either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import units

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.estimate.note import Note

AS_STATED = ("measured_", "floor_")
"""How names of rates begin that somebody stated: a source, or who asks."""
MANY = 100
READABLE = 10


def gib(size_bytes: float) -> str:
    """`59.0 GiB`."""
    return f"{units.to_gib(size_bytes):.1f} GiB"


def gb(size_bytes: float) -> str:
    """`63.4 GB`."""
    return f"{units.to_gb(size_bytes):.1f} GB"


def tokens(count: int) -> str:
    """`131,072`."""
    return f"{count:,}"


def tok_s(value: float) -> str:
    """Two significant digits, three from 100 (`29200` for 29,246): predictions are not more precise than that."""
    if value >= MANY:
        return f"{float(f'{value:.3g}'):.0f}"
    if value < 1:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < READABLE else f"{value:.0f}"


def as_printed(value: float) -> str:
    """A measured value without digits its source did not print."""
    return f"{value:,.12g}"


def gb_s(value: float) -> str:
    """`273 GB/s`."""
    return f"{value:,.3g} GB/s" if value < MANY else f"{value:,.0f} GB/s"


def tflops(value: float) -> str:
    """`125 TFLOPS`."""
    return f"{value:,.3g} TFLOPS" if value < MANY else f"{value:,.0f} TFLOPS"


def parameters(count: float) -> str:
    """`116.8B`, `751M`."""
    return f"{units.to_gb(count):.1f}B" if count >= units.GB else f"{count / units.MEGA:.0f}M"


def money(value: float, currency: str) -> str:
    """`3,999 USD`, cents only where there are any."""
    return f"{value:,.0f} {currency}" if value == round(value) else f"{value:,.2f} {currency}"


def price_per_tok_s(value: float) -> str:
    """Two significant digits, whole numbers from 100: `1,234`, `89`, `9.0`, `0.25`."""
    for least, digits in ((READABLE, 0), (1, 1), (0.1, 2)):
        if round(value, digits + 1) >= least:
            return f"{value:,.{digits}f}"
    return f"{value:.2g}"


def share(value: float) -> str:
    """`12 %`."""
    return f"{value:.0%}".replace("%", " %")


def signed_share(value: float) -> str:
    """`+12 %`, and `±0 %` for what rounds to nothing."""
    written = f"{value:+.0%}".replace("%", " %")
    return "±0 %" if written in {"+0 %", "-0 %"} else written


_UNITS: tuple[tuple[str, Callable[[float], str]], ...] = (
    ("_bytes", gib),
    ("_tokens", lambda value: tokens(round(value))),
    ("_tok_s", lambda value: f"{tok_s(value)} tok/s"),
    ("_signed_share", signed_share),
    ("_share", share),
    ("_gb", lambda value: f"{value:.1f} GB"),
    ("_gb_s", gb_s),
    ("_tflops", tflops),
    ("_parameters", parameters),
    ("_times", lambda value: f"{value:.2g}"),
    ("_watts", lambda value: f"{value:,.0f}"),
    ("_amount", lambda value: f"{value:,.0f}"),
)
"""What the end of a value's name says about how it is written."""


def _value(name: str, value: float) -> str:
    """A note's value by the unit at the end of its name."""
    if name.startswith(AS_STATED) and name.endswith("_tok_s"):
        return f"{as_printed(value)} tok/s"
    for unit, written in _UNITS:
        if name.endswith(unit):
            return written(value)
    return f"{value:g}"


def say(note: Note) -> str:
    """The note with its numbers in place."""
    text = note.words
    for name, value in note.values:
        text = text.replace("{" + name + "}", _value(name, value))
    return text
