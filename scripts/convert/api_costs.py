"""What hosted models cost: every offer of one day, other dated offers, the spread over hosts, and zero-price listings."""

from pathlib import Path
from typing import Any

from scripts.convert.api_names import api_repository
from scripts.convert.common import Output, Sources, as_date, read_yaml, without_empty
from scripts.convert.ledgers import Ledger
from scripts.convert.names import Names
from scripts.convert.price_notes import condensed
from scripts.convert.price_pages import PricePages

ROW_WIDTH = 500
EUROPEAN = "host in Europe: its own list may be in EUR"
OUTLIER = "3.5 times above or below the median of its model"


class ApiCosts:
    """The rows of catalog/costs/api.yaml, api-summary.yaml and api-free.yaml."""

    def __init__(self, data: Path, sources: Sources, pages: PricePages, ledger: Ledger) -> None:
        """Read the price data; nothing is queued yet."""
        self._content = read_yaml(data / "prices.yaml")
        self._names = Names.from_data(data)
        self._sources = sources
        self._pages = pages
        self._ledger = ledger
        self._day: str = self._content["api_prices_source"]["date"]

    def queue(self, out: Output) -> None:
        """Queue the three files, a row of the input each."""
        rows = [self._offer(row) for row in self._content["api_prices"]]
        self._note_kept("api_prices", "costs/api", 0)
        for name in ("api_prices_other_sources", "frontier_reference_prices"):
            self._note_kept(name, "costs/api", len(rows))
            rows += [self._other_offer(row) for row in self._content[name]]
        out.put("costs/api.yaml", {"rows": rows}, ROW_WIDTH)
        self._note_kept("api_price_summary", "costs/api-summary", 0)
        summary = [self._spread(row) for row in self._content["api_price_summary"]]
        out.put("costs/api-summary.yaml", {"rows": summary}, ROW_WIDTH)
        self._note_kept("api_free_listings", "costs/api-free", 0)
        free = [self._free(listing) for listing in self._content["api_free_listings"]]
        out.put("costs/api-free.yaml", {"rows": free}, ROW_WIDTH)

    def _note_kept(self, name: str, file: str, before: int) -> None:
        for number in range(len(self._content[name])):
            self._ledger.kept(name, number, f"{file}#{before + number + 1}")

    def _snapshot(self) -> str:
        facts = self._content["api_prices_source"]
        return self._sources.add(
            f"models.dev-{facts['commit'][:8]}",
            title=f"{facts['title']}, provider price files",
            url=f"{facts['url']}/tree/{facts['commit']}",
            tier=facts["tier"],
            family="github.com/anomalyco",
            published=facts["date"],
            notes="List prices kept by a community; the date of a file is its last change, not a check of the price.",
        )

    def _model(self, short: str, provider_name: str = "") -> str | None:
        repository = api_repository(short, provider_name)
        return self._names.for_repository(repository) if repository else None

    def _offer(self, row: dict[str, Any]) -> dict[str, Any]:
        remarks = [OUTLIER if row.get("outlier") else None, EUROPEAN if row.get("note") else None]
        return without_empty(
            {
                "about": row["model_id"],
                "model": self._model(row["model_id"], row["provider_model"]),
                "provider": row["provider"],
                "offered_by": row["provider_kind"],
                "outlier": True if row.get("outlier") else None,
                "currency": row["currency"],
                "input_per_mtok": row["input"],
                "output_per_mtok": row["output"],
                "cache_read_per_mtok": row.get("cached_input"),
                "date": row["as_of"],
                "since": row["file_last_changed"],
                "source": self._snapshot(),
                "details": f"{row['provider_kind']}, as {row['provider_model']}; file changed {row['file_last_changed']}",
                "note": "; ".join(remark for remark in remarks if remark),
            }
        )

    def _other_offer(self, row: dict[str, Any]) -> dict[str, Any]:
        return without_empty(
            {
                "about": row["model_id"],
                "model": self._model(row["model_id"]),
                "provider": row.get("provider"),
                "currency": row["currency"],
                "input_per_mtok": row.get("input"),
                "output_per_mtok": row["output"],
                "cache_read_per_mtok": row.get("cached_input"),
                "date": as_date(row["as_of"]),
                "source": self._pages.source_of(row),
                "note": condensed(row.get("note")),
            }
        )

    def _spread(self, row: dict[str, Any]) -> dict[str, Any]:
        return without_empty(
            {
                "about": f"{row['model_id']}, median over {row['hosts']} first-party and hosting providers",
                "model": self._model(row["model_id"]),
                "currency": "USD",
                "unit": "USD per million output tokens",
                "low": row["output_min"],
                "high": row["output_max"],
                "input_per_mtok": row["input_median"],
                "output_per_mtok": row["output_median"],
                "cache_read_per_mtok": row.get("cached_input_median"),
                "date": self._day,
                "source": self._snapshot(),
                "details": f"input {row['input_min']} to {row['input_max']}",
            }
        )

    def _free(self, listing: str) -> dict[str, Any]:
        short, provider = listing.split(" @ ")
        return without_empty(
            {
                "about": short,
                "model": self._model(short),
                "provider": provider,
                "unit": "listed at zero price: a trial, or limited in rate",
                "date": self._day,
                "source": self._snapshot(),
            }
        )
