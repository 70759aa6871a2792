"""The keys of a line of `advisor fit --batch`: what each says, and an example that can be sent as it stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a request."""

    value: str
    """What it holds, in words."""
    meaning: str
    example: object


KEYS: dict[str, Key] = {
    "id": Key("anything", "Carried to the answer as it is.", "row-17"),
    "model": Key("text, needed", "The model, by any of its names.", "gpt-oss-120b"),
    "hw": Key("text, needed", "The machine, as with --hw.", "rtx-4090+rtx-5070-ti"),
    "quant": Key("text", "Quantization.", "mxfp4"),
    "runtime": Key("text", "Runtime, with a version if you like.", "llama.cpp"),
    "backend": Key("text", "cuda, rocm, vulkan, metal, cpu.", "cuda"),
    "context": Key("tokens", "Tokens memory must hold per request; 112k is 114688.", 114688),
    "depth": Key("tokens", "Tokens in the cache when speed is asked for.", 32768),
    "prompt": Key("tokens", "Prompt length; with output it sets the context.", 4096),
    "output": Key("tokens", "Tokens to generate.", 512),
    "cached": Key("0 to 1", "Share of the prompt a prefix cache holds already.", 0.5),
    "concurrency": Key("number", "Requests at once.", 4),
    "kv_type": Key("text", "Type of the KV cache, or of keys and values.", "q8_0"),
    "flash_attention": Key("true or false", "Whether to use it.", True),
    "ubatch": Key("number", "Micro-batch.", 1024),
    "flags": Key("text", "The runtime's own flags, pasted; no key may contradict them.", "--n-cpu-moe 30"),
    "os": Key("text", "linux, windows, macos.", "linux"),
    "gpu_memory": Key("bytes", "Memory each device may use, as a setting of yours decides.", 15 * 2**30),
    "host_memory": Key("bytes", "Main memory behind the cards, or of a machine without any.", 64 * 10**9),
    "host_bandwidth": Key("GB/s or text", "Its speed, or its name.", "ddr4-3600-2ch"),
    "reserve": Key("bytes", "Memory to keep free in every pool, the host's included.", 2 * 10**9),
    "resident": Key("bytes", "Memory taken by others on the first device.", 10**9),
    "as_of": Key("date", "Software and evidence of that day.", "2026-02-05"),
    "level": Key("0 to 1", "Share of held-out rows an interval must have held.", 0.8),
    "exclude_sources": Key("list of source ids", "Rows of these are not used.", ["seed-report-own"]),
    "uncalibrated": Key("true or false", "Only what the physics allows: no measured row teaches.", False),
}
"""Every key a request may have; all but model and hw may be left out."""
