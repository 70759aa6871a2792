"""`advisor fit`: does it fit, how fast, on what evidence."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

import click

from advisor.catalog import find
from advisor.cli.options import BYTES, DATE, DEPTH, KV_TYPE, TOKENS, catalog_option, format_option, open_facts
from advisor.cli.setup import setup, setup_options
from advisor.decide.choose import answer
from advisor.decide.question import Question
from advisor.decide.shown import weaker
from advisor.errors import Exit, UsageError
from advisor.estimate.case import Demand
from advisor.estimate.command_line import Asked, completed, stated, told
from advisor.estimate.placement import RUNS
from advisor.evidence.calibration import Calibration

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.catalog.contents import Facts
    from advisor.estimate.flags import Stated
    from advisor.evidence.finding import Finding
    from advisor.present.canvas import Glyphs
    from advisor.present.tables import TableFormat

DEFAULT_CONTEXT = 8192
DEFAULT_UBATCH = 512
USUAL_WIDTH = 80
"""Columns of a terminal nobody can ask."""


CONTEXT = click.option(
    "--context", "context_tokens", type=TOKENS, help="Tokens memory must hold per request.  [default: 8k]"
)


def shared(command: Callable[..., Any], context: Callable[..., Any] = CONTEXT) -> Callable[..., Any]:
    """Options of every command that asks about a model on a machine; `context` is how it asks for the context."""
    options = (
        context,
        click.option("--depth", "depth_tokens", type=DEPTH, help="Tokens in the cache when speed is asked for."),
        click.option("--concurrency", type=click.IntRange(1, 4096), help="Requests at once.  [default: 1]"),
        click.option(
            "--prompt", "prompt_tokens", type=TOKENS, help="Prompt length; with --output it sets the context."
        ),
        click.option(
            "--cached",
            "cached_share",
            type=click.FloatRange(0, 1),
            default=0.0,
            help="Share of the prompt a prefix cache holds already.",
        ),
        click.option("--output", "output_tokens", type=TOKENS, help="Tokens to generate."),
        click.option("--quant", help="Quantization.  [default: the usual ones]"),
        click.option("--runtime", help="Runtime, with a version if you like (llama.cpp@b7941).  [default: all]"),
        click.option("--backend", help="cuda, rocm, vulkan, metal, cpu."),
        click.option("--kv-type", type=KV_TYPE, help="Type of the KV cache (q8_0), or of keys and values (q8_0,f16)."),
        click.option("--flash-attention", type=click.Choice(["on", "off"]), help="Whether to use it.  [default: on]"),
        click.option("--ubatch", type=click.IntRange(1, 65536), help="Micro-batch.  [default: 512]"),
        click.option("--flags", help='The runtime\'s own flags, pasted: "-c 32768 -np 4 -ngl 99 --n-cpu-moe 18".'),
        click.option(
            "--reserve", type=BYTES, default=0, help="Memory to keep free in every pool, the host's included (8G)."
        ),
        click.option("--resident", type=BYTES, default=0, help="Memory taken by others on the first device (12G)."),
        click.option(
            "--acceptance",
            type=click.FloatRange(0, 1),
            help="Share of drafted tokens accepted, to ask about speculative decoding.",
        ),
        click.option("--draft-tokens", type=click.IntRange(1, 64), help="Tokens drafted a step.  [default: 3]"),
        click.option("--max-tier", type=click.IntRange(0, 3), help="Ignore evidence weaker than this tier."),
        click.option("--as-of", type=DATE, help="Software and evidence of that day.  [default: the newest]"),
        click.option("--level", type=click.FloatRange(0.01, 0.99), default=0.8, show_default=True, help="Interval."),
        click.option("--exclude-sources", help="Source ids, separated by commas, whose rows are not used."),
    )
    for option in reversed(options):
        command = option(command)
    return catalog_option(format_option(setup_options(command)))


def command_line(facts: Facts, flags: str | None, runtime: str | None) -> Stated | None:
    """What pasted flags say, read as those of the runtime named, or of the one that has them; None without flags.

    Raises UsageError for flags that are not its own, malformed or not modelled, and UnknownName for the runtime.
    """
    return None if flags is None else stated(flags, find.runtime(facts, runtime)[0].id if runtime else None)


def demand(facts: Facts, values: dict[str, Any]) -> Demand:
    """The demand the options describe. Raises UsageError for a combination that means nothing."""
    said, flash = command_line(facts, values["flags"], values["runtime"]), values["flash_attention"]
    asked = Asked(
        context_tokens=values["context_tokens"], concurrency=values["concurrency"], kv_type=values["kv_type"], ubatch=values["ubatch"],
        flash_attention=None if flash is None else flash == "on",
    )  # fmt: skip
    asked = completed(asked, said) if said else asked
    context, prompt, output = asked.context_tokens, values["prompt_tokens"], values["output_tokens"]
    if context is None:
        context = max((prompt or 0) + (output or 0) or DEFAULT_CONTEXT, values["depth_tokens"] or 0)
    elif (prompt or 0) + (output or 0) > context:
        raise UsageError("--prompt and --output together are longer than --context")
    if values["depth_tokens"] is not None and values["depth_tokens"] > context:
        raise UsageError("--depth is longer than --context: memory would not hold it")
    if values["draft_tokens"] is not None and values["acceptance"] is None:
        raise UsageError("--draft-tokens needs --acceptance: how many of them are accepted decides what they are worth")
    found = Demand(
        context_tokens=context, depth_tokens=values["depth_tokens"], prompt_tokens=prompt, output_tokens=output, cached_share=values["cached_share"],
        concurrency=asked.concurrency or 1, kv_type=asked.kv_type,
        flash_attention=asked.flash_attention is not False, ubatch=asked.ubatch or DEFAULT_UBATCH,
        acceptance=values["acceptance"], draft_tokens=values["draft_tokens"],
        reserve_bytes=values["reserve"], resident_bytes=values["resident"], as_of=values["as_of"], level=values["level"],
    )  # fmt: skip
    return told(found, said) if said else found


def excluded(facts: Facts, named: str | None, max_tier: int | None) -> frozenset[str]:
    """Sources whose rows are not used: those named, and those weaker than the tier asked for. Raises UnknownName."""
    ids = {facts.names.find("sources", name.strip()) for name in (named or "").split(",") if name.strip()}
    return frozenset(ids | weaker(facts, max_tier))


def calibration(facts: Facts, as_of: str | None, exclude_sources: frozenset[str]) -> Calibration:
    """What the rows in force teach: shipped with the snapshot, or learned again where the question narrows them."""
    if as_of is None and not exclude_sources:
        return Calibration.from_json(facts.extra("calibration"))
    from advisor.evidence.teach import teach

    return teach(facts, as_of=as_of, exclude_sources=exclude_sources)


def question(facts: Facts, model: str, hardware: str, values: dict[str, Any], asked: Demand) -> Question:
    """The question with every name resolved. Raises UnknownName, and UsageError for a setting the machine cannot have."""
    said = command_line(facts, values["flags"], values["runtime"])
    named = values["runtime"] or (said.runtime if said else None)
    runtime, version = find.runtime(facts, named) if named else (None, None)
    if runtime and version:
        version = find.version(runtime, version)
    machine = find.hardware(facts, hardware)
    settings = setup(
        facts, machine, os_name=values["os_name"], gpu_memory=values["gpu_memory"], host_memory=values["host_memory"],
        host_bandwidth=values["host_bandwidth"],
    )  # fmt: skip
    return Question(
        model=find.model(facts, model), hardware=machine, setup=settings,
        quant=find.quant(facts, values["quant"]) if values["quant"] else None, runtime=runtime, runtime_version=version,
        backend=find.backend(facts, values["backend"]) if values["backend"] else None, everything=values.get("everything", False), demand=asked,
    )  # fmt: skip


@click.command(short_help="Does it fit, how fast, on what evidence.")
@click.argument("models", nargs=-1)
@click.option(
    "--hw", "machines", multiple=True, help="A machine: spark, rtx-4090+rtx-5070-ti, 2x dgx-spark. Repeatable."
)
@shared
@click.option("--explain", "with_why", is_flag=True, help="Inputs, formula with numbers in it, rows used.")
@click.option(
    "--curve", is_flag=True, help="Decode speed against context as a picture; several requests against one another too."
)
@click.option(
    "--glyphs", type=click.Choice(["braille", "blocks", "ascii"]), help="What pictures are made of.  [default: braille]"
)
@click.option("--all", "everything", is_flag=True, help="Every format and runtime, not only the usual ones.")
@click.option("--exit-code", is_flag=True, help="Exit 1 when nothing fits.")
@click.option("--batch", type=click.Path(path_type=Path, allow_dash=True), help="JSON Lines of requests; - for stdin.")
def fit(**values: Any) -> int:
    """Does MODEL fit on a machine, how fast is it there, and how do you know.

    \b
    advisor fit gpt-oss-120b --hw spark
    advisor fit qwen3-30b-a3b --hw rtx-5090 --quant q4_k_m --context 32k --explain
    """  # noqa: D301 - \b keeps click from rewrapping the examples
    facts = open_facts(values["catalogs"])
    if values["batch"]:
        from advisor.cli.batch import run_batch

        return run_batch(facts, values["batch"])
    models = _names(values["models"])
    if not models or not values["machines"]:
        raise UsageError("name a model and a machine: advisor fit gpt-oss-120b --hw spark")
    asked = demand(facts, values)
    without = excluded(facts, values["exclude_sources"], values["max_tier"])
    learned = calibration(facts, asked.as_of, without)
    found: list[tuple[Finding, ...]] = [
        answer(facts, learned, question(facts, model, machine, values, asked), without)
        for model in models for machine in values["machines"]
    ]  # fmt: skip
    output_format: TableFormat = "json" if values["as_json"] else values["output_format"]
    if values["curve"] or output_format == "json":
        found = _with_curves(facts, learned, found, without, everything=output_format == "json")
    _print(found, facts, output_format, explain=values["with_why"], glyphs=glyphs(values["glyphs"]))
    runs = any(finding.verdict in RUNS for findings in found for finding in findings)
    return int(Exit.ANSWER_IS_NO if values["exit_code"] and not runs else Exit.ANSWERED)


def glyphs(asked: Glyphs | None) -> Glyphs:
    """What pictures are made of: as asked, else what the terminal and the encoding of stdout can show."""
    if asked:
        return asked
    if not (sys.stdout.encoding or "").lower().startswith("utf"):
        return "ascii"
    return "blocks" if os.environ.get("TERM") == "linux" else "braille"


def _with_curves(
    facts: Facts, learned: Calibration, found: list[tuple[Finding, ...]], without: frozenset[str], *, everything: bool
) -> list[tuple[Finding, ...]]:
    """Curves for every finding, or smoother ones for the best of each question, which alone are drawn."""
    from advisor.evidence.curve import with_curve

    return [
        tuple(
            with_curve(facts, learned, each, without, per_doubling=1 if everything else 4) if everything or place == 0 else each
            for place, each in enumerate(findings)
        ) for findings in found
    ]  # fmt: skip


def _names(typed: Sequence[str]) -> list[str]:
    """Names as typed; `-` reads them from stdin, one a line."""
    found: list[str] = []
    for name in typed:
        lines = sys.stdin.buffer.read().decode("utf-8", "replace").splitlines() if name == "-" else [name]
        found += [line.strip() for line in lines if line.strip()]
    return found


def _print(
    found: list[tuple[Finding, ...]], facts: Facts, output_format: TableFormat, *, explain: bool, glyphs: Glyphs
) -> None:
    everything = [finding for findings in found for finding in findings]
    if output_format == "json":
        from advisor.present.fit_json import document

        click.echo(json.dumps(document(everything, facts.date), ensure_ascii=False, indent=2))
        return
    from advisor.present.answer import text

    click.echo(text(found, output_format, explain=explain, glyphs=glyphs, width=columns()))


def columns() -> int:
    """Columns of the terminal; as many as people take for granted where the text goes elsewhere."""
    return get_terminal_size((USUAL_WIDTH, 0)).columns if sys.stdout.isatty() else USUAL_WIDTH
