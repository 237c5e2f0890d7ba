"""The row made: archives of millions of files, from storage that makes up each file when it is read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from statistics import median

from context import Context
from programs import Programs, Run, RunError
from results import RowResult, Table, Target

JOBS = 2
RUNS = 3


@dataclass(frozen=True)
class Shape:
    """What such an archive is made of."""

    name: str
    accounts: int
    regions: int
    hours: int
    logs: int

    @property
    def digest_files(self) -> int:
        return self.accounts * self.regions * self.hours

    @property
    def log_files(self) -> int:
        return self.digest_files * self.logs

    @property
    def words(self) -> list[str]:
        return [str(number) for number in (self.accounts, self.regions, self.hours, self.logs)]


TENFOLD = Shape("tenfold", accounts=50, regions=17, hours=240, logs=5)
HUNDREDFOLD = Shape("hundredfold", accounts=500, regions=17, hours=240, logs=5)
ONE_REGION = Shape("one account and region", accounts=1, regions=1, hours=8760, logs=228)


def made(context: Context) -> RowResult:
    shapes = (TENFOLD, HUNDREDFOLD, ONE_REGION)
    runs = {shape: _runs(context, shape) for shape in shapes}
    seconds = {shape: median(run.seconds for run in runs[shape]) for shape in shapes}
    peaks = {shape: max(run.peak_mib for run in runs[shape]) for shape in shapes}
    files = {shape: shape.digest_files + shape.log_files for shape in shapes}
    growth = (seconds[HUNDREDFOLD] / files[HUNDREDFOLD]) / (seconds[TENFOLD] / files[TENFOLD])
    targets = [
        Target("12 million files, peak memory", 96, "MiB", peaks[HUNDREDFOLD]),
        Target("12 million files, growth from 1.2 million", 1.05, "× the files' growth", growth),
        Target("2 million log files of one account and region, peak memory", 128, "MiB", peaks[ONE_REGION]),
    ]
    lines = [
        [
            shape.name,
            f"{shape.digest_files:,}",
            f"{shape.log_files:,}",
            f"{seconds[shape]:.1f}",
            f"{files[shape] / seconds[shape]:,.0f}",
            f"{peaks[shape]:.1f}",
        ]
        for shape in shapes
    ]
    columns = ["archive", "digest files", "log files", "seconds", "files/s", "peak MiB"]
    return RowResult(targets, [Table("made: storage that makes its files up", columns, lines)])


def _runs(context: Context, shape: Shape) -> list[Run]:
    programs = context.programs
    kept = programs.folder / f"made-{'-'.join(shape.words)}.kept"
    if not kept.exists():
        print(f"signing {shape.digest_files:,} digest files", flush=True)
        unfinished = kept.with_suffix(".new")
        programs.launch([str(programs.made_storage), "prepare", str(unfinished), *shape.words])
        os.rename(unfinished, kept)
    # The largest takes minutes, and varies by less than what is asked of it.
    count = 1 if shape is HUNDREDFOLD else min(context.pairs, RUNS)
    return [_validate(programs, shape, str(kept)) for _ in range(count)]


def _validate(programs: Programs, shape: Shape, kept: str) -> Run:
    run = programs.launch([str(programs.made_storage), "validate", kept, *shape.words, str(JOBS)])
    expected = f"proven {shape.digest_files} {shape.log_files}"
    if programs.output.strip() != expected:
        raise RunError(f"MadeStorage said '{programs.output.strip()}', not '{expected}'")
    return run
