"""`advisor show`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.catalog.mini import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Advisor


ODD_CARD = """\
name: Odd
vendor: Odd
kind: discrete gpu
platform: cuda
advertised_gb: 24
bandwidth_gb_s: 777
unverified: [bandwidth_gb_s, advertised_gb]
"""


def test_a_model_card_says_what_a_token_costs_in_memory(advisor: Advisor) -> None:
    out = advisor("show", "openai/gpt-oss-120b").out
    assert "full attention: 2,048 B × 18 layers = 36,864 B" in out
    assert "window 128: 2,048 B × 18 layers = 36,864 B, for the last 128 tokens" in out
    assert "sources\n  [1] tier" in out


def test_a_latent_cache_is_one_vector_a_token(advisor: Advisor) -> None:
    kinds = json.loads(advisor("show", "models", "glm-4.7-flash", "--json").out)["derived"]["kv_per_token"]
    assert [(kind["kind"], kind["bytes_per_layer"], kind["layers"]) for kind in kinds] == [("MLA", 1152, 47)]


def test_the_same_is_there_as_data_with_every_source(advisor: Advisor) -> None:
    found = advisor("show", "hardware", "spark", "--json")
    card = json.loads(found.out)
    assert (found.err, card["schema"], card["kind"], card["id"]) == ("", "advisor.show/1", "hardware", "dgx-spark")
    assert card["entry"]["bandwidth_gb_s"] == 273
    cited = {source["id"] for source in card["sources"]}
    assert {row["source"] for row in card["entry"]["usable"]} <= cited


def test_a_figure_without_a_source_is_shown_only_on_request(advisor: Advisor, tmp_path: Path) -> None:
    mine = str(write_files(tmp_path / "mine", {"hardware/odd-card.yaml": ODD_CARD}))
    assert "777" not in advisor("show", "odd-card", "--catalog", mine).out
    assert "777" not in advisor("show", "odd-card", "--catalog", mine, "--json").out
    assert "777 GB/s (no source)" in advisor("show", "odd-card", "--catalog", mine, "--explain").out


def test_a_composed_machine_has_a_card(advisor: Advisor) -> None:
    out = advisor("show", "hardware", "2x", "rtx-4090").out
    assert "2 × rtx-4090" in out
    assert "48 GB" in out


def test_a_source_says_what_cites_it(advisor: Advisor) -> None:
    card = json.loads(advisor("show", "sources", "llamacpp-benches-b7941", "--json").out)
    assert "lcpp-b7941-gpt-oss-120b-mxfp4-tg32-d0" in card["derived"]["cited_by"]["records"]


def test_a_record_shows_conditions_and_why_it_is_disputed(advisor: Advisor) -> None:
    assert "58.72 ± 0.2 tok/s [1]" in advisor("show", "lcpp-b7941-gpt-oss-120b-mxfp4-tg32-d0").out
    assert "disputed" in advisor("show", "records", "seed4-gpt-oss-120b-sglang").out.splitlines()[1]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("quants", "q4_k_m"), ("runtimes", "vllm"), ("pipelines", "flux.1-dev"), ("prices", "dgx-spark#1"), ("costs", "api#1"),
     ("quality", "gpt-oss-120b#1"), ("compatibility", "architecture#1")],
)  # fmt: skip
def test_every_kind_has_a_card_in_every_format(advisor: Advisor, kind: str, name: str) -> None:
    for arguments in (("--format", "table"), ("--format", "markdown"), ("--format", "csv"), ("--json",)):
        found = advisor("show", kind, name, *arguments)
        assert (found.code, found.err) == (0, "")
        assert found.out.strip()


@pytest.mark.parametrize(
    ("typed", "near"), [("gpt-os-120b", "gpt-oss-120b"), ("rtx-4900", "rtx-4090"), ("lama.cpp", "llama.cpp")]
)
def test_an_unknown_name_suggests_near_ones(advisor: Advisor, typed: str, near: str) -> None:
    found = advisor("show", typed)
    assert (found.code, found.out) == (4, "")
    assert f"no entry named {typed!r}; did you mean" in found.err
    assert near in found.err


def test_a_row_nobody_has_suggests_rows_of_that_subject(advisor: Advisor) -> None:
    found = advisor("show", "prices", "dgx-spark")
    assert found.code == 4
    assert "dgx-spark#1" in found.err


def test_a_kind_alone_is_a_usage_error(advisor: Advisor) -> None:
    assert advisor("show", "models").code == 2
