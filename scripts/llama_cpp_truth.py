"""Ask llama.cpp itself what catalog models take, and hold advisor's plan against it. For maintainers; no test runs it.

    python -m scripts.llama_cpp_truth build --lab DIR
    python -m scripts.llama_cpp_truth rows --lab DIR [MODEL...] [--modes gpu,gpu2] [--mix q4_k_m] [--worst N]
    python -m scripts.llama_cpp_truth rows --lab DIR --few --out tests/data/llama_cpp_architectures.json MODEL...

`build` fetches the source of llama-cpp-python into DIR, builds its llama.cpp and the helpers in scripts/truth/cpp; `rows` writes a header-only GGUF of
each model (every sized base model where none is named), asks DIR/build/probe for its memory in many settings and prints advisor's
error part by part. docs/llama-cpp-truth.md says what the helpers do.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from advisor.catalog import find
from advisor.catalog.contents import Catalog
from advisor.catalog.load import load_catalog
from advisor.catalog.schema.model import Model
from scripts.truth.compare import PARTS, Compared, compared, described, summary
from scripts.truth.gguf_facts import blocks
from scripts.truth.gguf_header import write_header
from scripts.truth.planner import FIELDS, MODES, Row, ask, condensed, few, settings

VERSION = "0.3.36"
COMMIT = "0c1e57098bba43ac29e6e3b677cdceebdd22334f"
ROOT = Path(__file__).resolve().parent.parent
CPP = ROOT / "scripts" / "truth" / "cpp"
CMAKE = ("-DCMAKE_BUILD_TYPE=Release", "-DLLAMA_CURL=OFF", "-DLLAMA_OPENSSL=OFF", "-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_BUILD_UI=OFF",
         "-DGGML_CCACHE=OFF")  # fmt: skip


def _run(*command: str, cwd: Path) -> None:
    print("+", " ".join(command), file=sys.stderr)
    subprocess.run(command, cwd=cwd, check=True)  # noqa: S603 - the maintainer's own build


def build(lab: Path) -> None:
    """llama.cpp and the helpers under `lab`/build; a few minutes on two cores."""
    lab.mkdir(parents=True, exist_ok=True)
    name = f"llama_cpp_python-{VERSION}"
    if not (lab / name).exists():
        _run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "--no-build-isolation",
             f"llama-cpp-python=={VERSION}", cwd=lab)  # fmt: skip
        _run("tar", "xzf", f"{name}.tar.gz", cwd=lab)
    source = lab / name / "vendor" / "llama.cpp"
    _run("cmake", "-S", str(source), "-B", "build", "-G", "Ninja", *CMAKE, cwd=lab)
    _run("ninja", "-C", "build", "llama-quantize", "llama-fit-params", cwd=lab)
    helpers(lab)


def helpers(lab: Path) -> None:
    """The backend that computes nothing and the program that asks, under `lab`/build, beside a llama.cpp built there."""
    source = lab / f"llama_cpp_python-{VERSION}" / "vendor" / "llama.cpp"
    include = [f"-I{source / part}" for part in ("ggml/include", "ggml/src", "include", "src")]
    libraries = ["-Lbuild/bin", "-lllama", "-lggml", "-lggml-base", "-lggml-cpu", f"-Wl,-rpath,{lab}/build/bin"]
    for made, options in (("libfakegpu.so", ["-fPIC", "-shared"]), ("probe", [])):
        code = CPP / ("fakegpu.cpp" if made.endswith(".so") else "probe.cpp")
        _run("g++", "-O1", "-std=c++17", *options, "-o", f"build/{made}", str(code), *include, *libraries, cwd=lab)


def models_named(catalog: Catalog, names: list[str]) -> list[Model]:
    """The models of these names; without any, every sized one that shares no other's layers."""
    if names:
        return [find.model(catalog, name) for name in names]
    return [model for model in catalog.models.values() if model.is_sized and not model.same_architecture_as]


def answered(lab: Path, catalog: Catalog, model: Model, asked: argparse.Namespace) -> list[Row]:
    """Rows of llama.cpp's answers in every mode that means something for the model.

    Raises RuntimeError with the loader's words where llama.cpp does not load the file.
    """
    found = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.gguf"
        write_header(model, asked.mix, catalog, file)
        for mode in asked.modes.split(","):
            if mode == "cpumoe" and not any(block.moe for block in model.blocks.values()):
                continue
            wanted = settings(model, mode)
            found += ask(lab, file, mode, blocks(model), few(wanted) if asked.few else wanted)
    return found


def printed(model: Model, mode: str, found: list[Compared], worst: int) -> None:
    """One line of errors part by part, and the rows furthest off."""
    cells = (summary([each.errors[part] for each in found if part in each.errors]) for part in PARTS)
    print(f"{model.id:28s} {mode:8s} {len(found):4d}  " + "  ".join(f"{cell:>24s}" for cell in cells), flush=True)
    for each in sorted(found, key=lambda one: -abs(one.errors["total"]))[:worst]:
        print(f"    {each.errors['total']:+8.2%}  {described(each.row)}  {each.bytes['total']}")


def rows(lab: Path, asked: argparse.Namespace) -> None:
    """Ask for each model and print how far advisor is off; one that llama.cpp does not load is reported and left out."""
    catalog = load_catalog((ROOT / "catalog",))
    made: dict[str, Any] = {}
    print(" " * 43 + "  ".join(f"{part:>7s}: median 90th max" for part in PARTS))
    for model in models_named(catalog, asked.models):
        if model.kv_refused or not model.gguf_architecture:
            print(f"{model.id:28s} refused: {model.kv_refused or 'llama.cpp has no architecture of it'}")
            continue
        try:
            found = answered(lab, catalog, model, asked)
        except RuntimeError as reason:
            print(f"{model.id:28s} not loaded: {reason}")
            continue
        for mode in dict.fromkeys(row["mode"] for row in found):
            of_mode = [row for row in found if row["mode"] == mode]
            printed(model, mode, compared(catalog, model, asked.mix, of_mode), asked.worst)
        made[model.id] = {"weights": asked.mix, "rows": condensed(found)}
    if asked.out:
        file = {"llama_cpp": COMMIT, "source": f"llama-cpp-python {VERSION}", "fields": FIELDS, "models": made}
        asked.out.write_text(json.dumps(file, separators=(",", ":")).replace("],[", "],\n[") + "\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("build", "rows"):
        command = commands.add_parser(name)
        command.add_argument("--lab", type=Path, required=True, help="folder to build in")
        if name == "rows":
            command.add_argument("models", nargs="*")
            command.add_argument("--mix", default="q4_k_m")
            command.add_argument("--modes", default=",".join(MODES))
            command.add_argument("--few", action="store_true", help="two contexts and one micro-batch")
            command.add_argument("--worst", type=int, default=0, help="print the rows furthest off")
            command.add_argument("--out", type=Path)
    asked = parser.parse_args()
    lab = asked.lab.resolve()
    if asked.command == "build":
        build(lab)
    else:
        rows(lab, asked)


if __name__ == "__main__":
    main()
