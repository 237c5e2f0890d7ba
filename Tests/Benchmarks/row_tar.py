"""The row tar: an archive in a tar file, and through a pipe, against the same files in a folder."""

from __future__ import annotations

import subprocess

from context import Context
from programs import RunError
from results import RowResult, Table, Target
from rounds import Rounds

FOLDER, PIPE, FILE = "folder", "tar through a pipe", "tar as a file"


def tar(context: Context) -> RowResult:
    archive = context.archives.get("tar")
    programs = context.programs
    packed = archive.folder / "archive.tar"
    if not packed.exists():
        half = packed.with_suffix(".half")
        # In the order in which the file system lists them, as people make it.
        subprocess.run(["tar", "--create", "--file", str(half), "--directory", str(archive.root), "."], check=True)
        half.rename(packed)
    manifest = archive.newest_manifest
    steps = {
        FOLDER: lambda: programs.validate(archive, manifest),
        PIPE: lambda: programs.validate(archive, manifest, file=packed, is_piped=True),
        FILE: lambda: programs.validate(archive, manifest, file=packed),
    }
    try:
        steps[FILE]()
    except RunError as error:
        if "ArchiveFiles" in str(error):
            return RowResult(notes=["tar: not measured, this build reads folders alone: TRAITS=ArchiveFiles."])
        raise
    with programs.held(archive):
        steps[FOLDER]()
        rounds = Rounds(steps, context.pairs)
    lines = [
        [
            name,
            f"{rounds.seconds(name):.2f}",
            f"{archive.file_count / rounds.seconds(name):,.0f}",
            f"{rounds.cpu_seconds(name):.2f}",
            f"{rounds.peak_mib(name):.1f}",
        ]
        for name in steps
    ]
    targets = [
        Target(
            "100,000 files, tar through a pipe",
            1.5,
            "× the folder",
            rounds.ratio(lambda took: took[PIPE] / took[FOLDER]),
        ),
        Target("100,000 files, tar through a pipe, peak memory", 64, "MiB", rounds.peak_mib(PIPE)),
    ]
    title = f"tar: {archive.file_count:,} files, default --jobs and --readers"
    return RowResult(targets, [Table(title, ["run", "seconds", "files/s", "CPU s", "peak MiB"], lines)])
