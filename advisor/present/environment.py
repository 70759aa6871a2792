"""What a person sets for a runtime that starts its server itself and takes no flags of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.catalog.schema.runtime import Setting
    from advisor.estimate.case import Case


def environment(case: Case) -> dict[str, str]:
    """Variable → value that asks for the case; empty for a runtime that is started with flags."""
    asked: dict[Setting, str] = {
        "context_tokens": str(case.demand.context_tokens), "concurrency": str(case.demand.concurrency),
    }  # fmt: skip
    if case.kv_type != case.runtime.kv_types[0]:
        asked["kv_type"] = case.kv_type
    names = case.runtime.environment
    return {names[setting]: value for setting, value in asked.items() if setting in names}
