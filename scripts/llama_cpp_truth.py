"""Ask llama.cpp itself what catalog models take, and hold advisor's plan against it. For maintainers; no test runs it.

    python scripts/llama_cpp_truth.py build --lab DIR
    python scripts/llama_cpp_truth.py rows --lab DIR MODEL... [--mix q4_k_m] [--out FILE]

`build` fetches the source of llama-cpp-python, builds its llama.cpp and the helpers in DIR/src; `rows` writes a header-only
GGUF of each model, asks DIR/build/probe for its memory in many settings, prints advisor's error and stores the rows as
`condense_truth.py` reads them. docs/llama-cpp-truth.md says what the helpers do.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from advisor.catalog import find
from advisor.catalog.contents import Catalog
from advisor.catalog.load import load_catalog
from advisor.catalog.schema.model import Model
from advisor.estimate.kv_cache import CacheQuestion
from advisor.estimate.layered import Kept, device_use, load
from advisor.estimate.placement import Pool
from advisor.estimate.weights import weight_bytes
from scripts.truth.gguf_header import write_header

VERSION = "0.3.36"
ROOT = Path(__file__).resolve().parent.parent
BIG = Pool("big", None, 1 << 50, 1 << 50, "", None, 0)
ALL = 999
CMAKE = ("-DCMAKE_BUILD_TYPE=Release", "-DLLAMA_CURL=OFF", "-DLLAMA_OPENSSL=OFF", "-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_BUILD_UI=OFF",
         "-DGGML_CCACHE=OFF")  # fmt: skip


def _run(*command: str, cwd: Path) -> None:
    print("+", " ".join(command), file=sys.stderr)
    subprocess.run(command, cwd=cwd, check=True)  # noqa: S603 - the maintainer's own build


def build(lab: Path) -> None:
    """llama.cpp and the helpers under `lab`/build; about four minutes on two cores."""
    name = f"llama_cpp_python-{VERSION}"
    if not (lab / name).exists():
        _run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "--no-build-isolation",
             f"llama-cpp-python=={VERSION}", cwd=lab)  # fmt: skip
        _run("tar", "xzf", f"{name}.tar.gz", cwd=lab)
    source = lab / name / "vendor" / "llama.cpp"
    _run("cmake", "-S", str(source), "-B", "build", "-G", "Ninja", *CMAKE, cwd=lab)
    _run("ninja", "-C", "build", "llama-quantize", "llama-fit-params", cwd=lab)
    include = [f"-I{source / part}" for part in ("ggml/include", "ggml/src", "include", "src")]
    libraries = ["-Lbuild/bin", "-lllama", "-lggml", "-lggml-base", "-lggml-cpu", f"-Wl,-rpath,{lab}/build/bin"]
    _run(
        "g++",
        "-O1",
        "-std=c++17",
        "-fPIC",
        "-shared",
        "-o",
        "build/libfakegpu.so",
        "src/fakegpu.cpp",
        *include,
        *libraries,
        cwd=lab,
    )
    _run("g++", "-O1", "-std=c++17", "-o", "build/probe", "src/probe.cpp", *include, *libraries, cwd=lab)


def settings(model: Model) -> list[dict[str, Any]]:
    """Settings worth asking: short and trained context, cache types, flash attention, sequences, micro-batches, logits."""
    trained = model.context_tokens or 32768
    found = []
    for context, kv_type, flash, (sequences, unified), ubatch, every in product(
        sorted({4096, trained}), ("f16", "q8_0"), (1, 0), ((1, 0), (4, 1), (4, 0)), (512, 2048), (True, False)
    ):
        if flash or kv_type == "f16":
            found.append(
                {"ctx": context, "seq": sequences, "unified": unified, "tk": kv_type, "tv": kv_type, "fa": flash, "ub": ubatch,
                 "outputs": 0 if every else sequences}
            )  # fmt: skip
    return found


def ask(lab: Path, file: Path, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of llama.cpp's answers with everything on one large device. Raises RuntimeError where it does not load the file."""
    lines = "".join(" ".join(f"{key}={value}" for key, value in one.items()) + "\n" for one in asked)
    environ = {**os.environ, "GGML_BACKEND_PATH": str(lab / "build" / "libfakegpu.so"), "FAKEGPU": "Big GPU:1000000"}
    done = subprocess.run(  # noqa: S603 - the maintainer's own build
        [str(lab / "build" / "probe"), str(file), str(ALL), ""], input=lines, env=environ, capture_output=True, text=True, check=False
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")][1:]
    if done.returncode or len(answers) != len(asked):
        raise RuntimeError(re.sub(r"\s+", " ", done.stderr)[-500:])
    return [_row(one, answer) for one, answer in zip(asked, answers, strict=True)]


def _row(asked: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    row = {**asked, "mode": "gpu", "ok": answer["ok"]}
    for side, host in (("dev", 0), ("host", 1)):
        for field, part in (("model", "model"), ("ctx", "context"), ("compute", "compute")):
            row[f"{side}_{field}"] = sum(b[part] for b in answer["buft"].values() if b["host"] == host)
    return row


@dataclass(frozen=True)
class Errors:
    """Relative errors of advisor's bytes on the device."""

    total: list[float]
    compute: list[float]


def compared(catalog: Catalog, model: Model, mix: str, rows: list[dict[str, Any]]) -> Errors:
    """Advisor's plan against every row."""
    weights = weight_bytes(model, catalog.quants[mix], "gguf", catalog.quants.__getitem__)
    errors = Errors([], [])
    for row in rows:
        asked = CacheQuestion(
            context_tokens=row["ctx"] // row["seq"], sequences=row["seq"], key_type=row["tk"], value_type=row["tv"], ubatch=row["ub"],
            flash_attention=bool(row["fa"]), unified=bool(row["unified"]),
        )  # fmt: skip
        found = load(model, weights, "llama.cpp", asked, row["outputs"] or row["ub"])
        use = device_use(found, Kept(weights.layer_bytes), (BIG,), 0, (0, found.layers))
        truth = row["dev_model"] + row["dev_ctx"] + row["dev_compute"]
        errors.total.append(abs(use.used_bytes / truth - 1))
        errors.compute.append(abs(use.compute_buffer_bytes / row["dev_compute"] - 1))
    return errors


def _summary(errors: list[float]) -> str:
    cuts = quantiles(errors, n=100)
    return f"median {median(errors):8.3%}  90th {cuts[89]:7.2%}  worst {max(errors):7.2%}"


def rows(lab: Path, names: list[str], mix: str, out: Path | None) -> None:
    """Ask for each model and print how far advisor is off; one that llama.cpp does not load is reported and left out."""
    catalog = load_catalog((ROOT / "catalog",))
    made: dict[str, Any] = {}
    for name in names:
        model = find.model(catalog, name)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "model.gguf"
            write_header(model, mix, catalog, file)
            try:
                found = [row for row in ask(lab, file, settings(model)) if row["ok"]]
            except RuntimeError as reason:
                print(f"{model.id:28s} not loaded: {reason}")
                continue
        errors = compared(catalog, model, mix, found)
        print(
            f"{model.id:28s} {len(found):4d} rows  total {_summary(errors.total)}   compute {_summary(errors.compute)}"
        )
        made[model.id] = {"weights": mix, "rows": found}
    if out:
        out.write_text(json.dumps({"models": made}))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("build", "rows"):
        command = commands.add_parser(name)
        command.add_argument("--lab", type=Path, required=True, help="folder with src/fakegpu.cpp and src/probe.cpp")
        if name == "rows":
            command.add_argument("models", nargs="+")
            command.add_argument("--mix", default="q4_k_m")
            command.add_argument("--out", type=Path)
    asked = parser.parse_args()
    lab = asked.lab.resolve()
    if asked.command == "build":
        build(lab)
    else:
        rows(lab, asked.models, asked.mix, asked.out)


if __name__ == "__main__":
    main()
