"""The archives that are measured: made once with the command's own `sample`, kept and reused.

An archive's folder holds what `sample` writes, and beside it:

    newest.jsonl    of meta.jsonl the newest digest file's line of each chain
    files.txt       the path of every file below archive/, for the floor
    recipe.json     what it was made with and what it holds; written last, so an archive without it is made again
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

_DIGEST_NAME = re.compile(r"(?P<chain>\d{12}_CloudTrail-Digest_.+)_\d{8}T\d{6}Z(?P<kind>_backfill)?\.json\.gz")
_FIRST_ACCOUNT = 111_122_223_333
# What a small file takes of a file system, with its folders and its line in the manifest, and as much to spare.
_BYTES_PER_FILE = 8192


@dataclass(frozen=True)
class Recipe:
    """What an archive is made of. With several numbers of records, each account has log files of another size."""

    accounts: int
    regions: int
    hours: int
    logs: int
    records: tuple[int, ...] = (4,)

    @property
    def chains(self) -> int:
        return self.accounts * self.regions

    @property
    def digest_files(self) -> int:
        return self.chains * self.hours

    @property
    def log_files(self) -> int:
        return self.digest_files * self.logs


@dataclass(frozen=True)
class Archive:
    """An archive in its folder."""

    name: str
    folder: Path
    chains: int
    digest_files: int
    log_files: int

    @property
    def root(self) -> Path:
        return self.folder / "archive"

    @property
    def keys(self) -> Path:
        return self.folder / "keys.json"

    @property
    def full_manifest(self) -> Path:
        return self.folder / "meta.jsonl"

    @property
    def newest_manifest(self) -> Path:
        return self.folder / "newest.jsonl"

    @property
    def files(self) -> Path:
        return self.folder / "files.txt"

    def walk(self) -> None:
        """Reads every folder, so that none has to be read from the disk right after."""
        for _ in os.walk(self.root):
            pass

    @property
    def file_count(self) -> int:
        return self.digest_files + self.log_files


# Log files from 5 MB to 50 KB of about 1.2 KB a record, in equal steps of size. The largest come first, because to get
# the nth account `sample` makes those before it too.
_SPREAD = (4110, 2311, 1300, 731, 411, 231, 130, 73, 41)

RECIPES = {
    "small": Recipe(accounts=5, regions=17, hours=240, logs=5),
    "small-tenth": Recipe(accounts=5, regions=17, hours=24, logs=5),
    "small-tenfold": Recipe(accounts=50, regions=17, hours=240, logs=5),
    "lean": Recipe(accounts=5, regions=17, hours=240, logs=5, records=(2, 2, 3, 3, 3)),
    "large": Recipe(accounts=9, regions=1, hours=18, logs=5, records=_SPREAD),
    "large-tenth": Recipe(accounts=9, regions=1, hours=9, logs=1, records=_SPREAD),
    "empty": Recipe(accounts=10, regions=20, hours=1000, logs=0),
    "empty-tenth": Recipe(accounts=10, regions=20, hours=100, logs=0),
    "chain": Recipe(accounts=1, regions=1, hours=240, logs=5),
    "slow": Recipe(accounts=1, regions=4, hours=32, logs=4),
    "tar": Recipe(accounts=5, regions=17, hours=197, logs=5),
}


class ArchiveError(Exception):
    """An archive could not be made, or is not what its recipe says."""


class Archives:
    """Makes archives below one folder, and finds those that are there."""

    def __init__(self, folder: Path, tool: Path, say: Callable[[str], None] = print) -> None:
        self.folder = folder
        self._tool = tool
        self._say = say

    def get(self, name: str) -> Archive:
        """The archive of the recipe with this name."""
        recipe = RECIPES[name]
        return self.get_or_make(name, repr(recipe), lambda folder: self._make(recipe, folder))

    def get_or_make(self, name: str, recipe: str, make: Callable[[Path], None]) -> Archive:
        """The archive with this name; `make` fills its empty folder where it is not there or of another recipe."""
        folder = self.folder / name
        noted = folder / "recipe.json"
        try:
            facts = json.loads(noted.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            facts = {}
        if facts.get("recipe") != recipe:
            self._say(f"making the archive '{name}'")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            make(folder)
            chains = _write_newest(folder)
            digests, logs = _write_files(folder)
            facts = {"recipe": recipe, "chains": chains, "digest_files": digests, "log_files": logs}
            noted.write_text(json.dumps(facts), "utf-8")
        return Archive(name, folder, facts["chains"], facts["digest_files"], facts["log_files"])

    def _make(self, recipe: Recipe, folder: Path) -> None:
        needed = (recipe.digest_files + recipe.log_files) * _BYTES_PER_FILE
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise ArchiveError(f"{folder} needs {needed >> 20} MiB, and {free >> 20} MiB are free")
        if len(recipe.records) == 1:
            self._sample(recipe, recipe.accounts, recipe.records[0], folder)
        else:
            self._make_spread(recipe, folder)
        found = _write_files(folder)
        if found != (recipe.digest_files, recipe.log_files):
            raise ArchiveError(f"{folder} holds {found} digest and log files, and not what its recipe says: {recipe}")

    def _make_spread(self, recipe: Recipe, folder: Path) -> None:
        """Takes each account from a sample with records of its own; equal seeds have equal keys, so they fit."""
        parts = [folder / f"part-{index}" for index in range(recipe.accounts)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(
                pool.map(
                    lambda index: self._sample(recipe, index + 1, recipe.records[index], parts[index]),
                    range(recipe.accounts),
                )
            )
        (folder / "archive" / "AWSLogs").mkdir(parents=True)
        shutil.copy(parts[0] / "keys.json", folder / "keys.json")
        with open(folder / "meta.jsonl", "w", encoding="utf-8") as manifest:
            for index, part in enumerate(parts):
                if (part / "keys.json").read_bytes() != (folder / "keys.json").read_bytes():
                    raise ArchiveError("samples with the same seed and hours have different keys")
                account = str(_FIRST_ACCOUNT + index)
                (part / "archive" / "AWSLogs" / account).rename(folder / "archive" / "AWSLogs" / account)
                for line in (part / "meta.jsonl").read_text("utf-8").splitlines(keepends=True):
                    if f"/{account}_CloudTrail-Digest_" in json.loads(line)["key"]:
                        manifest.write(line)
                shutil.rmtree(part)

    def _sample(self, recipe: Recipe, accounts: int, records: int, folder: Path) -> None:
        options = {
            "accounts": accounts,
            "regions": recipe.regions,
            "hours": recipe.hours,
            "logs": recipe.logs,
            "records": records,
        }
        command = [str(self._tool), "sample", str(folder)]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise ArchiveError(f"{' '.join(command)}: {done.stderr.strip()}")


def _write_newest(folder: Path) -> int:
    """Keeps the newest line of each chain: with it, every other signature is found in a successor."""
    newest: dict[tuple[str, str | None], tuple[str, str]] = {}
    with open(folder / "meta.jsonl", encoding="utf-8") as manifest:
        for line in manifest:
            key = json.loads(line)["key"]
            match = _DIGEST_NAME.fullmatch(key.rpartition("/")[2])
            if match is None:
                raise ArchiveError(f"not the key of a digest file: {key}")
            chain = (match["chain"], match["kind"])
            # Keys of one chain differ in their times alone, and these sort.
            newest[chain] = max(newest.get(chain, ("", "")), (key, line))
    (folder / "newest.jsonl").write_text("".join(line for _, line in newest.values()), "utf-8")
    return len(newest)


def _write_files(folder: Path) -> tuple[int, int]:
    """Lists every file, sorted; returns how many are digest files and how many are others."""
    root = folder / "archive"
    paths = []
    for place, _, names in os.walk(root):
        relative = os.path.relpath(place, root)
        paths += [os.path.join(relative, name) for name in names]
    paths.sort()
    (folder / "files.txt").write_text("".join(f"{path}\n" for path in paths), "utf-8")
    digests = sum("_CloudTrail-Digest_" in path for path in paths)
    return digests, len(paths) - digests
