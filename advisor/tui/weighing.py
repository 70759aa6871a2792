"""Pages about a need: it is read from the lines as they are typed, and weighed beside the screen, which never waits for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message
from textual.worker import get_current_worker

from advisor.errors import AdvisorError
from advisor.tui.page import Page

if TYPE_CHECKING:
    from textual.timer import Timer

    from advisor.decide.decision import Decision
    from advisor.decide.need import Need
    from advisor.tui.view import View

PAUSE_S = 0.03
"""How long nothing must have been typed."""
WORDS = ("weighing", "weighing.", "weighing..", "weighing...")


class Abandoned(Exception):
    """Somebody typed on: nobody waits for this answer any more."""


class WeighingPage(Page):
    """A page that shows the decision for the view's need."""

    GROUP: ClassVar[str] = "weighing"

    class Weighed(Message):
        """The decision for a need is there, or the reason why there is none."""

        def __init__(self, need: Need, decision: Decision | None, problem: str) -> None:
            super().__init__()
            self.need, self.decision, self.problem = need, decision, problem

    class Counted(Message):
        """So many machines and workloads have been worked out."""

        def __init__(self, need: Need, count: int) -> None:
            super().__init__()
            self.need, self.count = need, count

    def __init__(self) -> None:
        super().__init__()
        self.decision: Decision | None = None
        """The last one, which what is typed may have overtaken."""
        self.problem = ""
        """Why what is typed has none."""
        self.need: Need | None = None
        """What is typed, as far as it can be read."""
        self.count = 0
        self._waits: Timer | None = None

    def on_mount(self) -> None:
        """What a remembered need's file says beside its lines is read again."""
        from advisor.tui.need_files import reopened  # noqa: PLC0415 - the first screen does without a need

        view = self.advisor.view
        if view.draft.path and view.draft.base is None:
            self.advisor.view = replace(view, draft=reopened(self.answers.facts, view.draft))
        super().on_mount()

    @property
    def is_weighing(self) -> bool:
        """Whether an answer is on its way."""
        return self.need is not None and not self.problem and (self.decision is None or self.decision.need != self.need)

    def weigh(self, view: View) -> None:
        """Ask for the decision on the view's need, unless it is there or on its way."""
        from advisor.tui.draft_need import need_of  # noqa: PLC0415 - the first screen does without a need

        if view.draft.is_empty and view.draft.base is None:
            self._stop(None, "")
            self.decision = None
            return
        try:
            need = need_of(self.answers.facts, view.draft)
        except AdvisorError as reason:
            self._stop(None, str(reason))
            return
        if need == self.need:
            return
        self._stop(need, "")
        if self.is_weighing:
            self._waits = self.set_timer(PAUSE_S, self._start)

    def _stop(self, need: Need | None, problem: str) -> None:
        self.workers.cancel_group(self, self.GROUP)
        if self._waits:
            self._waits.stop()
            self._waits = None
        self.need, self.problem, self.count = need, problem, 0

    def _start(self) -> None:
        need = self.need
        if need is not None:
            self.run_worker(lambda: self._work(need), thread=True, exclusive=True, group=self.GROUP)

    def _work(self, need: Need) -> None:
        """Beside the screen: weigh, and tell how far it is."""
        worker, counted = get_current_worker(), 0

        def work_on() -> None:
            nonlocal counted
            if worker.is_cancelled:
                raise Abandoned
            counted += 1
            self.post_message(self.Counted(need, counted))

        try:
            found = self.answers.decided(need, work_on)
        except Abandoned:
            return
        except AdvisorError as reason:
            self.post_message(self.Weighed(need, None, str(reason)))
        else:
            self.post_message(self.Weighed(need, found, ""))

    def on_weighing_page_weighed(self, message: Weighed) -> None:
        """Show it where it is still what is asked."""
        if message.need == self.need:
            self.decision, self.problem = message.decision or self.decision, message.problem
            if self.is_current:
                self.show(self.advisor.view)

    def on_weighing_page_counted(self, message: Counted) -> None:
        """Say how far it is."""
        if message.need == self.need:
            self.count = message.count
            if self.is_current and self.is_weighing:
                self.say_waiting()

    @property
    def waiting_words(self) -> str:
        """What is said while an answer is on its way."""
        return f"{WORDS[self.count % len(WORDS)]} {self.count} pairs" if self.count else WORDS[0]

    def say_waiting(self) -> None:
        """Say that an answer is on its way."""
        self.status(self.waiting_words)
