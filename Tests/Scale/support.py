"""An archive that is divided among workers, and what is expected of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "scale.md"
TEMPORARY = ".cloudtrail-integrity-*"

failures = 0


def expect(condition: object, *what: object) -> None:
    global failures
    if not condition:
        failures += 1
        print("FAILED", *(ascii(part)[:600] for part in what), flush=True)


def skip(what: str) -> None:
    print("SKIPPED", what, flush=True)


def records(report: str) -> list[dict]:
    """The lines of a report, less what each run says of itself."""
    lines = [json.loads(line) for line in report.splitlines()]
    return [{name: line[name] for name in line if name not in ("seconds", "parts")} for line in lines]


class Case:
    """An archive, its plan, and a folder of partials."""

    def __init__(self, tool: str, sample: Path, folder: Path, parts: int = 4, *options: str, key: bool = False):
        # Nothing is written into a file of a sample.
        shutil.copytree(sample, folder, copy_function=os.link)
        self.tool, self.folder, self.count = tool, folder, parts
        self.archive, self.plan, self.partials = folder / "archive", folder / "plan.jsonl", folder / "partials"
        self.partials.mkdir()
        self.evidence = ["--public-keys", folder / "keys.json", "--signatures", folder / "meta.jsonl"]
        self.key: list[object] = []
        if key:
            (folder / "partial-key").write_bytes(os.urandom(32))
            self.key = ["--partial-key", folder / "partial-key"]
        split = self.run("split", self.archive, *self.evidence, "--parts", parts, *options, *self.key)
        expect(split.returncode == 0, "split", split)
        self.plan.write_text(split.stdout)

    def run(self, *arguments: object) -> subprocess.CompletedProcess:
        command = [self.tool, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=300)

    def partial(self, part: int) -> Path:
        return self.partials / f"part-{part}.partial"

    def worker(self, part: int, *options: object) -> list[str]:
        command = ["validate", "--plan", self.plan, "--part", part, "--partial", self.partial(part), *self.key]
        return [self.tool, *map(str, [*command, *options])]

    def judge(self, part: int, *options: object) -> subprocess.CompletedProcess:
        return self.run(*self.worker(part, *options)[1:])

    def judge_all(self) -> None:
        for part in range(self.count):
            run = self.judge(part)
            expect(run.returncode == 0 and "no verdict" in run.stdout, self.folder, run)

    def merge(self, *options: object, partials: Iterable[Path] | None = None) -> subprocess.CompletedProcess:
        partials = partials or sorted(self.partials.glob("*.partial"))
        return self.run("merge", "--plan", self.plan, *self.key, *partials, *options)

    def validate(self, *options: object) -> subprocess.CompletedProcess:
        return self.run("validate", self.archive, *self.evidence, *options, "--format", "jsonl")

    def expect_same(self, *options: object) -> int:
        """The report of `merge` is that of `validate`."""
        merged, whole = self.merge("--format", "jsonl"), self.validate(*options)
        expect(merged.returncode == whole.returncode, self.folder, merged.stderr, whole.stderr)
        expect(records(merged.stdout) == records(whole.stdout), self.folder, merged.stdout[-600:], whole.stdout[-600:])
        return merged.returncode

    def expect_refused(self, run: subprocess.CompletedProcess, *words: object) -> None:
        """No verdict, and the culprit is named."""
        expect(run.returncode == 66 and not run.stdout, self.folder, run.returncode, run.stdout, run.stderr)
        expect("VALID" not in run.stderr, self.folder, run.stderr)
        for word in words:
            expect(str(word) in run.stderr, self.folder, word, run.stderr)


# Makes a case: a name, the number of parts, options of `split`; the sample, and whether there is a key.
Make = Callable[..., Case]


def page_blocks(test: Callable[[str], bool]) -> list[str]:
    blocks, lines = [], []
    for line in [*PAGE.read_text().splitlines(), "."]:
        if line.startswith("    "):
            lines.append(line[4:])
        elif lines:
            blocks.append("\n".join(lines))
            lines = []
    return [block for block in blocks if test(block)]


def page_runs(make: Make, name: str, test: Callable[[str], bool], environment: dict[str, str] | None = None) -> None:
    """Runs the lines that split and merge, and between them the one that is tested."""
    case = make(name)
    shutil.rmtree(case.partials)
    (case.folder / "meta.jsonl").rename(case.folder / "signatures.jsonl")
    case.evidence[3] = case.folder / "signatures.jsonl"
    (case.folder / "Examples").symlink_to(ROOT / "Examples")
    (whole,) = page_blocks(lambda block: block.startswith("cloudtrail-integrity split"))
    lines = whole.splitlines()
    (line,) = page_blocks(test)
    line = line.replace("/srv/case", str(case.folder))
    script = "\n".join(["set -e", *lines[:2], line, lines[3]])
    run = subprocess.run(
        ["sh", "-c", script], cwd=case.folder, capture_output=True, text=True, timeout=300,
        env=os.environ | (environment or {}),
    )  # fmt: skip
    expect(run.returncode == 0 and "\nVALID: " in run.stdout, name, run.returncode, run.stdout, run.stderr)
    expect(len(list(case.partials.glob("*.partial"))) == 16, name, list(case.partials.iterdir()))
