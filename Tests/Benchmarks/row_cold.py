"""The row cold: the small archive with an empty page cache, against the best of several widths of `xargs cat`."""

from __future__ import annotations

import os
from pathlib import Path

from context import Context
from programs import Run
from results import RowResult, Table, Target, number
from rounds import Rounds

WIDTHS = (4, 16, 32)
# Enough commands for every width to be busy to the end, and each with enough files to be worth its start.
FILES_PER_COMMAND = 256
ROUNDS = 3
_DROP_CACHES = Path("/proc/sys/vm/drop_caches")


def cold(context: Context) -> RowResult:
    if os.geteuid() != 0 or not os.access(_DROP_CACHES, os.W_OK):
        return RowResult(notes=["cold: not measured, only root can drop the page cache."])
    archive = context.archives.get("small")
    programs = context.programs

    def drop_caches() -> None:
        os.sync()
        _DROP_CACHES.write_text("3\n", "ascii")

    def cat(width: int) -> Run:
        drop_caches()
        command = ["xargs", "-a", str(archive.files), "-d", "\\n", "-n", str(FILES_PER_COMMAND), "-P", str(width)]
        return programs.launch([*command, "cat"], folder=archive.root, keeps_output=False)

    def product() -> Run:
        drop_caches()
        return programs.validate(archive, archive.newest_manifest)

    # One file at a time is the best only where the row is void, so it runs once: it takes the longest.
    alone = cat(1)
    cats = {f"xargs -P {width} cat": lambda width=width: cat(width) for width in WIDTHS}
    ours = "product, default --jobs and --readers"
    rounds = Rounds(cats | {ours: product}, min(context.pairs, ROUNDS))
    ratio = rounds.ratio(lambda took: took[ours] / min(took[name] for name in cats))
    spread = alone.seconds / rounds.seconds("xargs -P 16 cat")
    void = "" if spread >= 2 else f"reading one file at a time takes only {number(spread)} × as long as 16"
    times = {"xargs -P 1 cat": (alone.seconds, alone.cpu_seconds)}
    times |= {name: (rounds.seconds(name), rounds.cpu_seconds(name)) for name in rounds.runs}
    lines = [
        [name, f"{seconds:.2f}", f"{archive.file_count / seconds:,.0f}", f"{cpu:.2f}"]
        for name, (seconds, cpu) in times.items()
    ]
    target = Target("small, cold page cache", 1.3, "× the best of xargs cat", ratio, void=void)
    title = "cold: small, the page cache dropped before each run"
    return RowResult([target], [Table(title, ["run", "seconds", "files/s", "CPU s"], lines)])
