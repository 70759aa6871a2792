"""What is remembered from one run to the next."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.decide.grid import QUANTITIES
from advisor.decide.shown import ORDERS, TIERS, Shown
from advisor.tui.state import State, load, place, save
from advisor.tui.view import Asked, Lineup, View
from tests.tui.driving import drive

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.catalog.contents import Facts

NAMES = st.text(max_size=20)
VIEWS = st.builds(
    View, screen=NAMES, model=NAMES, machine=NAMES, quantity=st.sampled_from(QUANTITIES), filter=NAMES, sort=NAMES, tab=st.integers(0, 4),
    asked=st.builds(Asked, context_tokens=st.integers(1024, 2**20), concurrency=st.integers(1, 1024), runtime=NAMES, quant=NAMES, prompt_tokens=st.none() | st.integers(1, 1024)),
    rows=st.builds(Shown, order=st.sampled_from(ORDERS), disputed=st.booleans(), max_tier=st.sampled_from(TIERS)),
    marks=st.lists(st.tuples(NAMES, NAMES), max_size=4).map(tuple),
    lineup=st.none() | st.builds(Lineup, st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=4).map(tuple), of_need=st.just(True)),
)  # fmt: skip


@given(VIEWS, NAMES)
def test_what_was_saved_is_loaded(tmp_path_factory: pytest.TempPathFactory, view: View, theme: str) -> None:
    path = tmp_path_factory.mktemp("state") / "deep" / "state.json"
    save(path, State(view, theme))
    assert load(path) == State(view, theme)
    assert [each.name for each in path.parent.iterdir()] == ["state.json"]


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load(tmp_path / "nothing.json") == State()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "{}", '{"view": {}, "theme": ""}', '{"view": 3, "theme": ""}', "[" * 5000]
)
def test_a_damaged_file_is_ignored_and_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    found = load(path)
    assert found.view == View()
    assert str(path) in found.problem


@given(st.binary(max_size=80))
def test_any_bytes_are_survived(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.mktemp("state") / "state.json"
    path.write_bytes(raw)
    assert load(path).view == View()


@pytest.mark.parametrize(("name", "value"), [("context_tokens", -1), ("context_tokens", 2**40), ("concurrency", 0), ("concurrency", "4"), ("concurrency", True)])  # fmt: skip
def test_a_number_out_of_range_is_damage(tmp_path: Path, name: str, value: object) -> None:
    path = tmp_path / "state.json"
    save(path, State())
    data = json.loads(path.read_text())
    data["view"]["asked"][name] = value
    path.write_text(json.dumps(data))
    assert load(path).problem


@pytest.mark.parametrize("rows", [{"order": "size"}, {"order": []}, {"max_tier": 7}, {"max_tier": True}, [], "off", 3])
def test_rows_nobody_can_ask_for_are_damage(tmp_path: Path, rows: object) -> None:
    path = tmp_path / "state.json"
    save(path, State())
    data = json.loads(path.read_text())
    data["view"]["rows"] = rows
    path.write_text(json.dumps(data))
    assert load(path).problem


def test_a_file_that_says_nothing_of_rows_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    save(path, State(View(filter="moe")))
    data = json.loads(path.read_text())
    del data["view"]["rows"]
    path.write_text(json.dumps(data))
    assert load(path) == State(View(filter="moe"))


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    save(tmp_path / "file" / "state.json", State())


def test_the_file_stands_where_the_system_keeps_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert place() == tmp_path / "advisor" / "state.json"


def test_leaving_remembers_view_and_theme(facts: Facts, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    drive(
        facts,
        lambda driven: driven.press("]", "2", "right"),
        view=View(model="gpt-oss-20b", machine="dgx-spark"),
        kept=path,
        theme="nord",
    )
    found = load(path)
    assert found.theme == "nord"
    assert (found.view.screen, found.view.tab, found.view.asked.context_tokens) == ("model", 1, 16384)
    assert found.view.model == "gpt-oss-20b"
