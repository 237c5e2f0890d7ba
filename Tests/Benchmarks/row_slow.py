"""The row slow: storage that takes 20 ms for each read, where readers beyond the cores must pay."""

from __future__ import annotations

from statistics import median

from archives import Archive
from context import Context
from programs import Programs, RunError
from results import RowResult, Table, Target

MILLISECONDS = 20
READERS = 32
# With one reader, the time is that of the waits and varies little; so it runs once.
RUNS = 3


def slow(context: Context) -> RowResult:
    archive = context.archives.get("slow")
    alone = _seconds(context.programs, archive, 1)
    many = [_seconds(context.programs, archive, READERS) for _ in range(min(context.pairs, RUNS))]
    lines = [
        [str(readers), f"{seconds:.3f}", f"{archive.file_count / seconds:,.0f}"]
        for readers, seconds in ((1, alone), (READERS, median(many)))
    ]
    title = f"slow: {archive.file_count} files, {MILLISECONDS} ms a read"
    target = Target(
        f"{MILLISECONDS} ms a read, {READERS} readers", 25, "× one reader", alone / median(many), is_at_most=False
    )
    return RowResult([target], [Table(title, ["readers", "seconds", "files/s"], lines)])


def _seconds(programs: Programs, archive: Archive, readers: int) -> float:
    command = [
        str(programs.slow_storage), str(archive.root), str(archive.keys), str(archive.newest_manifest),
        str(readers), str(MILLISECONDS),
    ]  # fmt: skip
    run = programs.launch(command)
    expected = f"proven {archive.digest_files} {archive.log_files}"
    if programs.output.strip() != expected:
        raise RunError(f"SlowStorage said '{programs.output.strip()}', not '{expected}'")
    return run.seconds
