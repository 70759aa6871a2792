"""One catalog file as plain data, whatever was put in its place: bounded time, bounded memory, never a traceback.

YAML is read as events rather than with a loader: nesting is counted before it is followed, aliases are refused when
they appear (so nothing can multiply), equal keys are noticed, and no tag can construct anything. Only `true`, `false`,
`null`, decimal integers and decimal fractions are not text: `no`, `12:30`, `010` and `2026-02-05` stay as written.
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

from advisor.errors import CatalogInvalid, Problem
from advisor.units import MEGA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Loc = tuple[str | int, ...]
Value = Any
"""str, int, float, bool, None, or lists and string-keyed dicts of these."""

MAX_FILE_MB = 8
MAX_DEPTH = 32
MAX_VALUES = 500_000
MAX_INTEGER_DIGITS = 20

# libyaml is about ten times faster; PyYAML built without it still reads the catalog.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONSTANTS = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "Null": None,
    "~": None,
    "": None,
}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*(?:_[0-9]+)*)")
_FRACTION = re.compile(
    r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)


def read(path: Path, shown: str) -> dict[str, Value]:
    """The mapping the file holds; `shown` is how messages call it.

    Raises CatalogInvalid when the file cannot be read, is not UTF-8 or not YAML, or uses what a catalog has no use for.
    """
    return parse(_bytes_of(path, shown), shown)


def lines(path: Path) -> dict[Loc, int]:
    """Line of every key and item of the file, by the way to it: worked out only when there is a message to write."""
    shown = str(path)
    reading = _Reading(shown, lines={})
    reading.follow(_text(_bytes_of(path, shown), shown))
    return reading.lines or {}


def parse(data: bytes, shown: str) -> dict[str, Value]:
    """The mapping the bytes hold. Raises CatalogInvalid."""
    reading = _Reading(shown)
    top = reading.follow(_text(data, shown))
    if reading.problems:
        raise CatalogInvalid(reading.problems)
    if not isinstance(top, dict):
        holds = {list: "a list", type(None): "nothing"}.get(type(top), "one value")
        raise CatalogInvalid([Problem(shown, 1, "", f"should hold fields (`key: value`), but holds {holds}")])
    return top


def plain(text: str) -> Value:
    """What an unquoted scalar means."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in "+-.0123456789":
        if _INTEGER.fullmatch(text) and len(text) <= MAX_INTEGER_DIGITS:
            return int(text)
        if _FRACTION.fullmatch(text):
            return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
    return text


def _bytes_of(path: Path, shown: str) -> bytes:
    limit = MAX_FILE_MB * MEGA
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise CatalogInvalid([Problem(shown, 0, "", "is not a plain file")])
        if status.st_size <= limit:
            with path.open("rb") as file:
                data = file.read(limit + 1)
            if len(data) <= limit:
                return data
    except OSError as error:
        raise CatalogInvalid([Problem(shown, 0, "", f"cannot be read: {error.strerror or error}")]) from None
    size = f"{round(status.st_size / MEGA)} MB"
    raise CatalogInvalid([Problem(shown, 0, "", f"is {size}; a catalog file holds at most {MAX_FILE_MB} MB")])


def _text(data: bytes, shown: str) -> str:
    for mark, name in ((b"\xef\xbb\xbf", "UTF-8"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):
        if data.startswith(mark):
            message = f"starts with a {name} byte order mark; save it as UTF-8 without one"
            raise CatalogInvalid([Problem(shown, 1, "", message)])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"is not UTF-8 (byte {hex(data[error.start])}); save it as UTF-8"
        raise CatalogInvalid([Problem(shown, line, "", message)]) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise CatalogInvalid([Problem(shown, line, "", "holds a NUL byte: this is not a text file")])
    return text


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    holds: dict[str, Value] | list[Value]
    way: Loc
    key: str | None = None


@dataclass(slots=True)
class _Reading:
    """One pass over one file."""

    shown: str
    lines: dict[Loc, int] | None = None
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    values: int = 0

    def follow(self, text: str) -> Value:
        """The only document's value; None for an empty file."""
        top: Value = None
        documents = 0
        for event in self._events(text):
            if isinstance(event, yaml.NodeEvent):
                top = self._node(event, top)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.stack.pop()
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop(event, "a second document starts here (`---`); a catalog file holds one")
        return top

    def _events(self, text: str) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            message = " ".join(part for part in (error.problem, error.context) if part)
            line = mark.line + 1 if mark else 0
            raise CatalogInvalid([Problem(self.shown, line, "", f"is not YAML: {message}")]) from None
        except yaml.reader.ReaderError as error:
            message = f"holds a character YAML does not allow (position {error.position})"
            raise CatalogInvalid([Problem(self.shown, 0, "", message)]) from None

    def _node(self, event: yaml.NodeEvent, top: Value) -> Value:
        """What the document's value is after this node; the node itself is put where it belongs."""
        if event.anchor:
            self._stop(event, "anchors and aliases (`&`, `*`) are not used in the catalog; write the value out")
        self.values += 1
        if self.values > MAX_VALUES:
            self._stop(event, f"more than {MAX_VALUES} values in one file")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, top)
        if not isinstance(event, yaml.CollectionStartEvent):
            return top
        if event.tag:
            self._stop(event, f"tags are not used in the catalog ({event.tag})")
        fresh: dict[str, Value] | list[Value] = {} if isinstance(event, yaml.MappingStartEvent) else []
        if self.stack and isinstance(self.stack[-1].holds, dict) and self.stack[-1].key is None:
            self._stop(event, "a key should be text, not a collection")
        if len(self.stack) == MAX_DEPTH:
            self._stop(event, f"collections are nested more than {MAX_DEPTH} deep")
        way = self._put(fresh, event)
        self.stack.append(_Open(fresh, way))
        return top if len(self.stack) > 1 else fresh

    def _scalar(self, event: yaml.ScalarEvent, top: Value) -> Value:
        if event.tag:
            self._stop(event, f"tags are not used in the catalog ({event.tag})")
        text = event.value
        if self.stack and isinstance(self.stack[-1].holds, dict) and self.stack[-1].key is None:
            self.stack[-1].key = text
            if self.lines is not None:
                self.lines.setdefault((*self.stack[-1].way, text), _line(event))
            return top
        value = plain(text) if event.implicit[0] else text
        self._put(value, event)
        return top if self.stack else value

    def _put(self, value: Value, event: yaml.Event) -> Loc:
        """Place the value in the innermost open collection; the way to it."""
        if not self.stack:
            return ()
        inner = self.stack[-1]
        if isinstance(inner.holds, list):
            way: Loc = (*inner.way, len(inner.holds))
            if self.lines is not None:
                self.lines[way] = _line(event)
            inner.holds.append(value)
            return way
        key, inner.key = str(inner.key), None
        way = (*inner.way, key)
        if key in inner.holds:
            name = ".".join(map(str, way))
            self.problems.append(Problem(self.shown, _line(event), name, "is given twice"))
        else:
            inner.holds[key] = value
        return way

    def _stop(self, event: yaml.Event, message: str) -> NoReturn:
        inner = self.stack[-1] if self.stack else _Open([], ())
        # Of a way that is thousands deep the beginning is enough.
        name = ".".join(map(str, (inner.way if inner.key is None else (*inner.way, inner.key))[:6]))
        raise CatalogInvalid([*self.problems, Problem(self.shown, _line(event), name, message)])
