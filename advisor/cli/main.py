"""The command line: which command is meant, and which exit code an error has."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING

import click

from advisor import __version__
from advisor.errors import AdvisorError, Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "tui": ("advisor.cli.tui", "tui", "Models and machines on a screen, with the evidence one key away."),
    "fit": ("advisor.cli.fit", "fit", "Does it fit, how fast, on what evidence."),
    "compare": (
        "advisor.cli.compare",
        "compare_command",
        "Machines side by side over models, and where one starts to win.",
    ),
    "show": ("advisor.cli.show", "show", "Catalog facts about one thing, and their sources."),
    "list": ("advisor.cli.listing", "listing", "What is known: models, hardware, quants, runtimes, sources, records …"),
    "evidence": (
        "advisor.cli.evidence",
        "evidence",
        "Every measured row for a model on a machine, beside the prediction.",
    ),
    "decide": ("advisor.cli.decide", "decide", "What to buy, why, and what would change it."),
    "gaps": ("advisor.cli.decide", "gaps", "What nobody has measured of a need, and how much it matters."),
    "report": ("advisor.cli.report", "report", "The written report of a decision, with pictures and sources."),
    "check": ("advisor.cli.check", "check", "How far off predictions are, each made without what it predicts."),
    "catalog": ("advisor.cli.catalog", "catalog", "The maintainers' side: check and new."),
    "doctor": ("advisor.cli.doctor", "doctor", "Versions, paths, counts, overlays in force."),
}
"""Command → module, function, and the line `--help` shows without importing either."""

EXAMPLES = """\b
Will this model fit on that machine, how fast will it be, and how do you know?

\b
  advisor fit gpt-oss-120b --hw spark
  advisor fit glm-4.7-flash --hw rtx-4090+rtx-5070-ti --context 112k --kv-type q8_0
"""
DOCS = "Sizes and speeds are predicted with an interval or measured with a source; the answer says which."


class LazyGroup(click.Group):
    """A group that imports a command only when it is chosen."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        module, function, _ = COMMANDS[cmd_name]
        command = getattr(import_module(module), function)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands from the table alone: help does not pay for what it only names."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup, help=EXAMPLES, epilog=DOCS, invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)  # fmt: skip
@click.version_option(__version__, prog_name="advisor")
@click.pass_context
def cli(ctx: click.Context) -> int | None:
    """The command line as a whole: the screens on a terminal, help in a pipe."""
    if ctx.invoked_subcommand is not None:
        return None
    if sys.stdin.isatty() and sys.stdout.isatty():
        from advisor.cli.options import open_facts
        from advisor.cli.tui import opened

        return opened(open_facts(), {})
    click.echo(ctx.get_help())
    return None


def run(arguments: Sequence[str]) -> int:
    """Run one command line; its exit code. What went wrong is said on stderr in one line per problem."""
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal that cannot show a bar gets a question mark in its place.
        sys.stdout.reconfigure(errors="replace")
    try:
        code = cli.main(list(arguments), prog_name="advisor", standalone_mode=False)
        sys.stdout.flush()
    except AdvisorError as error:
        click.echo("\n".join(f"advisor: {line}" for line in str(error).splitlines()), err=True)
        return int(error.exit_code)
    except click.ClickException as error:
        error.show()
        return int(Exit.USAGE)
    except (click.Abort, KeyboardInterrupt):
        return int(Exit.INTERRUPTED)
    except (BrokenPipeError, SystemExit):
        # The reader has what it wanted (`| head`), which click tells by SystemExit; nothing may complain when Python closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.ANSWERED)
    return code if isinstance(code, int) else int(Exit.ANSWERED)
