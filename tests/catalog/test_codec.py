"""Schema values as JSON and back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog.codec import decode, encode
from advisor.catalog.schema.hardware import Hardware, Host, Link, Member, Money, UsableMemory
from advisor.catalog.schema.model import Attention, Block, Indexer, Model, Moe, Run, StatedCounts
from advisor.catalog.schema.record import Conditions, Record

COUNT = st.integers(1, 10**12)
TEXT = st.text(min_size=1, max_size=8)
POSITIVE = st.floats(min_value=0, exclude_min=True, allow_infinity=False)

ATTENTION = st.builds(
    Attention,
    heads=COUNT,
    kv_heads=COUNT,
    head_width=COUNT,
    window=st.none() | COUNT,
    gate=st.sampled_from(["none", "per-head"]),
    sinks=st.booleans(),
    indexer=st.none() | st.builds(Indexer, heads=COUNT, width=COUNT, top_k=COUNT),
)
BLOCK = st.builds(
    Block,
    attention=st.none() | ATTENTION,
    moe=st.none() | st.builds(Moe, experts=COUNT, active=COUNT, width=COUNT),
    norms=st.integers(0, 9),
    tensors=st.dictionaries(TEXT, st.lists(COUNT, max_size=3).map(tuple), max_size=2),
)
MODEL = st.builds(
    Model,
    id=TEXT,
    name=TEXT,
    provenance=st.just("verbatim"),
    aliases=st.lists(TEXT, max_size=3).map(tuple),
    blocks=st.dictionaries(TEXT, BLOCK, max_size=3),
    layout=st.lists(st.builds(Run, blocks=st.lists(TEXT, max_size=2).map(tuple), repeat=COUNT), max_size=2).map(tuple),
    counts=st.builds(StatedCounts, text=st.none() | COUNT, vision=st.integers(0, 9)),
)
HARDWARE = st.builds(
    Hardware,
    id=TEXT,
    name=TEXT,
    vendor=TEXT,
    kind=st.just("system"),
    advertised_gb=st.none() | POSITIVE,
    usable=st.lists(st.builds(UsableMemory, meaning=st.just("reached"), gib=POSITIVE, source=TEXT), max_size=2).map(
        tuple
    ),
    launch_price=st.none() | st.builds(Money, value=POSITIVE, currency=TEXT, source=TEXT),
    members=st.lists(st.builds(Member, device=TEXT, count=COUNT), max_size=3).map(tuple),
    host=st.none() | st.builds(Host, memory_gb=POSITIVE, source=TEXT),
    links=st.lists(st.builds(Link, kind=TEXT, between=st.just("nodes"), source=TEXT), max_size=2).map(tuple),
    sources=st.dictionaries(TEXT, st.lists(TEXT, max_size=2).map(tuple), max_size=2),
)
RECORD = st.builds(
    Record,
    id=TEXT,
    kind=st.just("decode"),
    hardware=TEXT,
    source=TEXT,
    tier=st.none() | st.integers(0, 3),
    conditions=st.builds(
        Conditions, depth_tokens=st.none() | st.integers(0), flash_attention=st.none() | st.booleans()
    ),
    decode_tok_s=st.none() | POSITIVE,
    other=st.dictionaries(TEXT, POSITIVE | TEXT | st.booleans(), max_size=3),
    duplicates=st.lists(TEXT, max_size=2).map(tuple),
)


@given(MODEL | HARDWARE | RECORD)
def test_value_survives_the_way_through_json(value: Any) -> None:
    again = decode(type(value), json.loads(json.dumps(encode(value))))
    assert again == value
    assert repr(again) == repr(value), "types survive too: 1.0 is no 1"


def test_defaults_are_not_written() -> None:
    assert encode(Record(id="a", kind="power", hardware="h", source="s")) == {
        "id": "a",
        "kind": "power",
        "hardware": "h",
        "source": "s",
    }


def test_type_nobody_taught_it_is_refused_not_guessed() -> None:
    @dataclass
    class Strange:
        when: complex

    with pytest.raises(TypeError, match="no way to keep"):
        decode(Strange, {"when": 1})
