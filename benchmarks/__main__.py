"""``make bench``: run every ``benchmarks/bench_*.py``, one after the other, and print its table."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path


def main() -> None:
    """Run them all, or those whose names are given: ``python -m benchmarks keying``."""
    folder = Path(__file__).parent
    names = [path.stem for path in sorted(folder.glob("bench_*.py"))]
    wanted = sys.argv[1:]
    for name in names:
        if not wanted or name.removeprefix("bench_") in wanted:
            print(f"\n## {name}\n", flush=True)
            sys.argv = [name]
            runpy.run_module(f"benchmarks.{name}", run_name="__main__")


if __name__ == "__main__":
    main()
