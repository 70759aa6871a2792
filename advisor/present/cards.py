"""The card of any catalog entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.catalog.contents import Facts
    from advisor.catalog.kinds import KindName
    from advisor.present.card import Card


def card(facts: Facts, kind: KindName, entry: Any, *, explain: bool = False) -> Card:
    """Everything known of the entry, for `card.show`. Only the cards of its kind are imported."""
    if kind == "models":
        from advisor.present.card_model import model_card  # noqa: PLC0415

        return model_card(facts, entry)
    if kind == "hardware":
        from advisor.present.card_hardware import hardware_card  # noqa: PLC0415

        return hardware_card(facts, entry, explain=explain)
    if kind in {"quants", "runtimes", "sources", "pipelines"}:
        return _thing(kind)(facts, entry)
    from advisor.present.card_rows import record_card, row_card  # noqa: PLC0415

    return record_card(facts, entry) if kind == "records" else row_card(kind, facts, entry)


def _thing(kind: KindName) -> Callable[[Facts, Any], Card]:
    from advisor.present import card_things  # noqa: PLC0415

    found: dict[KindName, Callable[[Facts, Any], Card]] = {
        "quants": card_things.quant_card,
        "runtimes": card_things.runtime_card,
        "sources": card_things.source_card,
        "pipelines": card_things.pipeline_card,
    }
    return found[kind]
