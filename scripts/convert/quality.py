"""Benchmark scores of models, and what quantization costs them: one file a model, one spelling a benchmark."""

from collections import defaultdict
from pathlib import Path
from typing import Any

from advisor.catalog.schema.quality import OTHER_MODELS
from scripts.convert.benchmark_names import canonical
from scripts.convert.common import Output, Sources, read_yaml, slug, without_empty
from scripts.convert.ledgers import Ledger
from scripts.convert.names import Names, model_id
from scripts.convert.quality_corrections import Row, corrected, note_of, refusal, settings_of
from scripts.convert.quality_loss import loss_of
from scripts.convert.quality_pages import QualityPages

ROW_WIDTH = 400


def convert(data: Path, sources: Sources, out: Output) -> None:
    """Queue catalog/quality/<model-id>.yaml, other-models.yaml for what is no model of the catalog, ledger/quality.csv."""
    content = read_yaml(data / "quality.yaml")
    scores = _Scores(Names.from_data(data), QualityPages(data, sources))
    for number, row in enumerate(content["rows"]):
        scores.add_score(number, row)
    for number, row in enumerate(content["quantisation_loss"]):
        scores.add_loss(number, row)
    for model, rows in sorted(scores.files.items()):
        out.put(f"quality/{model}.yaml", {"rows": [without_empty(row) for row in rows]}, ROW_WIDTH)
    out.texts["ledger/quality.csv"] = scores.ledger.text()


class _Scores:
    """Rows by model, each score once however many pages give it."""

    def __init__(self, names: Names, pages: QualityPages) -> None:
        self.files: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.ledger = Ledger()
        self._names = names
        self._pages = pages
        self._seen: dict[tuple[object, ...], tuple[str, dict[str, Any]]] = {}

    def add_score(self, number: int, given: Row) -> None:
        """Keep the score, merge it into the same score of another page, or refuse it."""
        if reason := refusal(given):
            self.ledger.refused("rows", number, reason)
            return
        row = corrected(given)
        model, label = self._model(row["model"])
        citation = self._pages.citation(row)
        score = _score(row)
        key = (model, label, score["benchmark"], row["score"], row["unit"], row["reported_by"])
        if key in self._seen and citation.source not in _sources_of(self._seen[key][1]):
            record, first = self._seen[key]
            _merge(first, score, citation.source)
            self.ledger.merged("rows", number, record)
            return
        score |= {"source": citation.source, "relayed_from": citation.relayed_from, "second_sources": []}
        score["tier"] = citation.tier if citation.tier > self._pages.tier_of(citation.source) else None
        self._keep("rows", number, model, label, score)
        self._seen.setdefault(key, (f"quality/{model}#{len(self.files[model])}", score))

    def add_loss(self, number: int, row: Row) -> None:
        """Keep a row on what quantization costs."""
        words, _, weights = str(row["model"]).partition(" (")
        model, label = self._model(words)
        citation = self._pages.citation(row)
        loss = loss_of(row, f"{weights.rstrip(')')}" if model != OTHER_MODELS and weights else None)
        loss |= {"source": citation.source, "relayed_from": citation.relayed_from}
        loss["tier"] = citation.tier if citation.tier > self._pages.tier_of(citation.source) else None
        self._keep("quantisation_loss", number, model, label, loss)

    def _keep(self, listed_in: str, number: int, model: str, label: str | None, score: dict[str, Any]) -> None:
        own = score["model_label"]
        score["model_label"] = own if own and slug(own.replace("-", ".")) != slug(model.replace("-", ".")) else label
        self.files[model].append(score)
        self.ledger.kept(listed_in, number, f"quality/{model}#{len(self.files[model])}")

    def _model(self, words: str) -> tuple[str, str | None]:
        """Catalog id of the model and the words of the row, where these are not its usual repository."""
        found = self._names.for_row(words, words)
        if found is None and model_id(words) in self._names.base_repositories:
            found = model_id(words)
        if found is None or found in self._names.pipelines:
            return OTHER_MODELS, words
        usual = self._names.base_repositories[found][0]
        return found, None if words == usual else words


def _score(row: Row) -> dict[str, Any]:
    settings, label = settings_of(row)
    name = row.get("version") or canonical(row["benchmark"], row["settings"])
    return {
        "model_label": label,
        "benchmark": name,
        "benchmark_label": None if name == row["benchmark"] else row["benchmark"],
        "task": row["task"],
        "score": row["score"],
        "unit": None if row["unit"] == "%" else row["unit"],
        "settings": settings,
        "reported_by": row["reported_by"],
        "date": row["date"],
        "suspect": row.get("suspect"),
        "note": note_of(row),
    }


def _sources_of(score: dict[str, Any]) -> list[str]:
    return [score["source"], *score["second_sources"]]


def _merge(first: dict[str, Any], again: dict[str, Any], source: str) -> None:
    """Name the other page, and take from it what the first does not say."""
    first["second_sources"].append(source)
    for name in ("settings", "date"):
        first[name] = first[name] or again[name]
