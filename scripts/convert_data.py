"""Make the converted part of the catalog again from the material it was read in.

    python scripts/convert_data.py INPUT [--out DIR]

INPUT holds hardware.yaml, measurements_*.yaml, models/ and so on. Everything under catalog/ is written except quants/ and
runtimes/, which are kept by hand and copied as they are, and ledger/ beside it, which accounts for every input row.
The same input gives the same bytes.
"""

import argparse
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.convert import (  # noqa: E402 - after the path is set
    authored_sources,
    benchmarks,
    compatibility,
    costs,
    hardware,
    models,
    pipelines,
    prices,
    quality,
)
from scripts.convert.common import Output, Sources  # noqa: E402

CONVERTERS = (hardware, compatibility, models, benchmarks, prices, costs, quality, pipelines, authored_sources)
AUTHORED = ("quants", "runtimes")


def convert(data: Path, out: Path) -> int:
    """Write catalog/ and ledger/ below `out`; the number of files written."""
    sources, output = Sources(), Output()
    for converter in CONVERTERS:
        converter.convert(data, sources, output)
    for source_id, body in sources.files.items():
        output.put(f"sources/{source_id}.yaml", body)
    for path, text in sorted(output.texts.items()):
        target = out / path if path.startswith("ledger/") else out / "catalog" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    for kind in AUTHORED:
        if out.resolve() != ROOT:
            shutil.copytree(ROOT / "catalog" / kind, out / "catalog" / kind, dirs_exist_ok=True)
    return len(output.texts)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=Path, help="folder of the material")
    parser.add_argument(
        "--out", type=Path, default=ROOT, help="folder to write catalog/ and ledger/ in [default: the checkout]"
    )
    arguments = parser.parse_args()
    print(f"{convert(arguments.input, arguments.out)} files")


if __name__ == "__main__":
    main()
