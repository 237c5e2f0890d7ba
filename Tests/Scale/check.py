"""Divides archives among workers, breaks what can break there, and holds `merge` to `validate`.

    python3 check.py TOOL FOLDER [full]

TOOL is the built command and FOLDER a place for samples. Without `full` few bytes are altered, and what needs PyPI or
Java is left out: see examples.py. What does not hold is a line `FAILED`, and the exit status is 1. strace and GNU parallel are used where they are; that they are not is said.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import support
from support import TEMPORARY, Case, Make, expect, page_runs, records, skip


def same_report(make: Make, full: bool) -> None:
    for sample, status in [("clean", 0), ("tampered", 1), ("organization", 0)]:
        for parts in (1, 3, 8, 50) if full else (8,):
            case = make(f"same-{sample}-{parts}", parts, "--start-time", "2026-03-01T02:00:00Z", sample=sample)
            case.judge_all()
            expect(case.expect_same("--start-time", "2026-03-01T02:00:00Z") == status, sample, parts)


def same_manifest(make: Make, full: bool) -> None:
    case = make("manifest", 3, "--manifest", sample="tampered")
    case.judge_all()
    merged, whole = [
        run(*words, "--verbose", "--manifest", f"sha256sum={case.folder / name}").returncode
        for run, words, name in [(case.merge, ["--format", "jsonl"], "merged"), (case.validate, [], "whole")]
    ]
    lines = [
        [line for line in (case.folder / name).read_text().splitlines() if line[0] != "#"]
        for name in ("merged", "whole")
    ]
    expect(merged == whole == 1 and lines[0] == lines[1] and len(lines[0]) > 100, case.folder)


def two_at_once(make: Make, full: bool) -> None:
    case = make("two", 2)
    workers = [subprocess.Popen(case.worker(part), stdout=subprocess.DEVNULL) for part in (0, 1, 0, 1)]
    expect([worker.wait(60) for worker in workers] == [0] * 4, case.folder)
    expect(not list(case.partials.glob(TEMPORARY)), case.folder)
    expect(case.expect_same() == 0, case.folder)


def killed_before(make: Make, full: bool) -> None:
    """A worker that waits for its keys."""
    case = make("killed-before")
    pipe = case.folder / "pipe"
    os.mkfifo(pipe)
    worker = subprocess.Popen(case.worker(1, "--public-keys", pipe), stderr=subprocess.DEVNULL)
    with open(pipe, "wb"):  # waits until the worker reads
        worker.kill()
        expect(worker.wait(60) == -signal.SIGKILL, case.folder)
    expect(not list(case.partials.iterdir()), case.folder)
    case.judge_all()
    expect(case.expect_same() == 0, case.folder)


def can_trace() -> bool:
    """Whether strace is here, and may trace."""
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], capture_output=True).returncode == 0


def stopped_worker(case: Case, part: int) -> tuple[subprocess.Popen, int]:
    """A worker that has written its partial, and not put it in its place: strace stops it after the first fsync."""
    log = case.folder / "strace"
    command = ["strace", "-f", "-qq", "-o", log, "-e", "trace=fsync", "-e", "inject=fsync:signal=STOP:when=1"]
    tracer = subprocess.Popen([*command, *case.worker(part)], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while "stopped by SIGSTOP" not in (log.read_text() if log.exists() else ""):
        if tracer.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("strace did not stop the worker")
        time.sleep(0.01)
    return tracer, int(log.read_text().split()[0])


def killed_midway(make: Make, full: bool) -> None:
    if not can_trace():
        return skip("a worker killed while it writes: there is no strace that may trace")
    case = make("killed-midway")
    tracer, worker = stopped_worker(case, 2)
    os.kill(worker, signal.SIGKILL)
    expect(tracer.wait(60) != 0, case.folder)
    left = list(case.partials.iterdir())
    expect(len(left) == 1 and left[0].match(TEMPORARY), case.folder, left)
    case.judge_all()
    expect(case.expect_same() == 0, case.folder)
    # What docs/scale.md says of the leftover: nothing reads it.
    expect(list(case.partials.glob(TEMPORARY)) == left, case.folder, left)


def overtaken(make: Make, full: bool) -> None:
    """Two workers of one part: the second begins and ends while the first is about to put its partial in its place."""
    if not can_trace():
        return skip("a worker that another overtakes: there is no strace that may trace")
    case = make("overtaken", 2)
    tracer, worker = stopped_worker(case, 0)
    case.judge_all()
    whole = case.partial(0).read_bytes()
    os.kill(worker, signal.SIGCONT)
    expect(tracer.wait(60) == 0, case.folder)
    expect(case.partial(0).read_bytes() == whole and not list(case.partials.glob(TEMPORARY)), case.folder)
    expect(case.expect_same() == 0, case.folder)


def doubled_or_lost(make: Make, full: bool) -> None:
    case = make("doubled")
    case.judge_all()
    copy = case.folder / "copy"
    shutil.copy(case.partial(2), copy)
    partials = [case.partial(part) for part in range(4)]
    case.expect_refused(case.merge(partials=[*partials, copy]), f"'{copy}': it is of part 2", f"'{case.partial(2)}'")
    case.expect_refused(case.merge(partials=[*partials[:2], copy, copy]), f"'{copy}'", "no partial of part 3")
    case.partial(1).unlink()
    case.expect_refused(case.merge(), "no partial of part 1 is given")
    case.expect_refused(case.merge(partials=partials), f"'{case.partial(1)}'")
    # Under the name of another part: named, and never written over.
    shutil.copy(case.partial(0), case.partial(1))
    case.expect_refused(case.merge(), f"'{case.partial(1)}': it is of part 0", "no partial of part 1 is given")
    run = case.judge(1)
    expect(run.returncode == 64 and "is the partial of part 0" in run.stderr, case.folder, run.stderr)
    case.partial(1).unlink()
    case.judge_all()
    expect(case.expect_same() == 0, case.folder)


def other_keys(make: Make, full: bool) -> None:
    case = make("other-keys")
    keys = case.folder / "other.json"
    keys.write_text((case.folder / "keys.json").read_text() + "\n")
    case.expect_refused(case.judge(0, "--public-keys", keys), f"'{keys}'", "is not the one")
    case.judge_all()
    case.expect_refused(case.merge("--public-keys", keys), f"'{keys}'", "is not the one")
    # In the place of those of the plan.
    os.replace(keys, case.folder / "keys.json")
    case.partial(0).unlink()
    case.expect_refused(case.judge(0), f"'{case.folder / 'keys.json'}'", "is not the one")
    expect(not case.partial(0).exists(), case.folder)


def not_mounted(make: Make, full: bool) -> None:
    case = make("not-mounted")
    empty = case.folder / "empty"
    empty.mkdir()
    for part in range(4):
        case.expect_refused(case.judge(part, "--root", f"{case.archive}={empty}"), f"'{empty}'", "is it mounted?")
    case.expect_refused(case.judge(0, "--root", f"{case.archive}={case.folder / 'none'}"), f"'{case.folder / 'none'}'")
    expect(not list(case.partials.iterdir()), case.folder)
    moved = case.archive.rename(case.folder / "mounted")
    for part in range(4):
        expect(case.judge(part, "--root", f"{case.archive}={moved}").returncode == 0, case.folder)
    merged = case.merge("--format", "jsonl")
    moved.rename(case.archive)
    expect(records(merged.stdout) == records(case.validate().stdout), case.folder)


def appeared(make: Make, full: bool) -> None:
    """A region, an account, a day and a stray folder that are there only after the archive was split."""
    region = "AWSLogs/111122223333/CloudTrail/us-east-1"
    for number, new in enumerate(
        [
            "AWSLogs/111122223333/CloudTrail/eu-west-1",
            "AWSLogs/444455556666/CloudTrail/us-east-1",
            f"{region}/2027",
            "stray",
        ]
    ):
        case = make(f"appeared-{number}")
        log = next((case.archive / region).rglob("*.json.gz"))
        name = log.name
        place = case.archive / new
        if number == 0:
            name, place = name.replace("us-east-1", "eu-west-1"), place / "2026/03/01"
        elif number == 1:
            name, place = name.replace("111122223333", "444455556666"), place / "2026/03/01"
        elif number == 2:
            name, place = name.replace("_2026", "_2027"), place / "03/01"
        place.mkdir(parents=True)
        shutil.copy(log, place / name)
        case.judge_all()
        merged = case.merge("--format", "jsonl")
        if merged.returncode == 66:
            expect("--parts 1" in merged.stderr, new, merged.stderr)
        else:
            expect(case.expect_same() in (1, 2) and name in merged.stdout, new, merged.stdout)


def changed_between(make: Make, full: bool) -> None:
    """A digest file that goes after some days of its account and region were judged."""
    case = make("changed-between", 8)
    for part in range(8):
        if part == 4:
            max((case.archive / "AWSLogs/111122223333/CloudTrail-Digest/us-east-1").rglob("*.json.gz")).unlink()
        expect(case.judge(part).returncode == 0, case.folder, part)
    case.expect_refused(case.merge(), "parts 0 and 4 have days of 111122223333 in us-east-1")
    for part in (0, 4):
        case.partial(part).unlink()
    case.judge_all()
    expect(case.expect_same() == 0, case.folder)


def altered(make: Make, full: bool) -> None:
    """One bit of a partial and of the plan, with and without a key."""
    for key in (False, True):
        case = make(f"altered-{'key' if key else 'hash'}", 2, key=key)
        case.judge_all()
        for file, step in [(case.partial(1), 41), (case.plan, 127)]:
            good = file.read_bytes()
            # The seal is at the end.
            for offset in [*range(0, len(good) - 40, 1 if full and not key else step), len(good) - 34, len(good) - 3]:
                bad = bytearray(good)
                bad[offset] ^= 1
                file.write_bytes(bad)
                case.expect_refused(case.merge(), f"'{file}'")
            if file == case.plan:
                case.expect_refused(case.judge(0), f"'{file}'")
            file.write_bytes(good[:-1])
            case.expect_refused(case.merge(), f"'{file}'")
            file.write_bytes(good)
        expect(case.expect_same() == 0, case.folder)


def forged(make: Make, full: bool) -> None:
    """A partial that says something else and has the right hash: only the key tells."""
    case = make("forged", 2, key=True)
    case.judge_all()
    seal = hashlib.sha256().digest_size
    for form, words in [(0, "written without '--partial-key'"), (1, "it was changed, or written with another")]:
        content = case.partial(1).read_bytes()[: -seal - 1] + bytes([form])
        file = case.folder / "forged"
        file.write_bytes(content + hashlib.sha256(content).digest())
        case.expect_refused(case.merge(partials=[case.partial(0), file]), f"'{file}': it was", words)
    case.key = []
    case.expect_refused(case.merge(), f"'{case.plan}'", "give the same key")


def other_plan(make: Make, full: bool) -> None:
    one, two = make("plan-one"), make("plan-two", 4, "--max-age", "1h")
    one.judge_all()
    two.judge_all()
    shutil.copy(two.partial(3), one.partial(3))
    one.expect_refused(one.merge(), f"'{one.partial(3)}': it is of another plan", "no partial of part 3")
    one.judge_all()
    expect(one.expect_same() == 0, one.folder)


def crossing(make: Make, full: bool) -> None:
    """A log file in the folder of another region: the parts cannot be judged apart."""
    case = make("crossing")
    regions = case.archive / "AWSLogs/111122223333/CloudTrail"
    log = next((regions / "us-east-1").rglob("*.json.gz"))
    log.rename(regions / "us-west-2/2026/03/01" / log.name)
    case.judge_all()
    case.expect_refused(case.merge(), "'--parts 1'")


def parallel(make: Make, full: bool) -> None:
    """The lines of the page, as they stand there."""
    if not shutil.which("parallel"):
        return skip("GNU parallel: it is not here")
    page_runs(make, "parallel", lambda block: "parallel" in block and "worker-1" not in block)


CHECKS = [
    same_report, same_manifest, two_at_once, killed_before, killed_midway, overtaken, doubled_or_lost, other_keys,
    not_mounted, appeared, changed_between, altered, forged, other_plan, crossing, parallel,
]  # fmt: skip


def main() -> int:
    tool, base = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    checks, full = list(CHECKS), sys.argv[3:] == ["full"]
    (base / "bin").mkdir()
    (base / "bin" / "cloudtrail-integrity").symlink_to(tool)
    os.environ["PATH"] = os.pathsep.join([str(base / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
    if full:
        import examples

        checks += examples.CHECKS
    samples = {
        "clean": [],
        "tampered": ["--tamper", "log-modified", "--tamper", "digest-deleted"],
        "organization": ["--organization", "o-a1b2c3d4e5", "--prefix", "central/logs"],
    }
    for name, options in samples.items():
        command = [tool, "sample", base / name, "--hours", "30", "--records", "1", *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def make(name: str, *arguments: object, sample: str = "clean", **options: bool) -> Case:
        return Case(tool, base / sample, base / "cases" / name, *arguments, **options)

    failed = 0
    for check in checks:
        before, begin = support.failures, time.monotonic()
        check(make, full)
        failed += support.failures > before
        print(f"{time.monotonic() - begin:6.1f} s  {check.__name__}", flush=True)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
