"""What speculative decoding would yield at the acceptance a person states: said beside the plain prediction, never in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.estimate.note import Note, note
from advisor.estimate.speculation import checking_s, drafting_s, tokens_a_step
from advisor.evidence.concurrency import batched, learned

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.estimate.case import Case
    from advisor.estimate.footprint import Footprint
    from advisor.evidence.calibration import Calibration

USUAL_DRAFT_TOKENS = 3
"""Drafted tokens a step where nobody says."""


def speculation_note(  # noqa: PLR0913 - the question, what is known, and what may be used of it
    facts: Facts, calibration: Calibration, case: Case, found: Footprint, depth: int, exclude_sources: frozenset[str] = frozenset()
) -> Note | None:  # fmt: skip
    """The rate of one request with the stated acceptance; None where none is stated.

    It rests on what batches cost, and no row tests it: rows with speculation do not state their acceptance.
    """
    acceptance = case.demand.acceptance
    if acceptance is None:
        return None
    drafted = case.demand.draft_tokens or USUAL_DRAFT_TOKENS
    yielded = tokens_a_step(acceptance, drafted)
    batching = learned(facts, calibration, case.demand.as_of, exclude_sources)
    many = batched(facts, calibration, batching, case, found, depth)
    words = "speculative decoding: of {drafted_amount} drafted tokens {accepted_share} accepted each make {yielded_times} tokens a step"
    values = {"drafted_amount": drafted, "accepted_share": acceptance, "yielded_times": yielded}
    if isinstance(many, str) or many.costs is None:
        return note(words + "; what such a step takes here no measured row teaches", **values)
    check = checking_s(many.moved, many.costs, many.scaling, drafted)
    alone = checking_s(many.moved, many.costs, many.scaling, 0)
    draft = drafted * drafting_s(case.model, found.weights, many.moved, many.costs) if case.model.draft_layers else 0.0
    drafter = (
        "drafting with its own prediction layer counted"
        if case.model.draft_layers
        else "the drafter's own time not counted, for the model has no prediction layer"
    )
    return note(
        words + f" of {{longer_times}} times the time ({drafter}): about {{speculative_tok_s}}; no row tests this",
        **values, longer_times=(check + draft) / alone, speculative_tok_s=yielded / (check + draft),
    )  # fmt: skip
