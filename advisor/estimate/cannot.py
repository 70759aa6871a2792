"""A refusal with its reason."""

from advisor.estimate.note import Note, note


class CannotRun(Exception):
    """The runtime cannot run this there, or nothing sourced says what it would take; `why` says the reason."""

    def __init__(self, why: str | Note) -> None:
        self.why = why if isinstance(why, Note) else note(why)
        super().__init__(self.why.words)
