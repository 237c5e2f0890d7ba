"""Compares what the AWS CLI says of a sample with what cloudtrail-integrity says, file by file."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import blindspots
from sample import Sample
from validate_logs import FileLine, Run

_ERRORS = ("violation", "unverified")


@dataclass
class Report:
    """The JSON Lines of one run of cloudtrail-integrity."""

    findings: list[dict[str, Any]] = field(default_factory=list)
    valid: set[str] = field(default_factory=set)
    summary: dict[str, Any] | None = None

    @classmethod
    def parse(cls, text: str) -> Report:
        report = cls()
        for line in text.split("\n"):
            if not line.strip():
                continue
            if report.summary is not None:
                raise ValueError("a record follows the summary")
            record = json.loads(line)
            if record["record"] == "finding" and record["severity"] in _ERRORS:
                report.findings.append(record)
            elif record["record"] == "file" and record["verdict"] == "valid":
                report.valid.add(record["key"])
            elif record["record"] == "summary":
                report.summary = record
        if report.summary is None:
            raise ValueError("the report has no summary: it was cut off")
        return report


@dataclass
class Outcome:
    passed: int = 0
    failures: list[str] = field(default_factory=list)
    excused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def excuse(self, name: str, why: str) -> None:
        self.excused[name, why] += 1

    def add(self, other: Outcome) -> None:
        self.passed += other.passed
        self.failures += other.failures
        self.excused += other.excused


def compare(sample: Sample, runs: list[Run], report: Report) -> Outcome:
    return _Comparison(sample, runs, report).run()


def compare_words(sample: Sample, runs: list[Run], ours: Run) -> Outcome:
    """Demands the CLI's own line wherever both give the same verdict on a file."""
    outcome = Outcome()
    lines = {(file.is_digest, file.key): file for file in ours.files}
    for file in (file for run in runs for file in run.files):
        mine = lines.get((file.is_digest, file.key))
        if mine is None or mine.is_valid != file.is_valid:
            # A difference of the verdicts, which the findings tell and the tables excuse.
            continue
        if mine == file or (mine.bucket == file.bucket and _same_words(mine.reason, file.reason)):
            outcome.passed += 1
        elif blindspots.is_altered_where_it_lies(sample, mine, file):
            outcome.passed += 1
            outcome.excuse("digest-signature-invalid", blindspots.ALTERED_WHERE_IT_LIES)
        else:
            outcome.failures.append(f"{file.key}: the CLI says {file!r}, --format aws {mine!r}")
    return outcome


def _same_words(mine: str | None, theirs: str | None) -> bool:
    """Where a file is broken in two ways, the first to be noticed may be another."""
    log = {"invalid format", "hash value doesn't match"}
    digest = {"invalid format", "signature verification failed"}
    return {mine, theirs} <= log or {mine, theirs} <= digest


class _Comparison:
    def __init__(self, sample: Sample, runs: list[Run], report: Report) -> None:
        self.sample = sample
        self.runs = runs
        self.report = report
        self.outcome = Outcome()
        self.findings: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for finding in report.findings:
            for key in _keys(finding):
                self.findings[key].append(finding)
        files = [file for run in runs for file in run.files]
        self.cli_valid = {file.key for file in files if file.is_valid}
        self.cli_invalid = {file.key for file in files if not file.is_valid}

    def run(self) -> Outcome:
        for run in self.runs:
            if run.aborted:
                self._aborted(run)
            elif not run.is_consistent:
                self._inconsistent(run)
                continue
            for file in run.files:
                if file.is_valid:
                    self._called_valid(file)
                else:
                    self._called_invalid(file)
        if not any(run.aborted for run in self.runs):
            for finding in self.report.findings:
                self._named_only_here(finding)
        self._totals()
        return self.outcome

    def _called_valid(self, file: FileLine) -> None:
        if file.key in self.report.valid:
            self.outcome.passed += 1
            return
        kinds = [finding["kind"] for finding in self.findings[file.key]]
        spots = {kind: blindspots.CALLED_VALID.get(kind) for kind in kinds}
        if kinds and all(spot and spot.holds(self.sample, file.key) for spot in spots.values()):
            self.outcome.passed += 1
            for kind, spot in spots.items():
                self.outcome.excuse(kind, spot.why if spot else "")
        else:
            self._fail(
                f"the CLI says valid, here {', '.join(kinds) or 'not mentioned'}: {file.key}"
            )

    def _called_invalid(self, file: FileLine) -> None:
        if self.findings[file.key]:
            self.outcome.passed += 1
            return
        for name, leniency in blindspots.CALLED_INVALID.items():
            if leniency.holds(self.sample, file):
                self.outcome.passed += 1
                self.outcome.excuse(name, leniency.why)
                return
        verdict = "valid" if file.key in self.report.valid else "not mentioned"
        self._fail(f"the CLI says INVALID ({file.reason}), here {verdict}: {file.key}")

    def _named_only_here(self, finding: dict[str, Any]) -> None:
        kind, keys = finding["kind"], _keys(finding)
        if kind in blindspots.NEVER_NAMED:
            self.outcome.excuse(kind, blindspots.NEVER_NAMED[kind])
        elif self.cli_invalid.intersection(keys):
            return
        elif self.cli_valid.intersection(keys):
            # Judged with the CLI's line, unless another file of that key is valid.
            if self.report.valid.intersection(keys):
                self.outcome.excuse(kind, blindspots.ANOTHER_COPY)
        elif any(ord(character) < 0x20 for key in keys for character in key):
            self.outcome.excuse("forged-output", blindspots.FORGED_OUTPUT)
        elif (
            any(self.sample.named_by.get(key, set()) & self.cli_valid for key in keys) or not keys
        ):
            self._fail(f"the CLI is silent, here {kind}: {', '.join(keys) or finding['message']}")
        else:
            self.outcome.excuse(kind, blindspots.OFF_THE_CHAIN)

    def _aborted(self, run: Run) -> None:
        kinds = {finding["kind"] for finding in self.report.findings}
        if kinds & {"digest-unreadable", "log-unreadable", "location-not-held"}:
            self.outcome.excuse("aborted", blindspots.ABORTED)
        else:
            self._fail(f"the CLI gave up on {run.chain}, status {run.status}: {run.strays[-1:]}")

    def _inconsistent(self, run: Run) -> None:
        if run.strays:
            self.outcome.excuse("forged-output", blindspots.FORGED_OUTPUT)
        else:
            self._fail(f"the CLI's lines disagree with its totals, {run.chain}: {run.totals}")

    def _totals(self) -> None:
        """Where nothing was done to the archive, both must find nothing and count the same."""
        if self.sample.truth == []:
            for finding in self.report.findings:
                about = finding.get("key") or finding["message"]
                self._fail(f"untouched by its truth.json, here {finding['kind']}: {about}")
        untouched = self.sample.truth == [] or not (
            self.sample.truth or self.cli_invalid or self.report.findings
        )
        if not untouched or any(run.aborted for run in self.runs):
            return
        digests = {f.key for run in self.runs for f in run.files if f.is_valid and f.is_digest}
        logs = self.cli_valid - digests
        for name, theirs in (("digests", len(digests)), ("logs", len(logs))):
            ours = (self.report.summary or {})[name]["valid"]
            if ours != theirs:
                self._fail(f"valid {name} of an untouched archive: the CLI {theirs}, here {ours}")

    def _fail(self, message: str) -> None:
        self.outcome.failures.append(f"{self.sample.folder.name}: {message}")


def _keys(finding: dict[str, Any]) -> list[str]:
    """The keys that a finding is about: its own, and the one that it calls unsafe."""
    detail = finding.get("detail") or {}
    keys = (finding.get("key"), detail.get("reference"))
    return [key for key in keys if isinstance(key, str)]
