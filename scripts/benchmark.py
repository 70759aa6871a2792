"""Start-up, as whole processes: medians in milliseconds and as multiples of starting Python itself.

    python scripts/benchmark.py [--runs 15]

It informs and never fails: a wall clock on a shared machine is no test.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "advisor --help": [sys.executable, "-m", "advisor", "--help"],
    "advisor fit (JSON)": [sys.executable, "-m", "advisor", "fit", "gpt-oss-120b", "--hw", "spark", "--json"],
    "advisor fit (card)": [sys.executable, "-m", "advisor", "fit", "gpt-oss-120b", "--hw", "spark"],
    "advisor fit, one runtime": [
        sys.executable,
        "-m",
        "advisor",
        "fit",
        "gpt-oss-120b",
        "--hw",
        "spark",
        "--runtime",
        "llama.cpp",
    ],
    "advisor list models": [sys.executable, "-m", "advisor", "list", "models"],
}


def milliseconds(command: list[str], runs: int) -> float:
    """Median wall time of the command; the first run, which may write the snapshot, is not counted."""
    root = Path(__file__).resolve().parent.parent
    times = []
    for run in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=root, env=os.environ)  # noqa: S603
        if run:
            times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    bare = milliseconds(COMMANDS["python -c pass"], runs)
    for name, command in COMMANDS.items():
        median = milliseconds(command, runs)
        print(f"{name:28} {median:7.1f} ms  {median / bare:5.1f} x python")


if __name__ == "__main__":
    main()
