"""One file as plain data, whatever was put in its place."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog import yaml_text
from advisor.errors import CatalogInvalid

if TYPE_CHECKING:
    from pathlib import Path


def message_of(data: bytes) -> str:
    with pytest.raises(CatalogInvalid) as caught:
        yaml_text.parse(data, "f.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("131_072", 131_072),
        ("1.5", 1.5),
        ("1.10", 1.1),
        ("-.5", -0.5),
        ("1.0e+3", 1000.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1e5", "1e5"),
        ("695e0514", "695e0514"),
        ("2026-02-05", "2026-02-05"),
        ("2026-02-05 10:00:00", "2026-02-05 10:00:00"),
        ("b7941", "b7941"),
        ("'12'", "12"),
        ('"true"', "true"),
        ('""', ""),
        ("9" * 6000, "9" * 6000),
    ],
)
def test_only_decimal_numbers_true_false_and_null_are_not_text(written: str, value: object) -> None:
    read = yaml_text.parse(f"key: {written}\n".encode(), "f.yaml")["key"]
    assert (type(read), read) == (type(value), value)


BROKEN = {
    "syntax": (b"a: 1\nb: c: d\n", "f.yaml:2: is not YAML: mapping values are not allowed"),
    "tab": (b"a:\n\t- b\n", "f.yaml:2: is not YAML: found character"),
    "unclosed": (b'a: "open\n', "f.yaml:2: is not YAML: found unexpected end of stream"),
    "equal keys": (b"a: 1\nb: 2\na: 3\n", "f.yaml:3: a: is given twice"),
    "equal keys inside": (b"a:\n  b: 1\n  b: 1\n", "f.yaml:3: a.b: is given twice"),
    "alias": (b"a: &x [1]\nb: *x\n", "f.yaml:1: a: anchors and aliases"),
    "tag": (b"a: 1\nb: !!python/object/apply:os.system [ls]\n", "f.yaml:2: b: tags are not used"),
    "scalar tag": (b"a: !!int '3'\n", "f.yaml:1: a: tags are not used"),
    "merge": (b"a: {<<: {b: 1}, <<: {c: 1}}\n", "f.yaml:1: a.<<: is given twice"),
    "two documents": (b"a: 1\n---\nb: 2\n", "f.yaml:2: a second document"),
    "list": (b"- a\n- b\n", "f.yaml:1: should hold fields (`key: value`), but holds a list"),
    "scalar": (b"words\n", "f.yaml:1: should hold fields (`key: value`), but holds one value"),
    "empty": (b"", "f.yaml:1: should hold fields (`key: value`), but holds nothing"),
    "comment only": (b"# nothing\n", "f.yaml:1: should hold fields (`key: value`), but holds nothing"),
    "Latin-1": (b"a: 1\nname: Z\xfcrich\n", "f.yaml:2: is not UTF-8 (byte 0xfc)"),
    "lone surrogate": ("a: \ud800".encode("utf-8", "surrogatepass"), "f.yaml:1: is not UTF-8"),
    "UTF-8 mark": (b"\xef\xbb\xbfa: 1\n", "f.yaml:1: starts with a UTF-8 byte order mark"),
    "UTF-16": ("a: 1\n".encode("utf-16"), "f.yaml:1: starts with a UTF-16 byte order mark"),
    "NUL": (b"a: 1\nb: \0\n", "f.yaml:2: holds a NUL byte"),
    "control character": (b"a: \x07\n", "f.yaml: holds a character YAML does not allow"),
    "key is a list": (b"? [a, b]\n: 1\n", "f.yaml:1: a key should be text"),
    "key is a mapping": (b"a: 1\n? {a: b}\n: 1\n", "f.yaml:2: a key should be text"),
}


@pytest.mark.parametrize(("data", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_file_is_a_message_with_its_line(data: bytes, message: str) -> None:
    assert message_of(data).startswith(message)


def test_every_equal_key_is_reported() -> None:
    assert message_of(b"a: 1\na: 2\nb: {c: 1, c: 2}\n").count("is given twice") == 2


def test_billion_laughs_stop_at_the_first_anchor() -> None:
    laughs = "a0: &a0 [ha, ha]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    assert message_of(laughs.encode()).startswith("f.yaml:1: a0: anchors and aliases")


@pytest.mark.parametrize("loader", ["with libyaml", "without libyaml"])
@pytest.mark.parametrize("opening", ["[", "- ", "{a: ", "? "])
def test_deep_nesting_is_refused_not_followed(loader: str, opening: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if loader == "without libyaml":
        monkeypatch.setattr(yaml_text, "_LOADER", yaml.SafeLoader)
    assert message_of(("a: " * (opening == "[") + opening * 20_000).encode())


def test_nesting_message_names_the_limit() -> None:
    assert "nested more than 32 deep" in message_of(b"a: " + b"[" * 50_000)


def test_file_over_eight_megabytes_is_refused_without_reading_it(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(100_000_000)
    start = time.perf_counter()
    with pytest.raises(CatalogInvalid, match=r"large\.yaml: is 100 MB; a catalog file holds at most 8 MB"):
        yaml_text.read(large, "large.yaml")
    assert time.perf_counter() - start < 0.1


def test_more_values_than_any_catalog_file_has_are_refused() -> None:
    assert "more than 500000 values" in message_of(b"a: [" + b"1," * 600_000 + b"]")


def test_folder_pipe_and_missing_file_are_messages(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    for name, message in (
        (".", "is not a plain file"),
        ("pipe.yaml", "is not a plain file"),
        ("none", "cannot be read"),
    ):
        with pytest.raises(CatalogInvalid, match=message):
            yaml_text.read(tmp_path / name, name)


def test_lines_lead_to_every_key_and_item(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("a: 1\nb:\n  c: [x,\n    y]\n  d:\n  - e: 1\n    f: 2\n")
    lines = yaml_text.lines(path)
    assert lines[("a",)] == 1
    assert lines[("b", "c")] == 3
    assert lines[("b", "c", 1)] == 4
    assert lines[("b", "d", 0)] == 6
    assert lines[("b", "d", 0, "f")] == 7


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")))
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, JSON_VALUES, max_size=4))
def test_what_the_standard_dumper_writes_is_read_back(data: dict[str, object]) -> None:
    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            del data
            return True

    text = yaml.dump(data, Dumper=Dumper, allow_unicode=True)
    assert yaml_text.parse(text.encode(), "f.yaml") == data


def mapping_or_problems(data: bytes) -> bool:
    """True when the bytes are a mapping, or what is wrong with them is said."""
    try:
        return isinstance(yaml_text.parse(data, "f.yaml"), dict)
    except CatalogInvalid as error:
        return bool(error.problems)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_mapping_or_a_message(data: bytes) -> None:
    assert mapping_or_problems(data)


@given(st.text(alphabet="ab:-[]{}&*!?|>'\"#%@`,\n \t01~", max_size=60))
def test_arbitrary_punctuation_is_a_mapping_or_a_message(text: str) -> None:
    assert mapping_or_problems(text.encode())
