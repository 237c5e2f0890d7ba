"""Measures the product against the floor. `make bench` builds everything and starts this; see docs/benchmarks.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from archives import ArchiveError, Archives
from context import Context
from document import Document, spoken
from machine import commit, load, machine
from programs import Programs, RunError
from results import RowResult
from row_archives import empty, large, lean, small, tenfold
from row_aws import aws
from row_cold import cold
from row_huge import huge
from row_made import made
from row_slow import slow
from row_startup import startup
from row_tar import tar

_ROOT = Path(__file__).resolve().parents[2]
ROWS: dict[str, Callable[[Context], RowResult]] = {
    "small": small,
    "lean": lean,
    "large": large,
    "empty": empty,
    "startup": startup,
    "aws": aws,
    "slow": slow,
    "cold": cold,
    "tar": tar,
    "tenfold": tenfold,
    "huge": huge,
    "made": made,
}
# These make gigabytes or take minutes.
FULL_ROWS = {"tenfold", "huge", "made"}
# How much ten times the data takes is a ratio of four runs: the median of seven such moved by a tenth from day to day.
PAIRS = 15
# With fewer rounds the median is that of a few accidents: good to try the harness, not to be written down.
FEWEST_RECORDED_PAIRS = 7


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures the product against the floor.")
    parser.add_argument("rows", metavar="ROW", nargs="*", help=f"which rows: {', '.join(ROWS)}")
    parser.add_argument("--build", type=Path, required=True, help="the folder with the release build")
    parser.add_argument("--folder", type=Path, required=True, help="where the C programs are and the archives go")
    parser.add_argument("--full", action="store_true", help=f"also {', '.join(sorted(FULL_ROWS))}")
    parser.add_argument("--pairs", type=int, default=PAIRS, help=f"rounds of floor and product (default: {PAIRS})")
    parser.add_argument("--traits", default="", help="the package traits it was built with, for the tables")
    arguments = parser.parse_args()
    for row in arguments.rows:
        if row not in ROWS:
            parser.error(f"no such row: {row}; there are {', '.join(ROWS)}")
    if arguments.pairs < 1:
        parser.error("at least one pair")
    return arguments


def main() -> int:
    arguments = parse_arguments()
    rows = arguments.rows or [row for row in ROWS if arguments.full or row not in FULL_ROWS]
    folder, build = arguments.folder.absolute(), arguments.build.absolute()
    programs = Programs(
        tool=build / "cloudtrail-integrity",
        floor=folder / "floor",
        launcher=folder / "launch",
        holder=folder / "hold",
        storages=build,
        folder=folder,
    )
    context = Context(Archives(folder, programs.tool), programs, arguments.pairs, arguments.traits)
    facts = machine(programs)
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    if load() > 0.5:
        print(f"The load of this machine is {load():.1f}: others are at work, and they will be measured too.")
    document = Document(folder / "results.json", _ROOT / "docs" / "benchmarks.md", facts)
    is_recorded = arguments.pairs >= FEWEST_RECORDED_PAIRS
    targets = []
    for row in rows:
        print(f"\n== {row}", flush=True)
        try:
            result = ROWS[row](context)
        except (ArchiveError, RunError) as error:
            print(f"{row}: {error}", file=sys.stderr)
            return 1
        print(spoken(result), flush=True)
        targets += result.targets
        if is_recorded:
            document.add(arguments.traits, row, result, _command(arguments), commit(), _today())
    if is_recorded:
        document.write(list(ROWS))
        print("\nWritten to docs/benchmarks.md.")
    else:
        print(f"\nFewer than {FEWEST_RECORDED_PAIRS} pairs: docs/benchmarks.md stays as it is.")
    met = sum(target.is_met and not target.void for target in targets)
    void = sum(bool(target.void) for target in targets)
    print(f"{met} of {len(targets)} targets met, {void} void.")
    return 0


def _command(arguments: argparse.Namespace) -> str:
    """The command that repeats this run."""
    words = ["make bench"]
    if arguments.full:
        words.append("FULL=1")
    if arguments.rows:
        words.append(f'ROWS="{" ".join(arguments.rows)}"')
    if arguments.pairs != PAIRS:
        words.append(f"PAIRS={arguments.pairs}")
    if arguments.traits:
        words.append(f"TRAITS={arguments.traits}")
    return " ".join(words)


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


if __name__ == "__main__":
    sys.exit(main())
