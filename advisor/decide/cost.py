"""What running a machine costs and when it pays off: closed forms over numbers and numpy arrays alike.

Money is of one currency throughout. A month is a twelfth of a year of 365 days; a year of amortisation is twelve.
"""

from __future__ import annotations

import math
from typing import Any

from advisor.estimate.arrays import is_array

DAYS_PER_YEAR = 365.0
MONTHS_PER_YEAR = 12.0
HOURS_PER_DAY = 24.0
DAYS_PER_MONTH = DAYS_PER_YEAR / MONTHS_PER_YEAR
HOURS_PER_MONTH = HOURS_PER_DAY * DAYS_PER_MONTH
SECONDS_PER_HOUR = 3600.0
WATTS_PER_KW = 1000.0
MTOK = 1e6


def busy_h_per_day(prompt_tokens: Any, output_tokens: Any, prefill_tok_s: Any, decode_tok_s: Any) -> Any:
    """Hours a day one stream works on the day's tokens; more than 24 means the day is too short."""
    return (prompt_tokens / prefill_tok_s + output_tokens / decode_tok_s) / SECONDS_PER_HOUR


def energy_kwh_per_day(load_w: Any, load_h: Any, idle_w: Any = 0.0, on_h: Any = HOURS_PER_DAY) -> Any:
    """Energy of a day: under load for `load_h` of the `on_h` hours the machine is on, idle for the rest of them.

    A machine that works longer than it was to be on is on as long as it works.
    """
    return (load_w * load_h + idle_w * _at_least_nothing(on_h - load_h)) / WATTS_PER_KW


def energy_per_month(load_w: Any, load_h: Any, idle_w: Any, per_kwh: Any, on_h: Any = HOURS_PER_DAY) -> Any:
    """What that energy costs a month."""
    return energy_kwh_per_day(load_w, load_h, idle_w, on_h) * per_kwh * DAYS_PER_MONTH


def energy_per_mtok(load_w: Any, tok_s: Any, per_kwh: Any) -> Any:
    """What the energy under load of a million tokens costs at this rate."""
    return load_w / WATTS_PER_KW * (MTOK / tok_s / SECONDS_PER_HOUR) * per_kwh


def fixed_per_month(price: Any, years: Any, resale_share: Any = 0.0) -> Any:
    """What owning costs a month: the price less what it is sold for, over the years it is kept."""
    return price * (1 - resale_share) / (years * MONTHS_PER_YEAR)


def total_cost(price: Any, running_per_month: Any, years: Any, resale_share: Any = 0.0) -> Any:
    """What buying and running it for the years costs, less what it is sold for."""
    return price * (1 - resale_share) + running_per_month * years * MONTHS_PER_YEAR


def per_mtok(cost_per_month: Any, tokens_per_day: Any) -> Any:
    """What a million tokens cost where so many are made a day; infinite where none are."""
    return _over(cost_per_month * MTOK, tokens_per_day * DAYS_PER_MONTH)


def api_cost(  # noqa: PLR0913 - the terms of the formula
    input_tokens: Any, output_tokens: Any, input_per_mtok: Any, output_per_mtok: Any,
    cached_share: Any = 0.0, cached_per_mtok: Any = 0.0,
) -> Any:  # fmt: skip
    """What a host asks for these tokens: input and output each at their own price, never at the mean of the two.

    `cached_share` of the input was seen before and costs `cached_per_mtok`.
    """
    fresh = input_tokens * (1 - cached_share) * input_per_mtok
    return (fresh + input_tokens * cached_share * cached_per_mtok + output_tokens * output_per_mtok) / MTOK


def blended_per_mtok(input_per_mtok: Any, output_per_mtok: Any, input_share: Any) -> Any:
    """Price of a million tokens of which `input_share` are input."""
    return input_per_mtok * input_share + output_per_mtok * (1 - input_share)


def rental_per_mtok(per_hour: Any, tok_s: Any, utilisation: Any = 1.0) -> Any:
    """What a million tokens cost on a card rented by the hour that works `utilisation` of the time."""
    return _over(per_hour * MTOK, tok_s * utilisation * SECONDS_PER_HOUR)


def rental_per_month(per_hour: Any, hours_per_day: Any = HOURS_PER_DAY) -> Any:
    """Rent of a month."""
    return per_hour * hours_per_day * DAYS_PER_MONTH


def break_even_months(
    price: Any, elsewhere_per_month: Any, running_per_month: Any = 0.0, resale_share: Any = 0.0
) -> Any:
    """Months until what is not paid elsewhere has paid the machine; infinite where running it costs as much."""
    return _over(price * (1 - resale_share), elsewhere_per_month - running_per_month)


def break_even_tokens(price: Any, elsewhere_per_mtok: Any, own_per_mtok: Any = 0.0) -> Any:
    """Tokens after which a machine is paid, each costing `own_per_mtok` in energy; infinite where that is no less."""
    return _over(price * MTOK, elsewhere_per_mtok - own_per_mtok)


def break_even_tokens_per_month(fixed_cost_per_month: Any, elsewhere_per_mtok: Any, own_per_mtok: Any = 0.0) -> Any:
    """Tokens a month above which owning (or renting) for a fixed sum a month is the cheaper; infinite where never.

    `fixed_cost_per_month` is what is paid whatever is made: amortisation and energy at idle, or rent.
    """
    return _over(fixed_cost_per_month * MTOK, elsewhere_per_mtok - own_per_mtok)


def break_even_rent_hours(fixed_cost_per_month: Any, per_hour: Any, own_per_hour: Any = 0.0) -> Any:
    """Hours a month above which owning is cheaper than renting; infinite where energy alone costs as much as rent."""
    return _over(fixed_cost_per_month, per_hour - own_per_hour)


def price_to_break_even(elsewhere_per_month: Any, running_per_month: Any, months: Any, resale_share: Any = 0.0) -> Any:
    """The price at which the machine is paid within the months: below it, buy; nothing where running costs as much."""
    return _at_least_nothing(elsewhere_per_month - running_per_month) * months / (1 - resale_share)


def upgrade_per_month(  # noqa: PLR0913 - the terms of the formula
    price: Any,
    years: Any,
    running_per_month: Any,
    kept_running_per_month: Any,
    *,
    resale_share: Any = 0.0,
    sold_for: Any = 0.0,
) -> Any:
    """What a month costs more with the new machine than with what is owned, whose price is spent and does not count.

    `sold_for` is what the old one brings, where it is sold. Negative where the new one is cheaper all in all.
    """
    return (
        (price * (1 - resale_share) - sold_for) / (years * MONTHS_PER_YEAR) + running_per_month - kept_running_per_month
    )


def implied_w(cost_per_year: Any, per_kwh: Any, hours_per_day: Any = HOURS_PER_DAY) -> Any:
    """Average power that a year's electricity bill implies."""
    return cost_per_year / per_kwh * WATTS_PER_KW / (hours_per_day * DAYS_PER_YEAR)


def _at_least_nothing(value: Any) -> Any:
    if is_array(value):
        import numpy as np  # noqa: PLC0415 - only a sweep pays for numpy

        return np.maximum(value, 0.0)
    return max(value, 0.0)


def _over(paid: Any, saved: Any) -> Any:
    """What is paid over what is saved; infinite where nothing is saved, nothing where nothing is to be paid."""
    if is_array(paid, saved):
        import numpy as np  # noqa: PLC0415 - only a sweep pays for numpy

        shape = np.broadcast(paid, saved).shape
        ratio = np.divide(paid, saved, out=np.full(shape, np.inf), where=np.broadcast_to(np.asarray(saved) > 0, shape))
        return np.where(np.asarray(paid) <= 0, 0.0, ratio)
    if paid <= 0:
        return 0.0
    return paid / saved if saved > 0 else math.inf
