"""Types shared by several kinds of catalog file."""

import re
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, MinLen, Predicate

DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")

STRICT = {"extra": "forbid", "str_strip_whitespace": False, "allow_inf_nan": False}
"""pydantic settings of every catalog dataclass: an unknown key is a mistake, not an extension."""


def is_date(text: str) -> bool:
    """True for `2026`, `2026-02` and `2026-02-05`."""
    return DATE.fullmatch(text) is not None


def known_by(date: str | None, day: str | None) -> bool:
    """True when something of `date` was there on `day`, to the precision of `day`.

    Any date will do for an open day; what has no date was known by no day.
    """
    return day is None or (date is not None and date[: len(day)] <= day)


Date = Annotated[str, Predicate(is_date)]
Text = Annotated[str, MinLen(1)]
Count = Annotated[int, Gt(0)]
Natural = Annotated[int, Ge(0)]
Positive = Annotated[float, Gt(0)]
NotNegative = Annotated[float, Ge(0)]
Share = Annotated[float, Ge(0), Le(1)]
Tier = Literal[0, 1, 2, 3]
