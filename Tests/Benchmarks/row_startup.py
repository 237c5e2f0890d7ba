"""The row startup: what a run takes that has nothing to do."""

from __future__ import annotations

import tempfile
from statistics import median

from context import Context
from results import RowResult, Table, Target

# A run takes milliseconds, so there are more of them.
RUNS_PER_PAIR = 5


def startup(context: Context) -> RowResult:
    programs = context.programs
    keys = context.archives.get("chain").keys
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "start-up, --version": ([str(programs.tool), "--version"], 0),
            # Nothing was validated, and the status says so.
            "start-up, validate of an empty folder": (
                [str(programs.tool), "validate", folder, "--public-keys", str(keys)],
                2,
            ),
        }
        targets, lines = [], []
        for what, (command, status) in commands.items():
            programs.launch(command, status)
            runs = [programs.launch(command, status) for _ in range(context.pairs * RUNS_PER_PAIR)]
            times = [run.seconds * 1000 for run in runs]
            targets.append(Target(what, 10, "ms", median(times)))
            peak = max(run.peak_mib for run in runs)
            lines.append([what, f"{median(times):.2f}", f"{min(times):.2f} to {max(times):.2f}", f"{peak:.1f}"])
    return RowResult(targets, [Table("startup", ["run", "ms", "lowest to highest", "peak MiB"], lines)])
