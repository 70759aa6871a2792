"""Condense llama.cpp's and vLLM's own answers into the tests' data.

    python scripts/condense_truth.py INPUT

INPUT holds llama_cpp_memory.json, llama_cpp_weights.json and llama_cpp_fit.json, printed by llama.cpp's planner, quantizer and
llama-fit-params on header-only files, and vllm_kv.json, printed by vLLM's cache planner. Expected numbers in the tests come from there, never from advisor.
"""

import argparse
import json
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent.parent / "tests" / "data"
FIELDS = ("ctx", "seq", "unified", "tk", "tv", "fa", "ub", "outputs", "swa_full", "dev_model", "host_model", "dev_ctx", "host_ctx",
          "dev_compute", "host_compute", "per_device")  # fmt: skip
FIT_FIELDS = ("model", "weights", "hw", "kv", "ctx", "trained_ctx", "fits_fully")
MIXES = {"MXFP4_MOE": "mxfp4", "MXFP4+Q8_0 (ggml-org)": "mxfp4"}


def weights(source: Path) -> dict[str, Any]:
    """Model → quantization → tensor bytes, as llama-quantize's dry run adds them up."""
    models = json.loads((source / "llama_cpp_weights.json").read_text())["models"]
    return {
        name: {
            MIXES.get(quant, quant.lower()): facts["bytes"]
            for quant, facts in found["quants"].items()
            if "BF16 (" not in quant
        }
        for name, found in models.items()
    }


def per_device(row: dict[str, Any]) -> list[list[int]]:
    """Weights, context and compute bytes of each device in order, where the row tells them apart."""
    buffers = row.get("per_buft", {})
    return [
        [buffers[name][part] for part in ("model", "context", "compute")]
        for name in sorted(buffers)
        if not buffers[name]["host"]
    ]


def fit(source: Path) -> dict[str, Any]:
    """Machines as `name:total MiB:free MiB[:igpu]`, and what llama-fit-params answers on each."""
    found = json.loads((source / "llama_cpp_fit.json").read_text())
    return {"note": found["note"], "hw": found["hw"], "fields": FIT_FIELDS,
            "rows": [[row[field] for field in FIT_FIELDS] for row in found["rows"]]}  # fmt: skip


def memory(source: Path) -> dict[str, Any]:
    """Model → mode → rows of `FIELDS`; the context is the total over sequences."""
    models = json.loads((source / "llama_cpp_memory.json").read_text())["models"]
    condensed: dict[str, Any] = {"fields": FIELDS, "models": {}}
    for name, found in models.items():
        modes: dict[str, list[list[Any]]] = {}
        for row in found["rows"]:
            if row["ok"] and row["mode"] != "cpu":
                row["per_device"] = per_device(row)
                modes.setdefault(row["mode"], []).append([row.get(field, 0) for field in FIELDS])
        condensed["models"][name] = {"weights": found["weights"].lower(), "rows": modes}
    return condensed


VLLM_FIELDS = {
    "model": "model", "kv": "kv", "context": "max_len", "groups": "groups", "block_bytes": "bytes_per_block",
    "request_blocks": "blocks_per_full_request", "request_bytes": "bytes_per_full_request", "pool_blocks": "num_blocks_20GiB",
    "pool_requests": "max_concurrency_20GiB", "pool_tokens": "tokens_20GiB",
}  # fmt: skip
"""Name in the tests' data → name in vllm_kv.json."""


def vllm(source: Path) -> dict[str, Any]:
    """Rows of vLLM's planner for a pool of 20 GiB; a group is its layers, tokens a block and bytes a page."""
    found = json.loads((source / "vllm_kv.json").read_text())
    settings = dict(part.split("=") for part in found["note"].split(", "))
    rows = []
    for row in found["rows"]:
        groups = [[layers, tokens, page] for layers, _, tokens, page in row["groups"]]
        rows.append([groups if name == "groups" else row[old] for name, old in VLLM_FIELDS.items()])
    in_flight = int(settings["max_num_batched_tokens"]) * int(settings["max_concurrent_batches"])
    return {"fields": list(VLLM_FIELDS), "in_flight_tokens": in_flight, "rows": rows}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=Path)
    source = parser.parse_args().input
    for name, data in (
        ("llama_cpp_weights", weights(source)),
        ("llama_cpp_memory", memory(source)),
        ("llama_cpp_fit", fit(source)),
        ("vllm_kv", vllm(source)),
    ):
        text = json.dumps(data, separators=(",", ":")).replace("],[", "],\n[")
        (TESTS / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
