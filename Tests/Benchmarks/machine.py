"""What was measured on, and what was measured."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path

from programs import Programs

_ROOT = Path(__file__).resolve().parents[2]


def machine(programs: Programs) -> dict[str, str]:
    """The machine, for the head of the tables."""
    zlib, openssl = programs.versions()
    kibibytes = _find(r"MemTotal:\s*(\d+)", Path("/proc/meminfo"))
    return {
        "cores": str(len(os.sched_getaffinity(0))),
        "CPU": _find(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo")),
        "memory": f"{int(kibibytes) / (1 << 20):.0f} GiB" if kibibytes.isdigit() else kibibytes,
        "kernel": f"{platform.system()} {platform.release()}",
        "libraries": f"{zlib}, {openssl}",
        "Swift": _find_in(r"Swift version (\S+)", _output(["swift", "--version"])),
    }


def commit() -> str:
    """The commit that was measured, and whether more than that."""
    # The page of the results is what a measurement before this one has changed.
    others = [":/", ":(top,exclude)docs/benchmarks.md"]
    changed = _output(["git", "status", "--porcelain", "--untracked-files=no", "--", *others])
    revision = _output(["git", "rev-parse", "--short", "HEAD"])
    return f"{revision} with changes" if revision and changed else revision or "unknown"


def load() -> float:
    """How many processes wanted to run in the last minute."""
    return os.getloadavg()[0]


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip()


def _find(pattern: str, file: Path) -> str:
    try:
        return _find_in(pattern, file.read_text("utf-8", "replace"))
    except OSError:
        return "unknown"


def _find_in(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match[1].strip() if match else "unknown"
