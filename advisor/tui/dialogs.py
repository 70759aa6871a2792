"""What opens over a screen and closes again: a text to read, and a choice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.command import CommandPalette
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from advisor.present.hanging import folded

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType


SHARE, WIDEST, AROUND = 0.9, 104, 6
"""Of the width a text takes, the most columns it does, and those of its frame, of the space beside it and of a scroll bar."""


class TextScreen(ModalScreen[None]):
    """A text to scroll through."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter,e", "dismiss", "Close"),
        Binding("down,j", "scroll('down')", "Down", show=False),
        Binding("up,k", "scroll('up')", "Up", show=False),
    ]

    def __init__(self, title: str, text: str | Callable[[int], str], *, ascii_only: bool = False) -> None:
        """`text` may depend on the columns there are."""
        super().__init__(classes="ascii" if ascii_only else "")
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        """The text in a frame."""
        frame = VerticalScroll(Static())
        frame.border_title, frame.border_subtitle = self._title, "esc closes"
        yield frame

    def on_mount(self) -> None:
        """Fold the text to the frame."""
        self._fold()

    def on_resize(self) -> None:
        """Fold it anew."""
        self._fold()

    def _fold(self) -> None:
        width = max(1, min(int(self.app.size.width * SHARE), WIDEST) - AROUND)
        text = self._text if isinstance(self._text, str) else self._text(width)
        parts = (part for line in text.splitlines() for part in folded(line, width))
        self.query_one(Static).update(Content("\n".join(parts)))

    def action_scroll(self, way: str) -> None:
        """A line further."""
        frame = self.query_one(VerticalScroll)
        frame.scroll_relative(y=1 if way == "down" else -1, animate=False)


class Choices(OptionList):
    """A list that may be asked for another page before it has been laid out: then it stays where it is."""

    def action_page_up(self) -> None:
        """A page up."""
        with suppress(KeyError, IndexError):
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        """A page down."""
        with suppress(KeyError, IndexError):
            super().action_page_down()  # type: ignore[no-untyped-call]


class Palette(CommandPalette):
    """The palette, whose list may be asked the same."""

    def _action_command_list(self, action: str) -> None:
        with suppress(KeyError, IndexError):
            super()._action_command_list(action)


class ChoiceScreen(ModalScreen[str | None]):
    """One of several things, or none."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss(None)", "Close"), Binding("j", "next", show=False), Binding("k", "before", show=False)]  # fmt: skip

    def __init__(self, title: str, choices: tuple[tuple[str, str], ...], *, ascii_only: bool = False) -> None:
        super().__init__(classes="ascii" if ascii_only else "")
        self._title, self._choices = title, choices

    def compose(self) -> ComposeResult:
        """The choices in a frame."""
        listed = Choices(*(Option(text, id=name) for name, text in self._choices))
        listed.border_title = self._title
        yield listed

    def action_next(self) -> None:
        """The choice below."""
        self.query_one(OptionList).action_cursor_down()

    def action_before(self) -> None:
        """The choice above."""
        self.query_one(OptionList).action_cursor_up()

    def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        """This one."""
        self.dismiss(message.option.id)


@dataclass(frozen=True, slots=True)
class Named:
    """One of many things to find by name."""

    name: str
    """What is given back."""
    text: str
    """What is shown."""
    also: str = ""
    """Other names it goes by."""
    is_offered: bool = True
    """Whether it can be taken; what cannot is shown all the same."""

    def is_meant(self, typed: str) -> bool:
        """Whether every word typed is in one of its names."""
        every = f"{self.name} {self.text} {self.also}".lower()
        return all(word in every for word in typed.lower().split())


class SearchScreen(ModalScreen[str | None]):
    """One of many things, or none: what is typed leaves those of that name."""

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close"),
        *(Binding(key, f"move('{name}')", show=False) for key, name in (("down", "cursor_down"), ("up", "cursor_up"), ("pagedown", "page_down"), ("pageup", "page_up"))),
    ]  # fmt: skip

    def __init__(self, title: str, offered: tuple[Named, ...], at: str = "", *, ascii_only: bool = False) -> None:
        """`at` is the one under the cursor first."""
        super().__init__(classes="ascii" if ascii_only else "")
        self._title, self._offered, self._at = title, offered, at

    def compose(self) -> ComposeResult:
        """A line to type into, and the list."""
        with Vertical() as frame:
            yield Input(placeholder="type a part of its name", compact=True)
            yield Choices()
        frame.border_title = self._title

    def on_mount(self) -> None:
        """Show everything."""
        self._list("")

    def _list(self, typed: str) -> None:
        found = [each for each in self._offered if each.is_meant(typed)]
        choices = self.query_one(Choices)
        choices.clear_options()
        choices.add_options([Option(Content(each.text), id=each.name, disabled=not each.is_offered) for each in found] or [Option("nothing of that name", disabled=True)])  # fmt: skip
        self.query_one(Vertical).border_subtitle = f"{len(found)} of {len(self._offered)}  enter takes  esc closes"
        places = {each.name: place for place, each in enumerate(found) if each.is_offered}
        choices.highlighted = places.get(self._at, min(places.values(), default=None))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Leave what is meant."""
        event.stop()
        self._list(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the one under the cursor."""
        event.stop()
        self.query_one(Choices).action_select()

    def action_move(self, way: str) -> None:
        """The one above or below, or a page further."""
        getattr(self.query_one(Choices), f"action_{way}")()

    def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        """This one."""
        self.dismiss(message.option.id)
