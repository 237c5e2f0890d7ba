"""Measures one large folder of log files and one long chain of digest files, all of them genuine, and interrupts them.

    python3 Tests/Hostile/large.py TOOL LAUNCHER FOLDER [--logs N] [--digests N] [--moments N] [--seed N]

TOOL and LAUNCHER are as for hostile.py. Each archive is measured at a quarter, half and all of its size, without a state,
in the first run with one, and in the second. Then a run that writes all it can, with a report, a manifest and the state,
gets SIGINT at random moments: it must end with 130 within a second, leave nothing behind, and change no state. The
largest latency is printed. What does not hold is a line `FAILED`, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from forged import BEGIN, HOUR, Digest, Forged, Key, digest, digest_key, listing, log_folder, log_name, packed
from hostile import LARGEST_EXPONENT, Cost, HostileError, Programs, run

LONGEST_LATENCY = 1.0
# SHA-256 of `{}`.
EMPTY_OBJECT = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
CONTENT = packed(b"{}")


@dataclass
class Growing:
    """A genuine archive that is made larger from measurement to measurement."""

    archive: Forged
    last: Digest | None = None
    hours: int = 0
    logs: int = 0

    def deliver(self, logs: int) -> None:
        """One more hour, with so many log files in the folder of the first day."""
        names = [log_folder(BEGIN) + log_name(BEGIN, f"{self.logs + number:016d}") for number in range(logs)]
        for name in names:
            self.archive.put(name, CONTENT)
        start = BEGIN + self.hours * HOUR
        end = start + HOUR
        listed = [listing(name, EMPTY_OBJECT) for name in names]
        self.last = digest(self.archive.key, digest_key(end), start, end, listed, self.last)
        self.archive.put_digest(self.last)
        self.hours += 1
        self.logs += logs

    def sign(self) -> None:
        """Keeps the signature of the newest digest file, which has no successor."""
        assert self.last is not None
        self.archive.keep(self.last)


def grow_folder(growing: Growing, n: int) -> None:
    """n log files in one folder, listed by 24 digest files."""
    hours = 6 if growing.hours == 0 else growing.hours
    share, rest = divmod(n - growing.logs, hours)
    for hour in range(hours):
        growing.deliver(share + (1 if hour < rest else 0))
    growing.sign()


def grow_chain(growing: Growing, n: int) -> None:
    """n digest files of one chain."""
    while growing.hours < n:
        growing.deliver(0)
    growing.sign()


@dataclass(frozen=True)
class Mode:
    """How an archive is validated."""

    name: str
    has_state: bool = False
    is_first: bool = False

    def options(self, folder: Path) -> list[str]:
        if not self.has_state:
            return []
        return ["--state", str(folder / "state"), *(["--new-state"] if self.is_first else [])]


MODES = [Mode("no state"), Mode("first run", True, True), Mode("second run", True)]


def clear_state(folder: Path) -> None:
    for name in ("state", "state.lock"):
        (folder / name).unlink(missing_ok=True)


def cost(programs: Programs, archive: Forged, mode: Mode) -> Cost:
    if mode.is_first:
        clear_state(archive.folder)
    return run(programs, archive, mode.options(archive.folder))


def measure(programs: Programs, growing: Growing, grow: Callable[[Growing, int], None], n: int) -> list[str]:
    failures: list[str] = []
    name = grow.__doc__.rstrip(".") if grow.__doc__ else ""
    costs: dict[Mode, list[Cost]] = {mode: [] for mode in MODES}
    for size in (n // 4, n // 2, n):
        grow(growing, size)
        for mode in MODES:
            costs[mode].append(cost(programs, growing.archive, mode))
    for mode, (first, _, last) in costs.items():
        exponent = math.log2(last.processor_seconds / first.processor_seconds) / 2
        times = " ".join(f"{each.processor_seconds:7.2f}" for each in costs[mode])
        print(
            f"{name:52} {mode.name:10} {n:9,} {times}  {exponent:8.2f}  {last.peak_bytes / (1 << 20):7.0f} MiB"
            f"  {(last.peak_bytes - first.peak_bytes) / (n - n // 4):6,.0f} bytes each",
            flush=True,
        )
        if exponent > LARGEST_EXPONENT:
            failures.append(f"{name}, {mode.name}: the exponent {exponent:.2f} is over {LARGEST_EXPONENT}")
    return failures


def contents(folder: Path) -> dict[str, tuple[int, int]]:
    """The files beside an archive with their sizes and times, but for the lock, which any run makes."""
    return {
        path.name: (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.iterdir()
        if path.is_file() and path.name != "state.lock"
    }


def interrupt(
    programs: Programs, archive: Forged, mode: Mode, moments: int, chance: random.Random, name: str
) -> list[str]:
    failures: list[str] = []
    outputs = archive.folder / "outputs"
    shutil.rmtree(outputs, ignore_errors=True)
    outputs.mkdir()
    if mode.has_state and not mode.is_first:
        clear_state(archive.folder)
        cost(programs, archive, Mode("first run", True, True))
    arguments = archive.finish()

    def start() -> tuple[subprocess.Popen[bytes], float]:
        if mode.is_first:
            clear_state(archive.folder)
        for file in outputs.iterdir():
            file.unlink()
        command = [
            str(programs.tool), "validate", *arguments, *mode.options(archive.folder), "--verbose", "--format", "jsonl",
            "--report", f"json={outputs / 'report.json'}", "--manifest", f"jsonl={outputs / 'manifest.jsonl'}",
        ]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        return process, time.monotonic()

    kept = {path: path.read_bytes() for path in [archive.folder / "state"] if path.exists()} if not mode.is_first else {}

    def put_back() -> None:
        for path, content in kept.items():
            path.write_bytes(content)

    process, begin = start()
    process.communicate()
    whole = time.monotonic() - begin
    latencies: list[tuple[float, float]] = []
    late = 0
    for _ in range(moments):
        put_back()
        process, begin = start()
        before = contents(archive.folder)
        moment = chance.uniform(0.01, whole)
        time.sleep(max(0, moment - (time.monotonic() - begin)))
        process.send_signal(signal.SIGINT)
        sent = time.monotonic()
        _, errors = process.communicate()
        latency = time.monotonic() - sent
        if process.returncode in (0, 1, 2):
            # It was over before the signal came.
            late += 1
            continue
        latencies.append((latency, moment))
        left = sorted(path.name for path in outputs.iterdir())
        if process.returncode not in (130, -signal.SIGINT):
            failures.append(f"{name}, {mode.name}: SIGINT after {moment:.2f} s: status {process.returncode}, {errors!r:.300}")
        # What was put in its place before the signal came is whole; the state is put there last.
        after = contents(archive.folder)
        if after != before:
            failures.append(f"{name}, {mode.name}: SIGINT after {moment:.2f} s: {before} became {after}")
        if set(left) - {"report.json", "manifest.jsonl"}:
            failures.append(f"{name}, {mode.name}: SIGINT after {moment:.2f} s left {left}")
    longest = max(latencies, default=(0.0, 0.0))
    print(
        f"{name:52} {mode.name:10} SIGINT at {len(latencies)} moments of {whole:.1f} s ({late} too late): "
        f"at most {longest[0]:.2f} s, after {longest[1]:.2f} s",
        flush=True,
    )
    if longest[0] > LONGEST_LATENCY:
        failures.append(f"{name}, {mode.name}: SIGINT after {longest[1]:.2f} s took {longest[0]:.2f} s")
    return failures


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("tool", type=Path)
    parser.add_argument("launcher", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--logs", type=int, default=1_000_000)
    parser.add_argument("--digests", type=int, default=300_000)
    parser.add_argument("--moments", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    programs = Programs(arguments.tool, arguments.launcher, arguments.folder)
    chance = random.Random(arguments.seed)
    print(f"{'archive':52} {'mode':10} {'n':>9} {'n/4':>7} {'n/2':>7} {'n':>7}  exponent (seed {arguments.seed})")
    failures: list[str] = []
    arguments.folder.mkdir(parents=True, exist_ok=True)
    try:
        for grow, n in [(grow_folder, arguments.logs), (grow_chain, arguments.digests)]:
            if n == 0:
                continue
            archive = Forged(arguments.folder / grow.__name__, Key())
            archive.clear()
            growing = Growing(archive)
            failures += measure(programs, growing, grow, n)
            for mode in MODES:
                failures += interrupt(programs, archive, mode, arguments.moments, chance, (grow.__doc__ or "").rstrip("."))
            shutil.rmtree(archive.folder, ignore_errors=True)
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
