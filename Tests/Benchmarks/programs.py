"""Runs the floor and the product, and believes no run that has not done all the work."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from archives import Archive


class RunError(Exception):
    """A run failed, or did something else than what is measured."""


@dataclass(frozen=True)
class Run:
    """What a run took. The time is that of the whole process, from its start to its end."""

    seconds: float
    cpu_seconds: float = 0
    peak_mib: float = 0
    content_bytes: int = 0


class Programs:
    """The programs, and the folder where their output goes."""

    def __init__(
        self, tool: Path, floor: Path, launcher: Path, holder: Path, storages: Path, folder: Path
    ) -> None:
        self.tool = tool
        self.slow_storage = storages / "SlowStorage"
        self.made_storage = storages / "MadeStorage"
        self.folder = folder
        self._floor = floor
        self._launcher = launcher
        self._holder = holder
        self._result = folder / "result.txt"
        self._output = folder / "output.txt"

    def launch(
        self,
        command: list[str],
        expected_status: int = 0,
        folder: Path | None = None,
        keeps_output: bool = True,
        piped: Path | None = None,
    ) -> Run:
        """Runs a command; what it prints is in `output` until the next run.

        A file that is `piped` comes to it out of a pipe that `cat` writes.
        """
        with ExitStack() as stack:
            output = stack.enter_context(open(self._output if keeps_output else os.devnull, "wb"))
            cat = stack.enter_context(subprocess.Popen(["cat", str(piped)], stdout=subprocess.PIPE)) if piped else None
            done = subprocess.run(
                [str(self._launcher), str(self._result), *command],
                cwd=folder,
                stdin=cat.stdout if cat else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
                check=False,
            )
            if cat and cat.stdout:
                cat.stdout.close()
        complaint = done.stderr.decode("utf-8", "replace").strip()
        if done.returncode != 0:
            raise RunError(f"{' '.join(command)}: {complaint}")
        status, seconds, user, system, peak = self._result.read_text("ascii").split()
        if int(status) != expected_status:
            raise RunError(f"{' '.join(command)}: exit status {status}, not {expected_status}. {complaint}")
        return Run(float(seconds), float(user) + float(system), int(peak) / 1024)

    @property
    def output(self) -> str:
        return self._output.read_text("utf-8")

    @contextmanager
    def held(self, *archives: Archive) -> Iterator[None]:
        """Keeps the archives' files in memory: what is measured is not the disk."""
        with ExitStack() as stack:
            for archive in archives:
                holder = stack.enter_context(
                    subprocess.Popen(
                        [str(self._holder), str(archive.files)],
                        cwd=archive.root,
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                    )
                )
                # Leaving closes its input, which ends it.
                if holder.stdout and not holder.stdout.readline():
                    print(f"The files of '{archive.name}' cannot be held in memory: runs may read from the disk.")
            yield

    def versions(self) -> list[str]:
        """The floor's zlib and OpenSSL."""
        self.launch([str(self._floor), "--versions"])
        return self.output.splitlines()

    def floor(self, archive: Archive, threads: int, verifies: bool = False) -> Run:
        """Reads, gunzips and hashes the archive's files."""
        options = ["--verify"] if verifies else []
        command = [str(self._floor), *options, str(archive.files), str(threads)]
        run = self.launch(command, folder=archive.root)
        words = self.output.split()
        facts = dict(zip(words[::2], words[1::2], strict=True))
        if int(facts["files"]) != archive.file_count:
            raise RunError(f"the floor did {facts['files']} of the {archive.file_count} files of '{archive.name}'")
        return Run(run.seconds, run.cpu_seconds, run.peak_mib, int(facts["content"]))

    def validate(
        self, archive: Archive, manifest: Path, jobs: int | None = None, file: Path | None = None, is_piped: bool = False
    ) -> Run:
        """Validates the archive, or the file that holds it; without `jobs` with the command's own defaults."""
        command = [
            str(self.tool), "validate", "-" if is_piped else str(file or archive.root),
            "--public-keys", str(archive.keys),
            "--signatures", str(manifest),
            "--format", "jsonl",
        ]  # fmt: skip
        if jobs is not None:
            command += ["--jobs", str(jobs)]
        run = self.launch(command, piped=file if is_piped else None)
        summary = json.loads(self.output.splitlines()[-1])
        counts = {
            "chains": (summary["chains"], archive.chains),
            "digest files": (_proven(summary["digests"]), archive.digest_files),
            "log files": (_proven(summary["logs"]), archive.log_files),
        }
        for what, (found, expected) in counts.items():
            if found != expected:
                raise RunError(f"the product proved {found} of the {expected} {what} of '{archive.name}'")
        return Run(run.seconds, run.cpu_seconds, run.peak_mib, summary["bytes"])


def _proven(tally: dict[str, int]) -> int:
    """The number of files, where all of them are valid."""
    return tally["valid"] if tally["valid"] == tally["total"] else -1
