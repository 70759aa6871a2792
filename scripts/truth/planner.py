"""Ask llama.cpp's own planner what a header-only file takes, in many settings and on several kinds of machine."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from advisor.catalog.schema.model import Model

ALL = 999
LONG_CONTEXT = 131072
USUAL_BATCH = 512
Setting = dict[str, Any]
Row = dict[str, Any]
FIELDS = ("ctx", "seq", "unified", "tk", "tv", "fa", "ub", "outputs", "swa_full", "dev_model", "host_model", "dev_ctx", "host_ctx",
          "dev_compute", "host_compute", "per_device")  # fmt: skip
"""Columns of the tests' data."""
EXPERTS_ON_HOST = r"\.ffn_(up|down|gate|gate_up)_(ch|)exps=CPU"
"""What --cpu-moe is short for."""


@dataclass(frozen=True)
class Mode:
    """A machine, and what of the model it is told to keep on the host."""

    devices: str
    half: bool = False
    """Half the layers on the host."""
    experts_on_host: bool = False


BIG = "Big GPU:1000000"
MODES = {
    "gpu": Mode(BIG),
    "gpu2": Mode("RTX 4090:24564,RTX 5070 Ti:16303"),
    "gpuhalf": Mode(BIG, half=True),
    "cpumoe": Mode(BIG, experts_on_host=True),
}


def contexts(model: Model) -> list[int]:
    """Short, middling and long contexts within what the model was trained for."""
    trained = model.context_tokens or 32768
    return sorted({min(trained, size) for size in (4096, 32768, LONG_CONTEXT)})


def settings(model: Model, mode: str) -> list[Setting]:
    """Settings worth asking: contexts, cache types, flash attention, sequences, micro-batches, logits."""
    whole = mode == "gpu"
    found = []
    for context, kv_type, flash, (sequences, unified), ubatch, every in product(
        contexts(model), ("f16", "q8_0"), (1, 0) if whole else (1,), ((1, 0), (4, 1), (4, 0)) if whole else ((1, 0), (4, 1)),
        (512, 2048) if whole else (512,), (False, True) if whole else (False,),
    ):  # fmt: skip
        if flash or kv_type == "f16":
            found.append(
                {"ctx": context, "seq": sequences, "unified": unified, "tk": kv_type, "tv": kv_type, "fa": flash, "ub": ubatch,
                 "outputs": 0 if every else sequences}
            )  # fmt: skip
    return found


def few(asked: list[Setting]) -> list[Setting]:
    """Of these the shortest and the longest context, at the usual micro-batch."""
    ends = {min(one["ctx"] for one in asked), max(one["ctx"] for one in asked)}
    return [one for one in asked if one["ctx"] in ends and one["ub"] == USUAL_BATCH]


def ask(lab: Path, file: Path, mode: str, layers: int, asked: list[Setting]) -> list[Row]:
    """Rows of llama.cpp's answers to `asked`; `layers` counts the blocks of the file.

    Raises RuntimeError with the loader's words where it does not load the file.
    """
    how = MODES[mode]
    environ = {**os.environ, "GGML_BACKEND_PATH": str(lab / "build" / "libfakegpu.so"), "FAKEGPU": how.devices}
    if how.experts_on_host:
        environ["PROBE_OT"] = EXPERTS_ON_HOST
    lines = "".join(" ".join(f"{key}={value}" for key, value in one.items()) + "\n" for one in asked)
    done = subprocess.run(  # noqa: S603 - the maintainer's own build
        [str(lab / "build" / "probe"), str(file), str(layers // 2 if how.half else ALL), ""],
        input=lines, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")][1:]
    if done.returncode or len(answers) != len(asked):
        raise RuntimeError(re.sub(r"\s+", " ", done.stderr)[-500:])
    return [_row(one, mode, answer) for one, answer in zip(asked, answers, strict=True)]


def _row(asked: Setting, mode: str, answer: dict[str, Any]) -> Row:
    row = {**asked, "mode": mode, "ok": answer["ok"]}
    for side, host in (("dev", 0), ("host", 1)):
        for field, part in (("model", "model"), ("ctx", "context"), ("compute", "compute")):
            row[f"{side}_{field}"] = sum(b[part] for b in answer["buft"].values() if b["host"] == host)
    if mode == "gpu2":
        row["per_buft"] = answer["buft"]
    return row


def _per_device(row: Row) -> list[list[int]]:
    buffers = row.get("per_buft", {})
    return [
        [buffers[name][part] for part in ("model", "context", "compute")]
        for name in sorted(buffers)
        if not buffers[name]["host"]
    ]


def condensed(rows: list[Row]) -> dict[str, list[list[Any]]]:
    """Rows llama.cpp could plan, by mode, as values in the order of `FIELDS`."""
    modes: dict[str, list[list[Any]]] = {}
    for row in rows:
        if row["ok"]:
            shown = {**row, "per_device": _per_device(row)}
            modes.setdefault(row["mode"], []).append([shown.get(field, 0) for field in FIELDS])
    return modes
