"""What opens over a screen and closes again: a text to read, and a choice."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.command import CommandPalette
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class TextScreen(ModalScreen[None]):
    """A text to scroll through."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter,e", "dismiss", "Close"),
        Binding("down,j", "scroll('down')", "Down", show=False),
        Binding("up,k", "scroll('up')", "Up", show=False),
    ]

    def __init__(self, title: str, text: str, *, ascii_only: bool = False) -> None:
        super().__init__(classes="ascii" if ascii_only else "")
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        """The text in a frame."""
        frame = VerticalScroll(Static(Content(self._text)))
        frame.border_title, frame.border_subtitle = self._title, "esc closes"
        yield frame

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
