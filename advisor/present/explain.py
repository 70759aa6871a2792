"""Why a number is what it is: inputs, formula with numbers in it, rows behind it, and the command that would measure it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import units
from advisor.estimate.self_fit import LEAST_CONTEXT_TOKENS
from advisor.present.curves import sweep_rows
from advisor.present.fit_card import most_requests
from advisor.present.formats import gb, gib, say, share, tok_s, tokens

if TYPE_CHECKING:
    from advisor.evidence.finding import Finding, Speed

GIGA, PICO = 1e9, 1e12
MICRO = 1e6


def _weights(finding: Finding) -> list[str]:
    assert finding.footprint is not None
    w, case = finding.footprint.weights, finding.case
    artifact = w.published
    origin = (
        f"published size of {artifact.label or artifact.repository or case.quant.name} (source {artifact.source})"
        if artifact else f"{case.quant.name} applied tensor by tensor to the {case.container} tensor list"
    )  # fmt: skip
    return [
        f"weights      {gb(w.total_bytes)} = {gib(w.total_bytes)}: {origin}",
        f"             embedding {gib(w.embedding_bytes)}, head {gib(w.head_bytes)}, layers {gib(sum(w.layer_bytes))} "
        f"(routed experts {gib(sum(w.expert_bytes))}), draft {gib(w.draft_bytes)}, vision {gib(w.vision_bytes)}",
        f"             architecture: {case.model.provenance}, source {', '.join(case.model.sources) or 'none'}",
    ]


def _cache(finding: Finding) -> list[str]:
    assert finding.footprint is not None
    case, d = finding.case, finding.case.demand
    return [
        f"KV cache     {gib(finding.footprint.kv_bytes)} for {d.concurrency} x {tokens(d.context_tokens)} tokens in {case.kv_type}, "
        f"by the accounting of {case.cache_rule}; recurrent state {gib(finding.footprint.state_bytes)}",
    ]


def _kv_pool(finding: Finding) -> list[str]:
    """What a runtime that serves all requests from one pool has left for it."""
    assert finding.footprint is not None
    pool, d = finding.footprint.pool, finding.case.demand
    if pool is None:
        return []
    cut = (
        f" = {pool.blocks:,} blocks of {pool.block_bytes / units.MIB:.2f} MiB"
        if pool.blocks is not None and pool.block_bytes
        else ""
    )
    return [
        f"KV pool      {gib(pool.pool_bytes)} on each device{cut}: {pool.tokens:,} tokens as {finding.case.runtime.name} counts them, "
        f"{pool.requests:.2f} requests of {tokens(d.context_tokens)} at once",
    ]


def _pools(finding: Finding) -> list[str]:
    assert finding.footprint is not None
    lines = []
    for use in finding.footprint.placement.uses:
        pool = use.pool
        layers = "" if use.first_layer is None else f", layers {use.first_layer}–{use.last_layer}"
        source = f", source {pool.source}" if pool.source else ""
        usable = "not stated" if pool.device is None and not pool.advertised_bytes else gib(pool.usable_bytes)
        lines.append(f"pool         {pool.name}: {gib(use.used_bytes)} of {usable} ({pool.basis}{source}){layers}")
    return lines


def _limits(finding: Finding) -> list[str]:
    """How far it can be stretched, and what decides that."""
    most, asked, case = finding.max_context_tokens, finding.most_context_tokens_asked, finding.case
    if most is None or asked is None:
        return []
    held = finding.max_concurrency or 0
    lines = [
        f"limits       {tokens(asked)} tokens a request is the longest context that runs where it is asked for, up to the trained length; "
        f"{most_requests(held).removesuffix(' at once')} of {tokens(case.demand.context_tokens)}"
    ]
    if most < asked:
        lines.append(
            f"             {tokens(most)} is what llama.cpp's --fit settles on by itself, and what to count on: a line between its use at "
            f"{tokens(LEAST_CONTEXT_TOKENS)} tokens and at the trained length, with logits for a whole micro-batch"
        )
    if finding.best_quant:
        best = finding.best_quant
        lines.append(
            f"             {best.quant.name} ({best.bits_per_weight:.2f} bits a weight, {gib(best.weights_bytes)}) is the best format that fits"
        )
    if finding.fewest_machines:
        fewest = finding.fewest_machines
        lines.append(f"             fewest machines: {fewest.count} ({fewest.hardware.name})")
    return lines


def _formula(speed: Speed) -> list[str]:
    moved, bandwidth = speed.moved, speed.bandwidth_bytes_s
    lines = [
        f"ceiling      {units.to_gb(bandwidth):.0f} GB/s / {moved.total_bytes / units.GB:.3f} GB = {tok_s(speed.ceiling_tok_s)} tok/s "
        f"at depth {tokens(speed.depth_tokens)}: every byte once at peak bandwidth"
    ]
    e = speed.efficiency
    if speed.tok_s is not None and speed.spent:
        parts = "  +  ".join(f"{words} {seconds * 1000:.2f} ms" for words, seconds in speed.spent)
        lines.append(f"decode       {parts}  ->  {tok_s(speed.tok_s)} tok/s")
        return [
            *lines,
            f"basis        calibrated on {speed.rows} rows ({speed.nearness}); limited by {speed.limited_by}",
        ]
    if e is None or speed.tok_s is None:
        return lines
    weights_ms = moved.weights_bytes / (bandwidth * e.weights) * 1000
    kv_ms = e.kv * moved.kv_bytes / bandwidth * 1000
    attention_ms = e.attention_s * moved.attention_ops * 1000
    fixed_ms = moved.layers * e.layer_s * 1000
    lines.append(
        f"decode       weights {moved.weights_bytes / units.GB:.3f} GB / ({units.to_gb(bandwidth):.0f} GB/s x {e.weights:.2f}) = {weights_ms:.2f} ms"
        f"  +  KV {moved.kv_bytes / units.GB:.3f} GB x {e.kv:.2f} / {units.to_gb(bandwidth):.0f} GB/s = {kv_ms:.2f} ms"
        f"  +  attention {moved.attention_ops / GIGA:.2f} G x {e.attention_s * PICO:.2f} ps = {attention_ms:.2f} ms"
        f"  +  {moved.layers} layers x {e.layer_s * MICRO:.0f} us = {fixed_ms:.2f} ms  ->  {tok_s(speed.tok_s)} tok/s"
    )
    lines.append(f"basis        calibrated on {speed.rows} rows ({speed.nearness}); limited by {speed.limited_by}")
    return lines


def _many(finding: Finding) -> list[str]:
    """What was counted for several requests, and what other numbers of them would get."""
    many = finding.aggregate
    if many is None or many.tok_s is None:
        return []
    load = many.load
    read = (
        f"a prompt of {tokens(load.prompt_tokens)} read at {tok_s(load.prefill_tok_s)} tok/s one after the other, in batches of {tokens(load.chunk_tokens)}"
        if load.prefill_tok_s else "prompts left aside (--prompt and --output count them)"
    )  # fmt: skip
    last = f", all done after {many.wall_s:.3g} s" if many.wall_s and load.prefill_tok_s else ""
    lines = [
        f"at once      {many.requests} requests sent together: {read}; {tokens(load.output_tokens)} tokens of output each{last}",
        f"             calibrated on {many.rows} rows ({many.nearness}); mostly {many.limited_by}; ceiling {tok_s(many.ceiling_tok_s)} tok/s",
    ]
    lines += (
        [f"             no more than {limit.requests:,} run at once: {limit.why}" for limit in finding.sweep.limits]
        if finding.sweep
        else []
    )
    knee = finding.knee
    for count, all_of_them, low, high, each in sweep_rows(finding):
        here = f"  <- knee: {knee.why}" if knee and count == knee.requests else ""
        lines.append(
            f"{count:>12,} {tok_s(all_of_them):>6} tok/s together, {tok_s(low)}–{tok_s(high)} likely; {tok_s(each)} each{here}"
        )
    return lines


def _used(finding: Finding) -> list[str]:
    rows = [row for row in finding.evidence if not row.remark and row.residual is not None]
    lines = [
        f"row          {row.record.id}: {row.record.decode_tok_s:g} tok/s, {share(abs(row.residual or 0))} "
        f"{'above' if (row.residual or 0) > 0 else 'below'} prediction, {row.source.title} (tier {row.tier}, {row.source.url or row.source.locator or 'no address'})"
        for row in rows
    ]
    return lines or ["row          none of this model on this hardware teaches the prediction"]


def measuring_command(finding: Finding) -> str:
    """What to run to measure the case."""
    case, d = finding.case, finding.case.demand
    depth = d.context_tokens if d.depth_tokens is None else d.depth_tokens
    if case.cache_rule == "paged":
        return (
            f"vllm bench serve --model {case.model.repository or case.model.id} --random-input-len {max(depth, 1)} "
            f"--random-output-len 128 --max-concurrency {d.concurrency}"
        )
    file = f"{case.model.id}-{case.quant.id}.gguf"
    if d.concurrency > 1:
        return f"llama-batched-bench -m {file} -c {d.concurrency * d.context_tokens} -npp {max(depth, 1)} -ntg 128 -npl {d.concurrency} -fa on"
    return f"llama-bench -m {file} -p 512 -n 128 -d 0,{depth} -fa 1 -ctk {case.key_type} -ctv {case.value_type}"


def _unverified(finding: Finding) -> list[str]:
    hardware = finding.case.machine.hardware
    return [f"unverified   {name} of {hardware.name} has no source and is used nowhere" for name in hardware.unverified]


def explain(finding: Finding) -> str:
    """Everything behind one finding."""
    lines = []
    if finding.footprint:
        lines += [*_weights(finding), *_cache(finding), *_kv_pool(finding), *_pools(finding), *_limits(finding)]
    for speed in dict.fromkeys((finding.decode, finding.decode_at_depth)):
        if speed:
            lines += _formula(speed)
    lines += _many(finding)
    lines += _used(finding)
    lines += _unverified(finding)
    lines += [f"note         {say(note)}" for note in finding.notes]
    lines.append(f"measure it   {measuring_command(finding)}")
    return "\n".join(lines)
