"""Write the pages of docs/ that are made from the code: catalog-format.md and need-format.md from the schemas, cli.md from the commands.

    python scripts/generate_docs.py [--check]

With --check nothing is written; it exits 1 and names the pages that are out of date.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from advisor.catalog.describe import format_page, tables  # noqa: E402 - after the path is set
from advisor.cli.batch_keys import KEYS  # noqa: E402
from advisor.cli.main import cli  # noqa: E402
from advisor.decide.need_schema import NeedFields  # noqa: E402
from advisor.errors import Exit  # noqa: E402
from advisor.present.compare_json import KEYS as COMPARE_KEYS  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

CLI_START = """\
# The command line

Generated from the commands themselves by `python scripts/generate_docs.py`.

Numbers of tokens take `k` = 1,024 and `M` = 1,048,576; sizes take `G` = 10**9 and `Gi` = 2**30. A machine is a name, an
alias or a composition: `spark`, `rtx-4090+rtx-5070-ti`, `2x dgx-spark`. The answer is on stdout; anything said about it
is on stderr.
"""

NEED_START = """\
# The format of need.yaml

Generated from `advisor/decide/need_schema.py` by `python scripts/generate_docs.py`. `examples/` holds whole ones.

The file is YAML as the catalog's files are: a field nobody has described here is refused, equal keys are, and every
mistake is reported at once as `path:line: field: message`. Tokens take `k` = 1,024 and `M` = 1,048,576. Machines and
models go by any of their names. **Bold** fields are mandatory. No price is used without its date.

"""


def command_line_page() -> str:
    """The text of docs/cli.md."""
    parts = [CLI_START, *_command(cli, "advisor"), *_batch_keys(), *_compare_keys()]
    parts += ["## Exit codes\n", "| code | meaning |\n|---|---|"]
    parts += [f"| {int(code)} | {code.name.lower().replace('_', ' ')} |" for code in Exit]
    return "\n".join(parts) + "\n"


BATCH_START = """\
## Lines of `advisor fit --batch FILE`

One JSON object a line, one answer a line in the same order: `{"id": …, "finding": …}` with the best finding of the question, or
`{"id": …, "error": {"code": …, "message": …}}`. A wrong line stops nothing. All but `model` and `hw` may be left out; what is left
out is what the command takes without the option. Sizes are in bytes, tokens are whole numbers.

```sh
"""


def _batch_keys() -> Iterator[str]:
    """Every key of a request, and a request that has them all."""
    yield BATCH_START + "echo '" + json.dumps(batch_example()) + "' | advisor fit --batch -\n```\n"
    yield "| key | value | meaning | example |\n|---|---|---|---|"
    for name, key in KEYS.items():
        yield f"| `{name}` | {key.value} | {key.meaning} | `{json.dumps({name: key.example})}` |"
    yield ""


COMPARE_START = """\
## JSON of `advisor compare --json`

One object. Speeds are in tokens a second, power in watts, money in the currency of `market`; `null` means that it cannot be known.
What stands under `predicted` is predicted and what stands under `measured` is a row, and neither replaces the other.

| key | what it says |
|---|---|"""


def _compare_keys() -> Iterator[str]:
    """Every key of a comparison."""
    yield COMPARE_START
    for name, meaning in COMPARE_KEYS.items():
        yield f"| `{name}` | {meaning} |"
    yield ""


def batch_example() -> dict[str, object]:
    """A request with every key, which `advisor fit --batch` answers."""
    return {name: key.example for name, key in KEYS.items()}


def _command(command: click.Command, path: str) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    options = [param for param in command.params if isinstance(param, click.Option)]
    usage = [path, *(param.make_metavar(context) if _takes_context() else _old_metavar(param) for param in arguments)]
    yield f"## `{' '.join([*usage, *(['[OPTIONS]'] if options else [])])}`\n"
    yield _prose(command.help or "")
    if options:
        yield "| option | value | meaning |\n|---|---|---|"
        yield from map(_option, options)
        yield ""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _command(inner, f"{path} {name}")


def _takes_context() -> bool:
    """Whether this click asks for a context where a metavar is made: it does from 8.2 on."""
    return "ctx" in click.Argument.make_metavar.__code__.co_varnames


def _old_metavar(param: click.Argument) -> str:
    return param.make_metavar()  # type: ignore[call-arg]


def _prose(text: str) -> str:
    """The help text; stretches that keep their line breaks become code."""
    paragraphs = []
    for paragraph in text.strip().split("\n\n"):
        lines = [line.strip() for line in paragraph.strip().splitlines()]
        if lines and lines[0] == "\b":
            paragraphs.append(
                "\n".join(["```sh", *lines[1:], "```"]) if lines[1].startswith("advisor") else " ".join(lines[1:])
            )
        else:
            paragraphs.append(" ".join(lines))
    return "\n\n".join(paragraphs) + "\n"


def _option(param: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))
    value = "" if param.is_flag else _value(param)
    meaning = (param.help or "").replace("|", "\\|")
    default = (
        f" [default: {param.default}]" if param.show_default and isinstance(param.default, str | int | float) else ""
    )
    return f"| {names} | {value} | {meaning}{default} |".replace("|  |", "| |")


def _value(param: click.Option) -> str:
    if param.metavar:
        return param.metavar
    if isinstance(param.type, click.Choice):
        return ", ".join(map(str, param.type.choices))
    if isinstance(param.type, click.IntRange | click.FloatRange):
        low, high = param.type.min, param.type.max
        return f"{low} to {high}"
    return param.type.name.replace("_", " ")


def pages() -> dict[Path, str]:
    """Every generated page by its place."""
    return {
        ROOT / "docs" / "catalog-format.md": format_page(),
        ROOT / "docs" / "cli.md": command_line_page(),
        ROOT / "docs" / "need-format.md": NEED_START + tables(NeedFields),
    }


def main() -> int:
    """Command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is out of date")
    check = parser.parse_args().check
    stale = [path for path, text in pages().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} {'is out of date' if check else 'written'}")
        if not check:
            path.write_text(pages()[path], encoding="utf-8")
    return int(bool(stale) and check)


if __name__ == "__main__":
    sys.exit(main())
