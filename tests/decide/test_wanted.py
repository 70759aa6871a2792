"""Models by one benchmark of the catalog, never by a blend."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import pytest

from advisor.catalog.schema.quality import Score
from advisor.decide.need import SCORED_BY, BestAt
from advisor.decide.wanted import ENOUGH_MODELS, MOST_TRIED, wanted_models
from tests.estimate.small import DENSE
from tests.evidence.invented import world

if TYPE_CHECKING:
    from typing import Any

    from advisor.catalog.contents import Facts


def score(model: str, points: float | None, benchmark: str, **changed: Any) -> Score:
    usual: dict[str, Any] = {"id": f"{model}-{points}-{benchmark}", "model": model, "benchmark": benchmark, "score": points,
                             "reported_by": "somebody", "source": "forum"}  # fmt: skip
    return Score(**(usual | changed))


@pytest.mark.parametrize("best_at", get_args(BestAt))
def test_every_class_ranks_models_by_one_of_its_benchmarks(facts: Facts, best_at: BestAt) -> None:
    found = wanted_models(facts, best_at)
    assert ENOUGH_MODELS <= len(found) <= MOST_TRIED
    assert len({each.benchmark for each in found}) == 1
    assert found[0].benchmark in SCORED_BY[best_at]
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert len({each.model for each in found}) == len(found)
    for each in found:
        assert each.row.reported_by
        assert each.row.source in facts.sources
        assert facts.models[each.model].is_sized


def invented(rows: list[Score]) -> Any:
    models = {name: replace(DENSE, id=name, name=name) for name in ("a", "b", "c", "d", "e", "f")}
    return world(models=models, quality={each.id: each for each in rows})


FIRST, SECOND = SCORED_BY["coding"][:2]


def test_of_several_scores_of_a_model_the_lowest_counts() -> None:
    rows = [score(name, 50 + number, FIRST) for number, name in enumerate("abcde")] + [
        score("a", 90, FIRST, reported_by="its maker")
    ]
    ranked = wanted_models(invented(rows), "coding")
    assert [each.model for each in ranked] == ["e", "d", "c", "b", "a"]
    assert ranked[-1].score == 50


def test_a_benchmark_with_too_few_models_gives_way_to_the_next() -> None:
    few = [score(name, 99, FIRST) for name in "abcd"]
    many = [score(name, number, SECOND) for number, name in enumerate("abcdef")]
    ranked = wanted_models(invented([*few, *many]), "coding")
    assert {each.benchmark for each in ranked} == {SECOND}


def test_without_a_benchmark_of_enough_models_none_is_wanted() -> None:
    assert wanted_models(invented([score("a", 1, FIRST)]), "coding") == ()
