"""Measures what hostile archives cost, at n, 2n and 4n of each.

    python3 Tests/Hostile/hostile.py TOOL LAUNCHER FOLDER [--only NAME]... [--scale FACTOR]

TOOL is a release build with the trait ArchiveFiles, LAUNCHER what Tests/Benchmarks/launch.c makes; FOLDER is made for
the archives, and removed again. Of processor time the exponent is printed: 1 is linear, 2 quadratic. Of memory, what
one more unit takes. What is over its bound is a line `FAILED`, and the exit status is 1; 2 means that nothing could be
measured.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from attacks import ATTACKS, unlisted_in_one_folder
from forged import Forged, Key

LARGEST_EXPONENT = 1.15
# A shorter run says more of the start of the program.
SHORTEST = 0.3
RUNS = 2
# For one run, in seconds.
LONGEST = 300
MILLION, MILLION_SECONDS, MILLION_BYTES = 1_000_000, 10.0, 300 << 20


class HostileError(Exception):
    """Something could not be measured."""


@dataclass(frozen=True)
class Programs:
    """What is measured, and what measures it."""

    tool: Path
    # Tests/Benchmarks/launch.c.
    launcher: Path
    folder: Path


@dataclass(frozen=True)
class Cost:
    """What a run took."""

    seconds: float
    processor_seconds: float
    peak_bytes: int


def run(programs: Programs, archive: Forged, options: list[str] | None = None) -> Cost:
    arguments = archive.finish() + (options or [])
    result = programs.folder / "result"
    command = [str(programs.launcher), str(result), str(programs.tool), "validate", *arguments]
    # A group of its own, so that what is too slow ends with the launcher.
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            _, errors = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise HostileError(f"it was stopped after {LONGEST} s") from None
    if process.returncode != 0:
        raise HostileError(f"the launcher ended with {process.returncode}")
    status, seconds, user, system, peak = result.read_text().split()
    if status not in ("0", "1", "2"):
        raise HostileError(f"status {status}: {errors.decode(errors='replace'):.300}")
    return Cost(float(seconds), float(user) + float(system), int(peak) * 1024)


def measure(programs: Programs, key: Key, only: list[str], scale: float) -> list[str]:
    failures: list[str] = []
    print(f"{'attack':42} {'n':>9} {'n':>7} {'2n':>7} {'4n':>7}  exponent  {'MiB at 4n':>9}  bytes a unit (bound)")
    for attack in ATTACKS:
        if only and attack.name not in only:
            continue
        size = max(4, int(attack.size * scale))
        costs: list[Cost] = []
        try:
            for count in (size, 2 * size, 4 * size):
                archive = Forged(programs.folder / attack.name, key)
                archive.clear()
                attack.make(archive, count)
                # Other programs on the machine make a run dearer, and none cheaper.
                runs = [run(programs, archive) for _ in range(RUNS)]
                costs.append(min(runs, key=lambda cost: cost.processor_seconds))
        except HostileError as error:
            failures.append(f"{attack.name}: {error}")
            print(f"{attack.name:42} {size:9,} {' '.join(f'{cost.processor_seconds:7.2f}' for cost in costs)}  {error}")
            continue
        finally:
            shutil.rmtree(programs.folder / attack.name, ignore_errors=True)
        first, last = costs[0], costs[-1]
        exponent = math.log2(last.processor_seconds / first.processor_seconds) / 2
        unit = (last.peak_bytes - first.peak_bytes) / (3 * size)
        print(
            f"{attack.name:42} {size:9,} {' '.join(f'{cost.processor_seconds:7.2f}' for cost in costs)}"
            f"  {exponent:8.2f}  {last.peak_bytes / (1 << 20):9.1f}  {unit:,.0f} ({attack.unit_bytes:,})",
            flush=True,
        )
        if exponent > LARGEST_EXPONENT:
            failures.append(f"{attack.name}: the exponent {exponent:.2f} is over {LARGEST_EXPONENT}: {attack.meaning}")
        if unit > attack.unit_bytes:
            failures.append(f"{attack.name}: {unit:,.0f} bytes a unit are over {attack.unit_bytes:,}: {attack.meaning}")
        if first.processor_seconds < SHORTEST and scale >= 1:
            print(f"{attack.name:42} its first run took less than {SHORTEST} s")
    return failures


def measure_million(programs: Programs, key: Key) -> list[str]:
    """A million unlisted files in one folder."""
    archive = Forged(programs.folder / "million", key)
    archive.clear()
    unlisted_in_one_folder(archive, MILLION)
    try:
        cost = run(programs, archive)
    finally:
        shutil.rmtree(programs.folder / "million", ignore_errors=True)
    mebibytes = cost.peak_bytes / (1 << 20)
    print(f"{MILLION:,} unlisted files in one folder: {cost.seconds:.1f} s, {mebibytes:.0f} MiB")
    failures: list[str] = []
    if cost.seconds > MILLION_SECONDS:
        failures.append(f"{MILLION:,} unlisted files took {cost.seconds:.1f} s, over {MILLION_SECONDS} s")
    if cost.peak_bytes > MILLION_BYTES:
        failures.append(f"{MILLION:,} unlisted files took {mebibytes:.0f} MiB, over {MILLION_BYTES >> 20} MiB")
    return failures


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("tool", type=Path)
    parser.add_argument("launcher", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append", default=[], choices=[a.name for a in ATTACKS] + ["million"])
    parser.add_argument("--scale", type=float, default=1)
    arguments = parser.parse_args()
    key = Key()
    programs = Programs(arguments.tool, arguments.launcher, arguments.folder)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    failures: list[str] = []
    try:
        failures += measure(programs, key, arguments.only, arguments.scale)
        if not arguments.only or "million" in arguments.only:
            failures += measure_million(programs, key)
    except HostileError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(arguments.folder, ignore_errors=True)
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
