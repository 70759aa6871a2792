"""`advisor tui`, and `advisor` on a terminal: the screens."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from advisor.cli.options import TOKENS, catalog_option, open_facts
from advisor.errors import UsageError

if TYPE_CHECKING:
    from advisor.catalog.contents import Facts
    from advisor.tui.view import View

SCREENS = ("fit", "model", "evidence", "compare", "decide", "gaps")
"""Names of the screens, without importing any."""
COLLECTED_AFTER = (10_000, 5, 500)
"""New objects, collections of these, and of the middle-aged, after which garbage is looked for; the last is seldom."""
IN_BROWSER = "TEXTUAL_DRIVER"
"""Set by textual-serve, which shows what is drawn in a browser."""


@click.command(short_help="Models and machines on a screen, with the evidence one key away.")
@click.option("--model", help="Put the cursor on this model.")
@click.option("--hw", "machine", help="Put the cursor on this machine: spark, rtx-4090+rtx-5070-ti, 2x dgx-spark.")
@click.option("--screen", type=click.Choice(SCREENS), help="Open this screen.  [default: the last one]")
@click.option("--context", "context_tokens", type=TOKENS, help="Tokens memory must hold per request.")
@click.option("--concurrency", type=click.IntRange(1, 1024), help="Requests at once.")
@click.option("--quant", help="Quantization.  [default: the usual ones]")
@click.option("--runtime", help="Runtime.  [default: all]")
@click.option("--filter", "words", help='What is shown: "moe <40gb ctx>=128k hw:spark tier<=2".')
@click.option("--need", type=click.Path(path_type=Path, dir_okay=False), help="Open this need.yaml on Decide.")
@click.option("--glyphs", type=click.Choice(["braille", "blocks", "ascii"]), help="What pictures are made of.")
@catalog_option
def tui(catalogs: tuple[Path, ...], **values: Any) -> int:
    """Models and machines on a screen: walk through them, change the question, see the evidence. `?` lists the keys.

    \b
    advisor tui
    advisor tui --model gpt-oss-120b --hw spark --screen evidence
    advisor tui --need examples/spark-or-desktop.yaml
    """  # noqa: D301 - \b keeps click from rewrapping the examples
    if not (sys.stdin.isatty() and sys.stdout.isatty()) and not os.environ.get(IN_BROWSER):
        raise UsageError("the screens need a terminal: advisor fit answers in a pipe")
    return opened(open_facts(catalogs), values)


def opened(facts: Facts, values: dict[str, Any]) -> int:
    """Run the screens until they are left."""
    from advisor.cli.fit import glyphs
    from advisor.tui import state
    from advisor.tui.answers import Answers
    from advisor.tui.app import AdvisorApp

    kept = state.place()
    known = state.load(kept)
    app = AdvisorApp(
        Answers(facts), asked_for(facts, known.view, values), theme=known.theme, glyphs=glyphs(values.get("glyphs")), kept=kept, problem=known.problem,
    )  # fmt: skip
    spare_the_kept()
    app.run()
    return app.return_code or 0


def spare_the_kept() -> None:
    """Have garbage looked for among what is new alone.

    The catalog and every answer are kept: looking through all of them again and again would stop the screen for a tenth of
    a second each time, and find nothing.
    """
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


def asked_for(facts: Facts, view: View, values: dict[str, Any]) -> View:
    """The remembered view with what the command line says. Raises UnknownName and UsageError for what means nothing."""
    from advisor.catalog import find
    from advisor.tui.filter import parse
    from advisor.tui.narrow import Shelf

    shelf = Shelf(facts)
    said = {name: value for name, value in values.items() if value is not None}
    words = said.get("words", view.filter if not {"model", "machine", "quant"} & set(said) else "")
    if "machine" in said:
        machine = find.hardware(facts, said["machine"])
        known = machine.id if machine.id in facts.hardware else said["machine"].replace(" ", "")
        words += "" if known in facts.hardware else f" hw:{known}"
        view = replace(view, machine=known)
    if "model" in said:
        view = replace(view, model=find.model(facts, said["model"]).id)
    if "quant" in said:
        words = f"{words} quant:{find.quant(facts, said['quant']).id}".strip()
    wanted = parse(words)
    shelf.machines(wanted)
    view = view.filtered(words.strip(), shelf.quant(wanted.quant))
    runtime = find.runtime(facts, said["runtime"])[0].id if "runtime" in said else view.asked.runtime
    asked = replace(
        view.asked, runtime=runtime, context_tokens=said.get("context_tokens", view.asked.context_tokens),
        concurrency=said.get("concurrency", view.asked.concurrency),
    )  # fmt: skip
    view = replace(view, asked=asked).on(said.get("screen", "decide" if "need" in said else view.screen))
    if "need" not in said:
        return view
    from advisor.tui import need_files

    return replace(view, draft=need_files.read(facts, str(said["need"])), step=0, row=0)
