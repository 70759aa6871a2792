"""Needs and reports as files: opened, saved and written from the page that states a need."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.errors import AdvisorError
from advisor.tui import need_files
from advisor.tui.dialogs import ChoiceScreen, TextScreen
from advisor.tui.weighing import WeighingPage

if TYPE_CHECKING:
    from advisor.decide.decision import Decision
    from advisor.tui.view import View

REPORTS = (("html", "report as HTML"), ("report.md", "report as Markdown"))


class FilingPage(WeighingPage):
    """A page whose need is a file."""

    def stop_typing(self) -> None:
        """Close the line that is typed into."""
        raise NotImplementedError

    def open_need(self) -> None:
        """Let one of the needs there are be chosen; mistakes in it are shown with their lines."""

        def put(path: str | None) -> None:
            if path is None:
                return
            try:
                draft = need_files.read(self.answers.facts, path)
            except AdvisorError as reason:
                self.app.push_screen(
                    TextScreen("this need cannot be read", self.plain(str(reason)), ascii_only=self.glyphs == "ascii")
                )
            else:
                self.stop_typing()
                self.advisor.view = replace(self.advisor.view.needing(draft), step=0, row=0)

        offered = need_files.offered(self.advisor.folder)
        if offered:
            self.app.push_screen(ChoiceScreen("open a need", offered, ascii_only=self.glyphs == "ascii"), put)
        else:
            self.tell("no need.yaml in this folder")

    def save_need(self, view: View) -> None:
        """Write the need: a new file, or where it came from one of the person's own, whichever is chosen."""
        if self.need is None:
            self.tell("nothing that can be saved: the answer says what is missing")
            return
        draft, fresh = view.draft, self._fresh(self.advisor.folder)
        if fresh is None:
            return
        if not draft.path or need_files.is_example(draft.path):
            self._write(fresh)
            return
        choices = ((draft.path, f"over {Path(draft.path).name}; its comments go"), (str(fresh), f"as {fresh.name}"))

        def put(path: str | None) -> None:
            if path is not None:
                self._write(Path(path))

        self.app.push_screen(ChoiceScreen("save the need", choices, ascii_only=self.glyphs == "ascii"), put)

    def _fresh(self, folder: Path) -> Path | None:
        """A name for a new need; None, and it is said why, where there is none."""
        try:
            return need_files.fresh(folder)
        except OSError as reason:
            self.tell(f"not written: {reason.strerror}")
            return None

    def _write(self, path: Path) -> bool:
        """Whether the need could be written there; it is of that file from now on."""
        assert self.need is not None
        try:
            draft = need_files.write(self.need, path)
        except OSError as reason:
            self.tell(f"not written: {reason.strerror}")
            return False
        self.advisor.view = replace(self.advisor.view, draft=draft)
        self.tell(f"written: {path}")
        return True

    def saves(self, view: View) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - of every view alike
        """The report, once there is an answer."""
        return REPORTS if self.decision and not self.is_weighing and not self.problem else ()

    def save(self, view: View, ending: str, folder: Path) -> None:
        """The report beside the need it is of, which is saved first where it is not."""
        if not view.draft.path or view.draft.is_changed:
            fresh = self._fresh(folder)
            if fresh is None or not self._write(fresh):
                return
        self.tell("the report is being written")
        decision = self.decision
        assert decision is not None
        self.run_worker(
            lambda: self._report(decision, ending, folder, self.advisor.view.draft.path), thread=True, group="report"
        )

    def _report(self, decision: Decision, ending: str, folder: Path, need: str) -> None:
        from advisor.tui.report_file import report_file  # noqa: PLC0415 - only this key pays for it

        try:
            path = report_file(self.answers, decision, ending, folder, need)
        except OSError as reason:
            self.app.call_from_thread(self.tell, f"not written: {reason.strerror}")
        else:
            self.app.call_from_thread(self.tell, f"written: {path}")
