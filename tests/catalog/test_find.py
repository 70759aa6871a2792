"""Names as people type them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog import find
from advisor.catalog.load import load_catalog
from advisor.catalog.names import Names, index_of
from advisor.errors import AdvisorError, AmbiguousName, UnknownName, UsageError
from tests.catalog.mini import write_catalog

if TYPE_CHECKING:
    from advisor.catalog.contents import Catalog


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The small catalog, read once."""
    return load_catalog([write_catalog(tmp_path_factory.mktemp("catalog"))])


@pytest.mark.parametrize(
    "typed",
    [
        "owl-8b",
        "OWL-8B",
        "owl_8b",
        "Owl 8B",
        " owl-8b ",
        "owl8b",
        "owl8",
        "the owl",
        "nest/Owl-8B",
        "NEST/OWL_8b",
        "x/owl-8b",
    ],
)
def test_model_answers_to_every_spelling_of_its_names(catalog: Catalog, typed: str) -> None:
    assert find.model(catalog, typed).id == "owl-8b"


def test_unambiguous_beginning_is_a_name(catalog: Catalog) -> None:
    assert find.quant(catalog, "bfloat").id == "bf16"


def test_beginning_that_ends_in_a_number_is_another_product(catalog: Catalog) -> None:
    with pytest.raises(UnknownName) as caught:
        find.hardware(catalog, "card-16")
    assert caught.value.near[0] == "card-16-ti"
    assert not isinstance(caught.value, AmbiguousName)


def test_ambiguous_beginning_names_the_candidates(catalog: Catalog) -> None:
    with pytest.raises(AmbiguousName, match="model 'owl' could be owl-8b, owl-8b-tuned"):
        find.model(catalog, "owl")


def test_mistyped_name_suggests_near_ones(catalog: Catalog) -> None:
    with pytest.raises(UnknownName, match=r"no machine named 'dgx-bx'; did you mean dgx-box"):
        find.hardware(catalog, "dgx-bx")


def test_suggestions_are_at_most_three() -> None:
    names = Names({"models": index_of((f"model-{letter}", ()) for letter in "abcdefgh")}, {})
    assert len(names.near("models", "model-z")) == 3


def test_alias_never_takes_another_entrys_id() -> None:
    names = Names({"models": index_of([("a", ["b"]), ("b", [])])}, {})
    assert names.find("models", "B") == "b"


def test_name_claimed_twice_is_ambiguous() -> None:
    names = Names({"models": index_of([("a", ["same"]), ("b", ["Same"])])}, {})
    with pytest.raises(AmbiguousName, match="could be a, b"):
        names.find("models", "same")


@pytest.mark.parametrize(
    "typed",
    [
        "2x dgx-box",
        "2xbox",
        "2x box",
        "2 x box",
        "2\N{MULTIPLICATION SIGN}BOX",
        "box+box",
        "dgx-box + Box",
        "dgx_box_x2",
    ],
)
def test_composition_finds_the_system_that_knows_its_links(catalog: Catalog, typed: str) -> None:
    machine = find.hardware(catalog, typed)
    assert (machine.id, machine.links[0].kind) == ("dgx-box-x2", "cable")


@pytest.mark.parametrize("typed", ["card-24+card-16-ti", "card-16-ti+card-24", "1x c24 + card_16_ti", "24+16ti"])
def test_order_of_a_composition_does_not_matter(catalog: Catalog, typed: str) -> None:
    machine = find.hardware(catalog, typed)
    assert machine.id == "card-24+card-16-ti"
    assert machine.host is not None


def test_system_nobody_catalogued_is_composed(catalog: Catalog) -> None:
    machine = find.hardware(catalog, "2x c24")
    assert (machine.id, machine.name, machine.kind, machine.nodes) == ("2x-card-24", "2x Card 24 GB", "system", 1)
    assert [(member.device, member.count) for member in machine.members] == [("card-24", 2)]
    assert (machine.host, machine.links) == (None, ())


def test_composed_system_is_the_same_in_any_order(catalog: Catalog) -> None:
    assert find.hardware(catalog, "box+2x c24+card-16-ti") == find.hardware(catalog, "c24+card-16-ti+dgx-box+c24")


def test_composition_takes_systems_apart(catalog: Catalog) -> None:
    machine = find.hardware(catalog, "2x card-24+card-16-ti+c24")
    assert machine.id == "card-16-ti+3x-card-24"
    boxes = find.hardware(catalog, "2x dgx-box-x2")
    assert (boxes.id, boxes.nodes) == ("4x-dgx-box", 4)


def test_rebadged_boxes_use_the_system_of_the_original(catalog: Catalog) -> None:
    assert find.hardware(catalog, "2x copy-box").id == "dgx-box-x2"


def test_number_in_a_name_is_not_a_count(catalog: Catalog) -> None:
    assert find.hardware(catalog, "7900xtx").id == "card-24"
    assert find.hardware(catalog, "2x 7900 XTX").id == "2x-card-24"


@pytest.mark.parametrize(
    "typed",
    [
        "0x box",
        "00x box",
        "129x box",
        "1000x box",
        "1000x",
        "2x",
        "+",
        "box+",
        "+box",
        "box++c24",
        "100x box+100x c24",
        "",
        " ",
    ],
)
def test_nonsense_compositions_are_usage_errors(catalog: Catalog, typed: str) -> None:
    with pytest.raises(UsageError):
        find.hardware(catalog, typed)


def test_unknown_part_of_a_composition_is_named(catalog: Catalog) -> None:
    with pytest.raises(UnknownName, match="no machine named 'toaster'"):
        find.hardware(catalog, "2x box+toaster")


def test_runtime_may_carry_a_version(catalog: Catalog) -> None:
    runtime, version = find.runtime(catalog, "Runner.cpp@b7941")
    assert (runtime.id, version) == ("runner.cpp", "b7941")
    assert find.runtime(catalog, "runner.cpp")[1] is None
    with pytest.raises(UsageError):
        find.runtime(catalog, "runner.cpp@ ")


@given(typed=st.text(max_size=40) | st.text(alphabet="0129x+ box-c4@", max_size=20))
def test_whatever_is_typed_finds_something_or_says_why_not(catalog: Catalog, typed: str) -> None:
    for look in (find.model, find.quant, find.hardware, find.runtime):
        try:
            answer: object = look(catalog, typed)
        except AdvisorError as error:
            answer = str(error)
        assert answer


def test_very_long_name_is_refused_quickly(catalog: Catalog) -> None:
    with pytest.raises(UnknownName) as caught:
        find.model(catalog, "owl" * 1_000_000)
    assert len(str(caught.value)) < 300
