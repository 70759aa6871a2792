"""`python -m advisor` and the `advisor` command."""

import os
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    # numpy's BLAS starts a thread per core when imported; the arrays here are small and the start would cost 45 ms.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from advisor.cli.main import run  # noqa: PLC0415 - after the environment is set

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
