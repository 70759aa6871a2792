"""What every converter shares: reading the input folder, writing YAML people can read, registering sources."""

import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FLOW_WIDTH = 100
READ_ON = "2026-11-20"


def read_yaml(path: Path) -> Any:
    """The parsed file."""
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)


def slug(text: str) -> str:
    """Lower-case words joined by hyphens: an id from a title."""
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")


class _Dumper(yaml.SafeDumper):
    """Plain YAML without aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the dumper's signature
        return True


def _inline_length(node: yaml.Node) -> int | None:
    """Characters of the node written in one line; None when it holds a block that must not be inlined."""
    if isinstance(node, yaml.ScalarNode):
        return None if "\n" in node.value else len(node.value) + 2
    parts: list[int | None] = []
    if isinstance(node, yaml.MappingNode):
        parts = [length for pair in node.value for length in map(_inline_length, pair)]
    elif isinstance(node, yaml.SequenceNode):
        parts = [_inline_length(child) for child in node.value]
    return None if None in parts else sum(length + 2 for length in parts if length is not None)


def _lay_out(node: yaml.Node, depth: int, flow_width: int) -> None:
    """Inner collections of up to `flow_width` characters go on one line, everything else one item a line."""
    if isinstance(node, yaml.ScalarNode):
        return
    assert isinstance(node, yaml.CollectionNode)
    length = _inline_length(node)
    node.flow_style = depth > 0 and length is not None and length <= flow_width
    for child in node.value:
        for part in child if isinstance(child, tuple) else (child,):
            _lay_out(part, depth + 1, flow_width)


def dump(data: dict[str, Any], flow_width: int = FLOW_WIDTH) -> str:
    """The mapping as YAML text: keys in the order given, versions and dates quoted where YAML would misread them.

    Tables of many short rows read better with a `flow_width` that puts a whole row in one mapping.
    """
    dumper = _Dumper(io.StringIO(), sort_keys=False)
    node = dumper.represent_data(data)
    _lay_out(node, 0, flow_width)
    return yaml.serialize(node, Dumper=_Dumper, width=flow_width + 20, allow_unicode=True)


def without_empty(data: dict[str, Any]) -> dict[str, Any]:
    """The mapping without None, empty strings and empty collections, at every depth."""
    kept = {}
    for key, given in data.items():
        value = without_empty(given) if isinstance(given, dict) else given
        if value is None or (isinstance(value, str | list | dict | tuple) and not value):
            continue
        kept[key] = list(value) if isinstance(value, tuple) else value
    return kept


def as_date(text: object) -> str | None:
    """The first YYYY, YYYY-MM or YYYY-MM-DD in `text`; None where it holds no date."""
    found = re.search(r"\b20\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?\b", str(text or ""))
    return found.group(0) if found else None


@dataclass
class Sources:
    """Every source any converter cited, written once as catalog/sources/<id>.yaml."""

    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, wanted_id: str, **facts: Any) -> str:
        """Id of the source with these facts; the same facts give the same id, other facts under a taken id get a suffix.

        Facts are the fields of advisor.catalog.schema.source.Source; title and tier are needed, accessed defaults to the
        day the material was read.
        """
        body = without_empty({"accessed": READ_ON, **facts})
        base = slug(wanted_id)[:70].strip("-.")
        number = 1
        while True:
            source_id = base if number == 1 else f"{base}-{number}"
            if self.files.setdefault(source_id, body) == body:
                return source_id
            number += 1


@dataclass
class Output:
    """Files of the new catalog, by path below it."""

    texts: dict[str, str] = field(default_factory=dict)

    def put(self, path: str, data: dict[str, Any], flow_width: int = FLOW_WIDTH) -> None:
        """Queue one file; the same path twice is a mistake."""
        assert path not in self.texts, path
        self.texts[path] = dump(without_empty(data), flow_width)

    def write(self, folder: Path) -> None:
        """Write every queued file below `folder`."""
        for path, text in sorted(self.texts.items()):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
