"""Condense llama.cpp's own answers into the tests' data.

    python scripts/condense_truth.py INPUT

INPUT holds llama_cpp_memory.json and llama_cpp_weights.json, printed by llama.cpp's planner and quantizer on header-only
files. Expected numbers in the tests come from there, never from advisor.
"""

import argparse
import json
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent.parent / "tests" / "data"
FIELDS = ("ctx", "seq", "unified", "tk", "tv", "fa", "ub", "outputs", "swa_full", "dev_model", "host_model", "dev_ctx", "host_ctx",
          "dev_compute", "host_compute")  # fmt: skip
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


def memory(source: Path) -> dict[str, Any]:
    """Model → mode → rows of `FIELDS`; the context is the total over sequences."""
    models = json.loads((source / "llama_cpp_memory.json").read_text())["models"]
    condensed: dict[str, Any] = {"fields": FIELDS, "models": {}}
    for name, found in models.items():
        modes: dict[str, list[list[Any]]] = {}
        for row in found["rows"]:
            if row["ok"] and row["mode"] != "cpu":
                modes.setdefault(row["mode"], []).append([row.get(field, 0) for field in FIELDS])
        condensed["models"][name] = {"weights": found["weights"].lower(), "rows": modes}
    return condensed


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=Path)
    source = parser.parse_args().input
    for name, data in (("llama_cpp_weights", weights(source)), ("llama_cpp_memory", memory(source))):
        text = json.dumps(data, separators=(",", ":")).replace("],[", "],\n[")
        (TESTS / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
