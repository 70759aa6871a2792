"""Exchange rates with a day: the European Central Bank's reference rates of the currencies prices are printed in."""

from typing import Any

from scripts.convert.common import Sources
from scripts.convert.ledgers import Ledger

LIST = "reference_rates"
"""Name of these rows in the ledger: they are no list of the input."""

SOURCE: dict[str, Any] = {
    "title": "Euro foreign exchange reference rates",
    "publisher": "European Central Bank",
    "url": "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml",
    "tier": 1,
    "accessed": "2026-11-21",
    "family": "ecb.europa.eu",
    "obtained": "the bank's daily files as the repository vane/ecb-fx keeps them, data/2026/2026-02-17.xml and the like",
    "notes": "Set once a working day; for information, not for transactions.",
}

RATES: dict[str, dict[str, float]] = {
    "2025-03-31": {"USD": 1.0815, "GBP": 0.83536, "CHF": 0.9531, "AUD": 1.7318},
    "2025-10-15": {"USD": 1.1622, "GBP": 0.8705, "CHF": 0.9305, "AUD": 1.7839},
    "2026-01-15": {"USD": 1.1624, "GBP": 0.8674, "CHF": 0.9314, "AUD": 1.7382},
    "2026-02-17": {"USD": 1.1826, "GBP": 0.8733, "CHF": 0.9116, "AUD": 1.6776},
    "2026-04-15": {"USD": 1.178, "GBP": 0.86935, "CHF": 0.922, "AUD": 1.6507},
    "2026-06-01": {"USD": 1.1646, "GBP": 0.86493, "CHF": 0.9128, "AUD": 1.6234},
    "2026-07-15": {"USD": 1.1406, "GBP": 0.85093, "CHF": 0.9256, "AUD": 1.6335},
    "2026-08-12": {"USD": 1.1545, "GBP": 0.85358, "CHF": 0.9366, "AUD": 1.6327},
    "2026-09-29": {"USD": 1.1355, "GBP": 0.85718, "CHF": 0.9461, "AUD": 1.6211},
}
"""Day → units of each currency for one euro."""


def reference_rates(sources: Sources, ledger: Ledger, before: int) -> list[dict[str, Any]]:
    """Rows for the file of exchange rates, which holds `before` rows already."""
    source = sources.add("ecb-euro-reference-rates", **SOURCE)
    rows = [
        {
            "about": f"EUR/{currency}",
            "currency": currency,
            "unit": f"{currency} for one EUR",
            "value": rate,
            "date": day,
            "source": source,
        }
        for day, rates in RATES.items()
        for currency, rate in rates.items()
    ]
    for number in range(len(rows)):
        ledger.kept(LIST, number, f"costs/exchange#{before + number + 1}")
    return rows
