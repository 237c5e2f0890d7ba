"""Takes rules out one at a time, and looks whether the search for wrong reports notices.

    python3 Tests/Mutations/mutate.py FOLDER [--cases N] [--only NUMBER]...

Works on a copy of the sources in FOLDER. Prints for each mutation the first case that differs. The exit status is 1 where
more than two went unnoticed, 2 where a mutation cannot be made any more.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from mutations import MUTATIONS, Mutation

ROOT = Path(__file__).resolve().parents[2]
LARGEST_UNNOTICED = 2


class MutationError(Exception):
    """A mutation cannot be made, or does not compile."""


def copy_sources(tree: Path) -> None:
    """What git knows of, as it stands now."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    for name in filter(None, names.decode().split("\0")):
        source, target = ROOT / name, tree / name
        if not source.is_file():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        # A file that is the same keeps its time, so that it is not compiled again.
        if not target.exists() or target.read_bytes() != source.read_bytes():
            shutil.copyfile(source, target)


def build(tree: Path) -> None:
    result = subprocess.run(["swift", "build", "--build-tests"], cwd=tree, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        errors = [line for line in result.stdout.splitlines() if "error:" in line]
        raise MutationError("it does not compile: " + "; ".join(errors[:3]))


def search(tree: Path, way: str, cases: int) -> str | None:
    """The first case that fails; `None` where none does."""
    environment = os.environ | {"CASES": str(cases), "SEED": "0", "SHOW": "0", "STOP": "1", "WAY": way}
    command = ["swift", "test", "--skip-build", "--filter", "AdversaryTests"]
    result = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return None
    found = re.search(r"cases from \d+: \[(\d+)|cases: \[(\d+)", result.stdout)
    return next((text for text in found.groups() if text), "?") if found else "another test"


def attempt(tree: Path, mutation: Mutation, cases: int) -> str | None:
    path = tree / "Sources" / mutation.file
    text = path.read_text("utf-8")
    if text.count(mutation.text) != 1:
        raise MutationError(f"its text stands {text.count(mutation.text)} times in {mutation.file}")
    path.write_text(text.replace(mutation.text, mutation.replacement), "utf-8")
    try:
        build(tree)
        return search(tree, mutation.way, cases if mutation.way != "nights" else max(1, cases // 10))
    finally:
        path.write_text(text, "utf-8")


def check() -> int:
    """Whether the mutations still fit the sources."""
    sources = Path(__file__).resolve().parent.parent.parent / "Sources"
    stale = 0
    for number, mutation in enumerate(MUTATIONS, 1):
        count = (sources / mutation.file).read_text("utf-8").count(mutation.text)
        if count != 1:
            stale += 1
            print(f"{number:2} {mutation.rule}: its text stands {count} times in {mutation.file}", file=sys.stderr)
    return int(stale > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--check", action="store_true", help="only whether the text of each stands once in its file")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--only", type=int, action="append")
    arguments = parser.parse_args()
    if arguments.check:
        return check()
    if arguments.folder is None:
        parser.error("name a folder to work in")
    tree = arguments.folder / "tree"
    copy_sources(tree)
    build(tree)
    unnoticed = broken = 0
    for number, mutation in enumerate(MUTATIONS, 1):
        if arguments.only and number not in arguments.only:
            continue
        try:
            case = attempt(tree, mutation, arguments.cases)
        except MutationError as error:
            broken += 1
            print(f"{number:2} {mutation.rule}: {error}", flush=True)
            continue
        unnoticed += case is None
        what = f"noticed by case {case}" if case else "NOT noticed"
        print(f"{number:2} {mutation.rule}: {what}: {mutation.text.strip().splitlines()[0]}", flush=True)
    print(f"{unnoticed} of {len(arguments.only or MUTATIONS) - broken} went unnoticed")
    return 2 if broken else int(unnoticed > LARGEST_UNNOTICED)


if __name__ == "__main__":
    sys.exit(main())
