"""The page of memory figures says what the comparisons say."""

import pytest

from advisor.catalog.contents import Catalog
from scripts.accuracy_memory import CONTEXT_TOKENS, KV_MODELS, PAGE, kv_rows, page, plain_formula_bytes
from tests.estimate.small import DENSE


def test_the_page_is_what_the_comparisons_give(catalog: Catalog) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(catalog), "run `python scripts/accuracy_memory.py`"


def test_the_cache_of_every_kind_of_attention_equals_llama_cpps(catalog: Catalog) -> None:
    found = kv_rows(catalog)
    assert len(found) == len(KV_MODELS) == 8
    for name, _, theirs, ours, plain in found:
        assert ours == pytest.approx(theirs, rel=1e-3), name
        assert plain >= 0.999 * theirs, name


def test_the_plain_formula_is_right_where_every_layer_keeps_everything() -> None:
    assert plain_formula_bytes(DENSE, CONTEXT_TOKENS) == 4 * CONTEXT_TOKENS * (2 * 64 + 2 * 64) * 2
