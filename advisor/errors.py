"""What can go wrong, as one tree; `cli.main` maps each branch to one exit code.

    AdvisorError
    ├── UsageError            2  the question is nonsense (`--context -5`)
    │   └── NeedInvalid       2  a need that cannot be read, every mistake in it; 4 where all of them are unknown names
    ├── CatalogError          3  a file is broken, a reference does not resolve, a row is impossible
    │   └── CatalogInvalid    3  many of them at once
    ├── UnknownName           4  no model, machine, quantization or runtime of that name
    │   └── AmbiguousName     4  the name could mean several
    └── NetworkNeeded         5  the answer is on the network, and it is not reachable

"Does not fit" is a result, not an error; so is "cannot know", which carries its reason.
"""

from dataclasses import dataclass
from enum import IntEnum

MOST_CANDIDATES = 8
"""Names an error lists before it only counts them."""


class Exit(IntEnum):
    """Exit codes scripts may rely on."""

    ANSWERED = 0
    ANSWER_IS_NO = 1
    USAGE = 2
    CATALOG = 3
    UNKNOWN_NAME = 4
    NETWORK = 5
    INTERRUPTED = 130


class AdvisorError(Exception):
    """Any error a person caused or can mend; its text is one line for that person."""

    exit_code = Exit.USAGE
    code = "usage"


class UsageError(AdvisorError):
    """The question itself is nonsense."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one place of the catalog."""

    path: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        """`path:line: field: message`; an empty field or a line of 0 is left out."""
        place = f"{self.path}:{self.line}" if self.line else self.path
        return ": ".join(part for part in (place, self.field, self.message) if part)


class CatalogError(AdvisorError):
    """The catalog is broken or unreadable."""

    exit_code = Exit.CATALOG
    code = "catalog"


class CatalogInvalid(CatalogError):
    """Every problem found, one a line."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class UnknownName(AdvisorError):
    """Nothing of that kind answers to the name typed."""

    exit_code = Exit.UNKNOWN_NAME
    code = "unknown-name"

    def __init__(self, kind: str, typed: str, near: tuple[str, ...] = ()) -> None:
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        super().__init__(f"no {kind} named {typed!r}{hint}")
        self.kind, self.typed, self.near = kind, typed, near


class AmbiguousName(UnknownName):
    """Several entries answer to the name typed; none is chosen for the person."""

    def __init__(self, kind: str, typed: str, candidates: tuple[str, ...]) -> None:
        super().__init__(kind, typed, candidates)
        named = candidates[:MOST_CANDIDATES]
        more = f" and {len(candidates) - len(named)} more" if len(candidates) > len(named) else ""
        self.args = (f"{kind} {typed!r} could be {', '.join(named)}{more}",)


class NeedInvalid(UsageError):
    """Every mistake in what somebody says they need, one a line."""

    def __init__(self, problems: list[Problem], *, only_names: bool = False) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
        if only_names:
            self.exit_code, self.code = Exit.UNKNOWN_NAME, "unknown-name"


class NetworkNeeded(AdvisorError):
    """The answer needs the network."""

    exit_code = Exit.NETWORK
    code = "network"
