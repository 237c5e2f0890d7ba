"""The library from Python. Run by run.sh, which says where archives are and what the command finds in them."""

import collections
import io
import json
import os
import pathlib
import threading
import unittest

import cloudtrail_integrity as ct

SAMPLES = [pathlib.Path(path) for path in os.environ["SAMPLES"].split(os.pathsep)]
TAMPERED = SAMPLES[0]


def expected(sample: pathlib.Path) -> list[str]:
    """The lines of findings that the command prints, sorted."""
    return pathlib.Path(os.environ["EXPECTED"], sample.name + ".jsonl").read_text().splitlines()


def line(finding: ct.Finding) -> str:
    """A finding as the command prints it."""
    return json.dumps(finding, separators=(",", ":"), ensure_ascii=False)


def validator(sample: pathlib.Path, **options: str | int | bool | list[str]) -> ct.Validator:
    return ct.Validator(keys=[sample / "keys.json"], signatures=[sample / "meta.jsonl"], **options)


class Folder(ct.Storage):
    """A folder as storage, with what may go wrong."""

    def __init__(self, root: pathlib.Path) -> None:
        self.root = root
        self.name = str(root)
        self.opened: collections.Counter[str] = collections.Counter()
        self.fault: Exception | None = None

    def list(self) -> list[bytes]:
        return [bytes(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()]

    def open(self, path: bytes) -> io.BufferedReader:
        if self.fault and b"/CloudTrail/" in path:
            raise self.fault
        self.opened["files"] += 1
        return open(self.root / os.fsdecode(path), "rb")


class Tests(unittest.TestCase):
    def test_folder(self) -> None:
        for sample in SAMPLES:
            with self.subTest(sample=sample.name):
                findings: list[ct.Finding] = []
                report = validator(sample).validate(sample / "archive", on_finding=findings.append)
                self.assertEqual(sorted(map(line, findings)), expected(sample))
                self.assertEqual(sorted(map(line, report.findings)), expected(sample))
                clean = "clean" in sample.name
                self.assertIs(report.verdict, ct.Verdict.VALID if clean else ct.Verdict.NOT_VALID)

    def test_report(self) -> None:
        report = validator(TAMPERED, verbose=True).validate(TAMPERED / "archive")
        document = report.document()
        self.assertEqual(list(document), ["run", "findings", "files", "chains", "summary"])
        self.assertEqual(document["summary"]["exit"], 1)
        self.assertEqual(document["summary"]["version"], ct.VERSION)
        self.assertEqual(document["run"]["archives"], [str(TAMPERED / "archive")])
        valid = document["summary"]["digests"]["valid"] + document["summary"]["logs"]["valid"]
        self.assertEqual(len(document["files"]), valid)
        lines = [json.loads(text) for text in report.text("jsonl").splitlines()]
        self.assertEqual(lines[-1], document["summary"])
        self.assertEqual(len(lines), 1 + sum(len(document[name]) for name in ("findings", "files", "chains")))

    def test_options(self) -> None:
        report = validator(TAMPERED, region=["eu-west-3"], jobs=1).validate(TAMPERED / "archive")
        self.assertIs(report.verdict, ct.Verdict.NOT_PROVEN)
        self.assertEqual({finding["kind"] for finding in report.findings}, {"nothing-validated"})
        with self.assertRaises(ct.ArgumentError):
            report.verdict_allowing("nothing-validated")
        self.assertIs(report.verdict_allowing("coverage-short"), ct.Verdict.NOT_PROVEN)

    def test_errors(self) -> None:
        with self.assertRaisesRegex(ct.ArgumentError, "there are no public keys"):
            ct.Validator(keys=[])
        with self.assertRaisesRegex(ct.InputError, "the key file '.*' cannot be used: "):
            ct.Validator(keys=[TAMPERED / "meta.jsonl"])
        with self.assertRaisesRegex(ct.ArgumentError, "there is no option 'start'"):
            validator(TAMPERED, start="2026-03-01T00:00:00Z")
        with self.assertRaisesRegex(ValueError, "The value 'x' is invalid for 'start-time'"):
            validator(TAMPERED, start_time="x")
        # What is empty is never taken for what was not asked.
        for name, value in [
            ("start_time", None), ("end_time", ""), ("end_time", []), ("end_time", ["2026-03-01"]), ("bucket", None),
            ("bucket", ""), ("trail", ""), ("trail", []), ("region", ()), ("account_id", iter([])), ("region", [None]),
            ("max_age", None), ("grace", 1.5), ("account_id", b"111122223333"), ("expected_chains", []),
        ]:  # fmt: skip
            with self.subTest(name=name, value=value), self.assertRaises(ct.ArgumentError):
                validator(TAMPERED, **{name: value})
        with self.assertRaisesRegex(ct.InputError, "there is no such folder"):
            validator(TAMPERED).validate("/nonexistent")
        with self.assertRaisesRegex(ct.ArgumentError, "there is no source"):
            validator(TAMPERED).validate()

    def test_storage(self) -> None:
        folder = Folder(TAMPERED / "archive")
        findings: list[ct.Finding] = []
        report = validator(TAMPERED).validate(folder, on_finding=findings.append)
        self.assertEqual(sorted(map(line, findings)), expected(TAMPERED))
        self.assertIs(report.verdict, ct.Verdict.NOT_VALID)
        self.assertGreater(folder.opened["files"], 100)

    def test_storage_with_metadata(self) -> None:
        entries = map(json.loads, (TAMPERED / "meta.jsonl").read_text().splitlines())
        metadata = {os.path.basename(entry["key"]): entry["metadata"] for entry in entries}
        folder = Folder(TAMPERED / "archive")
        folder.metadata = lambda path: metadata.get(os.path.basename(os.fsdecode(path)), {})
        report = ct.Validator(keys=[TAMPERED / "keys.json"]).validate(folder)
        found = [line(finding).replace('"extended-attribute"', '"manifest"') for finding in report.findings]
        self.assertEqual(sorted(found), expected(TAMPERED))

    def test_storage_that_fails(self) -> None:
        for fault, reason in [(PermissionError(), "permission"), (FileNotFoundError(), "vanished"), (OSError(), "io")]:
            folder = Folder(TAMPERED / "archive")
            folder.fault = fault
            report = validator(TAMPERED).validate(folder)
            unreadable = [finding for finding in report.findings if finding["kind"] == "log-unreadable"]
            self.assertEqual({finding["detail"]["reason"] for finding in unreadable}, {reason})

    def test_exceptions_come_back(self) -> None:
        folder = Folder(TAMPERED / "archive")
        folder.fault = ZeroDivisionError("in the storage")
        with self.assertRaisesRegex(ZeroDivisionError, "in the storage"):
            validator(TAMPERED).validate(folder)
        with self.assertRaises(ZeroDivisionError):
            validator(TAMPERED).validate(TAMPERED / "archive", on_finding=lambda finding: 1 / 0)

    def test_monitor(self) -> None:
        monitor = ct.Monitor()
        self.assertIs(monitor.progress.phase, ct.Phase.WAITING)
        validator(TAMPERED).validate(TAMPERED / "archive", monitor=monitor)
        progress = monitor.progress
        self.assertIs(progress.phase, ct.Phase.CONCLUSIONS)
        self.assertEqual(progress.digests_read, progress.digests_total)
        self.assertGreater(progress.logs_settled, 0)
        with self.assertRaisesRegex(ct.ArgumentError, "make one for each"):
            validator(TAMPERED).validate(TAMPERED / "archive", monitor=monitor)

    def test_cancelled_by_another_thread(self) -> None:
        monitor = ct.Monitor()
        is_reading = threading.Event()
        is_cancelled = threading.Event()

        class Slow(Folder):
            def open(self, path: bytes) -> io.BufferedReader:
                is_reading.set()
                is_cancelled.wait(60)
                return super().open(path)

        def cancel() -> None:
            is_reading.wait(60)
            monitor.cancel()
            is_cancelled.set()

        thread = threading.Thread(target=cancel)
        thread.start()
        with self.assertRaises(ct.Cancelled):
            validator(TAMPERED).validate(Slow(TAMPERED / "archive"), monitor=monitor)
        thread.join()


if __name__ == "__main__":
    unittest.main()
