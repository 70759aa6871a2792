"""What is worked out once is told by the things it was made from."""

from __future__ import annotations

import weakref

import pytest

from advisor.once import Once


class Thing:
    """Equal to every other one."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Thing)

    __hash__ = None  # type: ignore[assignment]


def counted(once: Once[int], things: tuple[object, ...], values: tuple[int, ...], asked: list[int]) -> int:
    """What `once` says of them; every time it is worked out, a number is added to `asked`."""

    def make() -> int:
        asked.append(len(asked))
        return asked[-1]

    return once(things, values, make)


def test_the_same_things_and_values_are_worked_out_once() -> None:
    once, asked, thing = Once[int](8), list[int](), Thing()
    assert counted(once, (thing,), (1,), asked) == counted(once, (thing,), (1,), asked)
    assert counted(once, (thing,), (2,), asked) != counted(once, (thing,), (1,), asked)
    assert len(asked) == 2


def test_an_equal_thing_is_another_thing() -> None:
    once, asked = Once[int](8), list[int]()
    first, second = Thing(), Thing()
    assert first == second
    assert counted(once, (first,), (), asked) != counted(once, (second,), (), asked)


def test_a_known_thing_stays_alive_so_that_no_other_takes_its_identity() -> None:
    once, asked, thing = Once[int](8), list[int](), Thing()
    seen = weakref.ref(thing)
    counted(once, (thing,), (), asked)
    del thing
    assert seen() is not None


def test_with_all_places_taken_everything_is_forgotten() -> None:
    once, asked, thing = Once[int](2), list[int](), Thing()
    for value in (1, 2, 3):
        counted(once, (thing,), (value,), asked)
    counted(once, (thing,), (3,), asked)
    assert len(asked) == 3, "the newest is known"
    counted(once, (thing,), (1,), asked)
    assert len(asked) == 4, "the others are not"


def test_what_was_refused_is_asked_again() -> None:
    once, thing = Once[int](8), Thing()

    def refuse() -> int:
        message = "not now"
        raise ValueError(message)

    for _ in range(2):
        with pytest.raises(ValueError, match="not now"):
            once((thing,), (), refuse)
    assert once((thing,), (), lambda: 7) == 7
