"""Rows that are one measurement: declared by the input, in both files, or the same figures under the same conditions."""

import re
from collections.abc import Iterator
from typing import Any

from scripts.convert.benchmarks_sources import family
from scripts.convert.benchmarks_spark import Draft

FIGURES = ("decode_tok_s", "aggregate_tok_s", "prefill_tok_s", "train_tok_s", "ttft_s")
SAME_CASE = ("runtime", "depth_tokens", "prompt_tokens", "output_tokens", "concurrency", "speculative")
SAME_RUN = (*SAME_CASE, "runtime_version", "date", "kv_type", "backend_label")

_IN_BOTH = re.compile(r"h-user-4090\+5070ti-(?P<case>.+)-(?P<runtime>ollama|llama\.cpp)")


def merge(drafts: list[Draft]) -> tuple[list[Draft], dict[str, str]]:
    """Drafts without repeated measurements, in the same order, and merged row id → id of the row that stands for it."""
    merged = dict(_declared(drafts))
    seen: dict[tuple[Any, ...], str] = {}
    for draft in drafts:
        if draft.row_id in merged:
            continue
        for key in _keys(draft):
            first = seen.setdefault(key, draft.row_id)
            if first != draft.row_id:
                merged[draft.row_id] = first
                break
    by_id = {draft.row_id: draft for draft in drafts}
    for gone, standing in merged.items():
        assert standing not in merged, (gone, standing)
        _absorb(by_id[standing], by_id[gone])
    return [draft for draft in drafts if draft.row_id not in merged], merged


def _declared(drafts: list[Draft]) -> Iterator[tuple[str, str]]:
    for draft in drafts:
        if draft.duplicate_of:
            yield draft.row_id, draft.duplicate_of
        elif found := _IN_BOTH.fullmatch(draft.row_id):
            yield draft.row_id, f"desktop-glm47flash-{found['runtime']}-{found['case']}"


def _keys(draft: Draft) -> Iterator[tuple[Any, ...]]:
    """What two rows must share to be one measurement: every stated condition, or two figures to the last digit."""
    body, conditions = draft.body, draft.body["conditions"]
    printed = tuple(body.get(name) for name in FIGURES)
    stated = [value for value in printed if value is not None]
    subject = (draft.hardware, body["devices"], body["model"] or body["model_label"], body["quant"], printed)
    if stated:
        run = tuple(conditions.get(name) for name in SAME_RUN)
        yield ("run", family(draft.page.wanted_id), *subject, *run, body["method"], body.get("where"))
    if len(stated) > 1 and draft.page.wanted_id.startswith("localmaxxing-"):
        yield ("case", draft.page.wanted_id, *subject, *(conditions.get(name) for name in SAME_CASE))


def _absorb(standing: Draft, gone: Draft) -> None:
    """The row that stands names the other, and keeps a figure that the other prints differently."""
    standing.body.setdefault("duplicates", []).append(gone.row_id)
    for name in (*FIGURES, "power_w"):
        figure, kept = gone.body.get(name), standing.body.get(name)
        if figure is not None and kept is None:
            standing.body[name] = figure
        elif figure is not None and figure != kept:
            standing.body["flags"].append(f"{gone.row_id} prints {name} {figure}")
