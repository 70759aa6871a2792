"""Ask llama.cpp's planner what it puts where when a command line says so; the tests read the same flags with advisor.

    python -m scripts.truth.told --lab DIR --out tests/data/llama_cpp_told.json [MODEL...]

Each plan stands here twice: as the flags a person types, and as what DIR/build/probe is given, so that neither is derived
from the other. docs/llama-cpp-truth.md says what the probe is.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.catalog import find
from advisor.catalog.load import load_catalog
from scripts.truth.gguf_header import write_header

ROOT = Path(__file__).resolve().parent.parent.parent
ONE, TWO = (("Big GPU", 1000000),), (("RTX 4090", 24564), ("RTX 5070 Ti", 16303))
MODELS = {
    "qwen3-30b-a3b": "q4_k_m", "glm-4.7-flash": "q4_k_m", "gpt-oss-20b": "mxfp4", "llama-3.1-8b": "q4_k_m", "gemma-3-12b": "q4_k_m",
    "glm-4.5-air": "q4_k_m", "qwen3-8b": "q8_0", "mistral-small-24b": "q4_k_m", "qwen3.6-35b-a3b": "q4_k_m",
    "qwen3-next-80b-a3b": "q4_k_m",
}  # fmt: skip
EXPERTS = r"ffn_(up|down|gate|gate_up)_(ch|)exps"


@dataclass(frozen=True)
class Plan:
    """A placement as typed and as the probe is asked for it."""

    flags: str
    devices: tuple[tuple[str, int], ...] = ONE
    layers: int = 999
    split: str = ""
    overrides: str = ""


PLANS = (
    Plan("-ngl 99"),
    Plan("-ngl 99", TWO),
    Plan("-ngl 99 -ts 3,5", TWO, split="3,5"),
    Plan("-ngl 20", layers=20),
    Plan("-ngl 30 --cpu-moe", TWO, layers=30, overrides=rf"\.{EXPERTS}=CPU"),
    Plan("--cpu-moe", overrides=rf"\.{EXPERTS}=CPU"),
    Plan("--cpu-moe", TWO, overrides=rf"\.{EXPERTS}=CPU"),
    Plan("--n-cpu-moe 7", TWO, overrides=rf"blk\.[0-6]\.{EXPERTS}=CPU"),
    Plan("-ngl 99 -ot exps=CPU", overrides="exps=CPU"),
    Plan("-ot .ffn_.*_exps.=CPU", overrides=".ffn_.*_exps.=CPU"),
    Plan(r"-ot '\.ffn_(up|down)_exps\.=CPU'", overrides=r"\.ffn_(up|down)_exps\.=CPU"),
    Plan(r"-ot 'blk\.(1[0-9]|2[0-3])\.ffn_.*_exps\.=CPU'", TWO, overrides=r"blk\.(1[0-9]|2[0-3])\.ffn_.*_exps\.=CPU"),
    Plan(r"-ot 'blk\.(1[0-9])\.ffn_(up|down|gate)\.=CPU'", overrides=r"blk\.(1[0-9])\.ffn_(up|down|gate)\.=CPU"),
    Plan(r"-ot '\.ffn_(up|down|gate)\.=CPU'", TWO, overrides=r"\.ffn_(up|down|gate)\.=CPU"),
    Plan("--n-cpu-ffn 8", TWO, overrides=r"blk\.[0-7]\.ffn_(up|down|gate)\.=CPU"),
    Plan(r"-ot '^output\.=CPU'", overrides=r"^output\.=CPU"),
    Plan(
        r"-ot 'blk\.[0-3]\.attn_q\.=CUDA1,exps=CPU' -ts 1,1",
        TWO,
        split="1,1",
        overrides=r"blk\.[0-3]\.attn_q\.=FAKE1,exps=CPU",
    ),
)
SETTINGS = (
    ("-c 8192", "ctx=8192 seq=1 ub=512 fa=1 outputs=1"),
    ("-c 32768 -np 4 -ctk q8_0 -ctv f16", "ctx=32768 seq=4 ub=512 fa=1 tk=q8_0 tv=f16 outputs=4"),
    ("-c 65536 -np 2 -kvu -ctk q8_0 -ctv q8_0", "ctx=65536 seq=2 unified=1 ub=512 fa=1 tk=q8_0 tv=q8_0 outputs=2"),
    ("-c 16384 -ub 1024 -fa off --swa-full", "ctx=16384 seq=1 ub=1024 fa=0 swa_full=1 outputs=1"),
    ("-c 30000 -np 3 -ctv q4_0", "ctx=30000 seq=3 ub=512 fa=1 tk=f16 tv=q4_0 outputs=3"),
)
FIELDS = ("model", "weights", "flags", "devices", "pools")


def ask(lab: Path, file: Path, plan: Plan) -> list[dict[str, Any]]:
    """The probe's answers in every setting. Raises RuntimeError with its words where it does not load the file."""
    environ = {
        **os.environ, "GGML_BACKEND_PATH": str(lab / "build" / "libfakegpu.so"),
        "FAKEGPU": ",".join(f"{name}:{mib}" for name, mib in plan.devices), "PROBE_OT": plan.overrides,
    }  # fmt: skip
    if not plan.overrides:
        del environ["PROBE_OT"]
    done = subprocess.run(  # noqa: S603 - the maintainer's own build
        [str(lab / "build" / "probe"), str(file), str(plan.layers), plan.split],
        input="".join(f"{setting}\n" for _, setting in SETTINGS), env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")][1:]
    if done.returncode or len(answers) != len(SETTINGS):
        raise RuntimeError(re.sub(r"\s+", " ", done.stderr)[-300:])
    return answers


def pools(answer: dict[str, Any]) -> list[list[int]]:
    """Weights, context and compute bytes of each device in order, then of the host."""
    buffers, parts = answer["buft"], ("model", "context", "compute")
    found = [[buffers[name][part] for part in parts] for name in sorted(buffers) if not buffers[name]["host"]]
    return [*found, [sum(each[part] for each in buffers.values() if each["host"]) for part in parts]]


def rows(lab: Path, names: list[str]) -> list[list[Any]]:
    """A row of `FIELDS` for every model, plan and setting."""
    catalog, found = load_catalog((ROOT / "catalog",)), []
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "model.gguf"
            write_header(find.model(catalog, name), MODELS[name], catalog, file)
            for plan in PLANS:
                for (flags, _), answer in zip(SETTINGS, ask(lab, file, plan), strict=True):
                    if answer["ok"]:
                        found.append(
                            [
                                name,
                                MODELS[name],
                                f"{flags} {plan.flags}",
                                [mib for _, mib in plan.devices],
                                pools(answer),
                            ]
                        )
        print(name, len(found), file=sys.stderr)
    return found


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lab", type=Path, required=True, help="folder with build/probe and build/libfakegpu.so")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("models", nargs="*", default=list(MODELS))
    asked = parser.parse_args()
    found = rows(asked.lab.resolve(), asked.models)
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in found)
    asked.out.write_text(f'{{"fields":{json.dumps(FIELDS)},"rows":[\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
