"""Published break-evens computed again with the cost model: which figure by which formula, and which state too little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.decide import cost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from advisor.catalog.contents import Facts
    from advisor.catalog.schema.market import Figure

TOLERANCE = 0.02


@dataclass(frozen=True)
class Check:
    """One published figure, and how the cost model comes to it."""

    key: str
    """Short name of the analysis in catalog/costs/break-even.yaml."""
    printed: str
    """Which of its printed figures."""
    how: str
    formula: Callable[[Mapping[str, float]], float]
    at_most: float | None = None
    """Where the page prints words such as "under 9 months": the bound they state."""


@dataclass(frozen=True)
class Outcome:
    """What the cost model makes of a published figure."""

    check: Check
    printed: float
    ours: float

    @property
    def off(self) -> float:
        """Share by which ours differs from the printed one."""
        return self.ours / self.printed - 1

    @property
    def holds(self) -> bool:
        """Within 2 %, or equal once rounded as printed, or below the bound the page states."""
        if self.check.at_most is not None:
            return self.ours <= self.check.at_most
        return abs(self.off) <= TOLERANCE or (
            self.printed == int(self.printed) == round(self.ours) and self.printed >= 10
        )


def _presenc(machine: str) -> Check:
    return Check(
        "presenc-tco",
        f"tco3/{machine}",
        "total_cost(price, power a year / 12, 3 years)",
        lambda i: cost.total_cost(i[f"{machine}/price"], i[f"{machine}/power_year"] / 12, i["amortization_years"]),
    )


def monthly_requests(i: Mapping[str, float]) -> float:
    return i["requests_per_day"] * cost.DAYS_PER_MONTH


def _haiku(i: Mapping[str, float]) -> float:
    """API cost a month of the requests, input and output at their own prices."""
    requests = monthly_requests(i)
    return float(
        cost.api_cost(requests * i["input_tokens"], requests * i["output_tokens"], i["api_input"], i["api_output"])
    )


MACHINES = ("RTX 5090 build", "Mac Studio M5 Max 128GB", "DGX Spark", "2x H100 80GB server")
CHECKS: tuple[Check, ...] = (
    Check(
        "morgannriu-5090",
        "fixed_eur_per_month",
        "fixed_per_month(card + rest, 36 months)",
        lambda i: cost.fixed_per_month(i["gpu_eur"] + i["rest_eur"], i["amortization_months"] / 12),
    ),
    *map(_presenc, MACHINES),
    Check(
        "digitalapplied-mac",
        "subscription_3y",
        "total_cost(0, subscription a month, 3 years)",
        lambda i: cost.total_cost(0, i["subscription_usd_per_month"], i["years"]),
    ),
    Check(
        "digitalapplied-h100",
        "cost_multiplier_at_10pct_load",
        "rental_per_mtok at 10 % over the same at 100 %",
        lambda _: cost.rental_per_mtok(1, 1, 0.1) / cost.rental_per_mtok(1, 1),
    ),
    Check(
        "dreaming-h100",
        "usd_per_million_output",
        "rental_per_mtok(rent an hour, tok/s)",
        lambda i: cost.rental_per_mtok(i["usd_per_hour"], i["tokens_per_second"]),
    ),
    Check(
        "gpubrazil",
        "api_usd_per_month",
        "api_cost(input, output, prices)",
        lambda i: cost.api_cost(
            i["input_tokens_per_month"], i["output_tokens_per_month"], i["api_input"], i["api_output"]
        ),
    ),
    Check(
        "llm-speed",
        "breakeven_output_tokens",
        "break_even_tokens(price, API output)",
        lambda i: cost.break_even_tokens(i["hardware_usd"], i["api_output"]),
    ),
    Check(
        "four-sparks",
        "cloud_usd_per_month",
        "rental_per_month(rent an hour, 720 h a month)",
        lambda i: cost.rental_per_month(i["cloud_usd_per_hour"], i["hours_per_month"] / cost.DAYS_PER_MONTH),
    ),
    Check(
        "four-sparks",
        "breakeven",
        "break_even_months(price, rent a month)",
        lambda i: cost.break_even_months(i["hardware_usd"], i["cloud_usd_per_hour"] * i["hours_per_month"]),
        at_most=9,
    ),
    Check(
        "four-sparks",
        "cloud_24_months",
        "total_cost(0, rent a month, 2 years)",
        lambda i: cost.total_cost(0, i["cloud_usd_per_hour"] * i["hours_per_month"], 2),
    ),
    Check(
        "sth-gb10",
        "value_per_year",
        "hours a week x weeks x wage",
        lambda i: i["hours_saved_per_week"] * i["weeks"] * i["usd_per_hour"],
    ),
    Check(
        "sovgrid-spark-opus",
        "setup_cost_eur",
        "hours x wage",
        lambda i: i["setup_hours"] * i["setup_eur_per_hour"],
    ),
    Check(
        "power-bswen",
        "usd_per_month",
        "energy_kwh_per_day x tariff x 30 days",
        lambda i: cost.energy_kwh_per_day(i["watts"], i["hours_per_day"]) * i["usd_per_kwh"] * i["days"],
    ),
    Check(
        "power-widearea",
        "usd_per_day",
        "energy_kwh_per_day x tariff",
        lambda i: cost.energy_kwh_per_day(i["watts"], i["hours_per_day"]) * i["usd_per_kwh"],
    ),
    Check(
        "power-widearea",
        "usd_per_month",
        "energy_per_month(watts, hours, no idle, tariff)",
        lambda i: cost.energy_per_month(i["watts"], i["hours_per_day"], 0, i["usd_per_kwh"]),
    ),
    Check(
        "power-widearea",
        "usd_per_year",
        "energy_per_month x 12",
        lambda i: cost.energy_per_month(i["watts"], i["hours_per_day"], 0, i["usd_per_kwh"]) * 12,
    ),
    Check("infotechwithben-haiku-low", "api_usd_per_month", "api_cost of the requests", _haiku),
    Check(
        "infotechwithben-haiku-low",
        "local_power_usd_per_month",
        "energy_per_month(watts, hours, no idle, tariff)",
        lambda i: cost.energy_per_month(i["power_w"], i["hours_per_day"], 0, i["usd_per_kwh"]),
    ),
    Check("infotechwithben-haiku-high", "api_usd_per_month", "api_cost of the requests", _haiku),
    Check(
        "infotechwithben-haiku-high",
        "breakeven_months",
        "break_even_months(price, api_cost, power)",
        lambda i: cost.break_even_months(i["hardware_usd"], _haiku(i), i["power_usd_per_month"]),
    ),
)

NOT_STATED = {
    "morgannriu-5090": "50 to 100 million tokens a month: the API price it replaces is not stated",
    "digitalapplied-mac": "net cost of 3,058: resale and power are not stated",
    "digitalapplied-h100": "5.7 billion and 256 million tokens a month: the rent an hour is not stated",
    "sovgrid-spark-opus": "800 calls a day: the tokens of a call are not stated",
    "spark-vs-cloud-24-7": "3.3 months: what is replaced is not stated",
    "cervella-3090": "650 to 1,400 EUR a year: watts and tariff are not stated",
    "capitalandcompute": "a billion tokens a month: the table was not in what was read",
    "presets-llm-card-econ": "formulas only; its break-even is `break_even_months` over twelve, with resale",
    "vettedconsumer": "formulas only; they are `energy_kwh_per_day` at 0.7 of the limit and `break_even_months`",
}
"""Analyses with figures that cannot be computed again, and why."""


def outcomes(facts: Facts) -> Iterator[Outcome]:
    """Every check against the catalog's row."""
    for check in CHECKS:
        row = analysis(facts, check.key)
        printed = check.at_most if check.at_most is not None else float(row.printed[check.printed])
        yield Outcome(check, printed, float(check.formula(numbers(row))))


def analysis(facts: Facts, key: str) -> Figure:
    """The published analysis of that short name."""
    return next(row for row in facts.costs_for("break-even") if row.key == key)


def numbers(row: Figure) -> dict[str, float]:
    """Inputs that are numbers."""
    return {name: float(value) for name, value in row.inputs.items() if isinstance(value, int | float)}
