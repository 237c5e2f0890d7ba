"""Compares what the command writes and takes with the schemas in docs/schemas.

    python3 check.py TOOL FOLDER

TOOL is the built command and FOLDER a place for samples. It is run in the root of the repository. What does not hold is a
line `FAILED`, and the exit status is 1:

- each schema is JSON Schema 2020-12, and what two of them define under one name is the same;
- the kinds and severities are those of docs/verdicts.md, and the details of each kind are those in
  TestVectors/reports/words.txt, which has every kind;
- every record that the subcommands write on samples, and every one that a page of docs shows, fits its schema;
- a record that lacks a member, has one too many or one of another type does not;
- the command takes a file exactly when the schema of that file does.
"""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Iterator

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

DOCS = Path("docs")
SCHEMAS = DOCS / "schemas"
SUFFIX = ".schema.json"
WORDS = Path("TestVectors/reports/words.txt")
SEVERITIES = ("violation", "unverified", "notice")

failures = 0


def expect(condition: object, *what: object) -> bool:
    global failures
    if not condition:
        failures += 1
        print("FAILED", *(ascii(part)[:400] for part in what), flush=True)
    return bool(condition)


def load() -> dict[str, dict]:
    return {path.name.removesuffix(SUFFIX): json.loads(path.read_text()) for path in sorted(SCHEMAS.glob("*" + SUFFIX))}


# MARK: The schemas


def check_schemas(schemas: dict[str, dict]) -> None:
    shared: dict[str, tuple[str, object]] = {}
    for name, schema in schemas.items():
        try:
            Draft202012Validator.check_schema(schema)
        except Exception as error:
            expect(False, name, error)
        expect(schema["$id"] == f"urn:cloudtrail-integrity:schema:{name}:1", name, schema["$id"])
        definitions = schema.get("$defs", {})
        used = set(re.findall(r'"\$ref": "#/\$defs/([^"]*)"', json.dumps(schema)))
        expect(used == set(definitions), name, "definitions", used ^ set(definitions))
        for title, definition in definitions.items():
            first, other = shared.setdefault(title, (name, definition))
            expect(other == definition, title, "differs between", first, name)


def kinds_of_contract() -> dict[str, str]:
    rows = re.findall(r"^\| (\w+) \| `([a-z-]+)` \|", (DOCS / "verdicts.md").read_text(), re.MULTILINE)
    return {kind: severity for severity, kind in rows if severity in SEVERITIES}


def check_kinds(schemas: dict[str, dict]) -> None:
    kinds = kinds_of_contract()
    counted = [kind for kind, severity in kinds.items() if severity != "notice"]
    definitions = {title: body for schema in schemas.values() for title, body in schema.get("$defs", {}).items()}
    expect(definitions["kind"]["enum"] == list(kinds), "kind", set(definitions["kind"]["enum"]) ^ set(kinds))
    expect(definitions["countedKind"]["enum"] == counted, "countedKind")
    by_severity = definitions["finding"]["allOf"][-1]["oneOf"]
    stated = {branch["properties"]["severity"]["const"]: branch["properties"]["kind"]["enum"] for branch in by_severity}
    for severity in SEVERITIES:
        expect(stated[severity] == [kind for kind in kinds if kinds[kind] == severity], "kinds of", severity)
    detailed = [branch["if"]["properties"]["kind"]["const"] for branch in definitions["finding"]["allOf"][1]["else"]["allOf"]]
    expect(detailed == list(kinds), "details of kinds", set(detailed) ^ set(kinds))

    never = re.search(r"^(`.*) are unverified and cannot be allowed", (DOCS / "exit-status-and-json.md").read_text(), re.M)
    held_back = set(re.findall(r"`([a-z-]+)`", never[1]))
    allowed = definitions["run"]["properties"]["allowed"]["items"]["enum"]
    unverified = [kind for kind in kinds if kinds[kind] == "unverified"]
    expect(allowed == [kind for kind in unverified if kind not in held_back], "allowed", allowed)


def check_tampers(tool: str, schemas: dict[str, dict]) -> list[str]:
    text = subprocess.run(
        [tool, "sample", "--help"], check=True, capture_output=True, text=True, env={**os.environ, "COLUMNS": "100000"}
    ).stdout
    tampers = re.search(r"--tamper .*\(values: ([^)]*)\)", text)[1].split(", ")
    stated = schemas["sample-truth"]["properties"]["tampers"]["items"]["properties"]["tamper"]["enum"]
    expect(stated == tampers, "tampers", set(stated) ^ set(tampers))
    return tampers


# MARK: Findings of every kind


def details() -> Iterator[tuple[str, dict[str, str]]]:
    """Each set of details in the golden file of words, with its kind."""
    kind, found = None, None
    for line in WORDS.read_text().splitlines():
        if match := re.fullmatch(r"([a-z-]+) \((?:violation|unverified|notice)\)", line):
            if kind and found is not None:
                yield kind, found
            kind, found = match[1], None
        elif line.startswith("More about any finding"):
            break
        elif line.startswith("  - "):
            if kind and found is not None:
                yield kind, found
            found = {}
        elif found is not None and (match := re.fullmatch(r"    (\w+): (.*)", line)):
            found[match[1]] = match[2]
    if kind and found is not None:
        yield kind, found


def typed(text: str, schema: dict, definitions: dict) -> object:
    """A value of the golden file, which has no quotes, as the type that the schema asks for."""
    schema = definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    wanted = schema.get("type")
    if wanted == "array":
        return text.removeprefix("[").removesuffix("]").split(", ")
    if wanted == "integer":
        return int(text) if text.isdecimal() else text
    if wanted == "boolean" or isinstance(schema.get("const"), bool):
        return {"true": True, "false": False}.get(text, text)
    return text


def check_words(schemas: dict[str, dict]) -> None:
    definitions = schemas["validate-line"]["$defs"]
    validator = Draft202012Validator(schemas["validate-line"])
    kinds = kinds_of_contract()
    seen = Counter()
    named: dict[str, set[str]] = {}
    for kind, texts in details():
        seen[kind] += 1
        # Only `inspect` is given signatures.
        texts = {name: re.sub(r"\bgiven\b", "manifest", text) for name, text in texts.items()}
        properties = definitions["sum" if "more" in texts else kind]["properties"]
        if not expect(set(texts) <= set(properties), "words.txt", kind, set(texts) - set(properties)):
            continue
        named.setdefault(kind, set()).update(texts)
        finding = {
            "record": "finding", "severity": kinds[kind], "kind": kind, "bucket": None, "key": None, "path": None, "chain": None,
            "start": None, "end": None, "message": "m",
            "detail": {name: typed(text, properties[name], definitions) for name, text in texts.items()},
        }  # fmt: skip
        error = best_match(validator.iter_errors(finding))
        expect(error is None, "words.txt", kind, error and error.message, finding["detail"])
    expect(set(seen) == set(kinds), "words.txt", set(seen) ^ set(kinds))
    # What a schema lets a kind have is what it is seen to have, or is common to digest or log files.
    common = {"also", "linkedBy", "claimedBucket", "claimedKey", "fetch", "listedBy", "provenBefore", "keyBytes", "pathBytes"}
    # A container that is broken may hold another content too.
    merged = {"log-malformed": {"expected", "actual", "instead", "contentOf"}, "digest-missing": {"actual"}}
    for kind in kinds:
        more = set(definitions[kind]["properties"]) - named.get(kind, set()) - common - merged.get(kind, set())
        expect(not more, "words.txt has no", kind, more)


# MARK: Records


class Records:
    """Checks records against schemas, and keeps one of each shape to be broken."""

    def __init__(self, schemas: dict[str, dict]) -> None:
        self.validators = {name: Draft202012Validator(schema) for name, schema in schemas.items()}
        self.count = Counter()
        self.kinds = set()
        self.kept: dict[tuple, tuple[str, dict]] = {}

    def add(self, name: str, value: object, *where: object) -> None:
        self.count[name] += 1
        fits = self.validators[name].is_valid(value)
        error = None if fits else best_match(self.validators[name].iter_errors(value))
        if expect(fits, *where, name, error and (list(error.absolute_path), error.message), value):
            if isinstance(value, dict):
                self.kept.setdefault((name, value.get("record"), value.get("kind"), tuple(value)), (name, value))
                if value.get("record") == "finding":
                    self.kinds.add(value["kind"])

    def add_lines(self, name: str, text: str, *where: object) -> list[dict]:
        records = [json.loads(line) for line in text.split("\n") if line]
        for record in records:
            self.add(name, record, *where)
        return records

    def holds(self, name: str, value: object) -> bool:
        return self.validators[name].is_valid(value)


class Runner:
    def __init__(self, tool: str, folder: Path, records: Records) -> None:
        self.tool, self.folder, self.records = tool, folder, records

    def run(self, *arguments: object, statuses: tuple[int, ...] = (0, 1, 2, 3)) -> subprocess.CompletedProcess:
        run = subprocess.run([self.tool, *map(os.fspath, arguments)], cwd=self.folder, capture_output=True)
        expect(run.returncode in statuses, arguments, run.returncode, run.stderr)
        return run

    def sample(self, name: str, *options: str) -> Path:
        self.run("sample", name, "--hours", "14", "--logs", "2", "--records", "1", *options, statuses=(0,))
        folder = self.folder / name
        self.records.add("sample-truth", json.loads((folder / "truth.json").read_text()), name)
        self.records.add("public-keys", json.loads((folder / "keys.json").read_text()), name)
        return folder

    def inputs(self, name: str) -> tuple[str, ...]:
        return ("--public-keys", f"{name}/keys.json", "--signatures", f"{name}/meta.jsonl")

    def validate(self, name: str, *options: str) -> list[dict]:
        """Every JSON that `validate` writes; returns the lines."""
        lines, report, manifest = (f"{name}.{what}" for what in ("jsonl", "json", "manifest"))
        self.run(
            "validate", f"{name}/archive", "--public-keys", f"{name}/keys.json", "--quiet", *options, "--report",
            f"jsonl={lines}", "--report", f"json={report}", "--manifest", manifest,
        )  # fmt: skip
        document = json.loads((self.folder / report).read_text())
        records = self.records.add_lines("validate-line", (self.folder / lines).read_text(), name)
        # What the document has of these is the same.
        by_sort = {sort: [line for line in records if line["record"] == sort] for sort in ("finding", "file", "chain")}
        expect(document["findings"] == by_sort["finding"] and document["files"] == by_sort["file"], name, "findings")
        expect(document["chains"] == by_sort["chain"] and document["summary"] == records[-1], name, "chains")
        few = {sort: document[sort][:1] for sort in ("findings", "files", "chains")}
        self.records.add("validate-report", document | few, name)
        # Of the proven files a manifest has the first and the last lines are as good as all.
        listed = (self.folder / manifest).read_text().splitlines()
        self.records.add_lines("manifest-line", "\n".join(listed[:5] + listed[-3:]), name)
        return records


def check_samples(runner: Runner, tampers: list[str]) -> None:
    """What all subcommands say of archives that were tampered with in each way there is, several in one archive."""
    records = runner.records
    together = 16
    done = set()
    for number in range(together):
        name = f"sample-{number}"
        options = [word for tamper in tampers[number::together] for word in ("--tamper", tamper)]
        folder = runner.sample(name, *options)
        made = json.loads((folder / "truth.json").read_text())["tampers"]
        done |= {tamper["tamper"] for tamper in made}
        diagnosis = f"{name}.diagnosis"
        runner.validate(name, "--signatures", f"{name}/meta.jsonl", "--diagnose", diagnosis)
        records.add("diagnosis", json.loads((runner.folder / diagnosis).read_text()), name)
        run = runner.run("chains", f"{name}/archive", "--format", "jsonl")
        records.add_lines("chains-line", run.stdout.decode(), name)
        run = runner.run("keys", f"{name}/keys.json", "--format", "jsonl", statuses=(0, 66))
        records.add_lines("keys-line", run.stdout.decode(), name)
        run = runner.run("chains", f"{name}/archive", "--format", "expect")
        records.add_lines("expected-chains-line", run.stdout.decode(), name)
        if number < 4:
            check_parts(runner, name)
        signed = records.add_lines("signatures-line", (folder / "meta.jsonl").read_text(), name)
        keys = [tamper["key"] for tamper in made] + [line["key"] for line in signed[:3]]
        logs = [str(path.relative_to(folder / "archive")) for path in sorted(folder.glob("archive/**/CloudTrail/**/*.gz"))]
        files = [f"{name}/archive/{key}" for key in [*keys, *logs[:1]] if (folder / "archive" / key).is_file()]
        check_files(runner, name, files)
    expect(done == set(tampers), "tampers", done ^ set(tampers))


def check_parts(runner: Runner, name: str) -> None:
    """What `split` and `merge` write; what cannot be judged apart is judged in one part."""
    for parts in (2, 1):
        run = runner.run("split", f"{name}/archive", *runner.inputs(name), "--parts", str(parts), statuses=(0, 66))
        if run.returncode:
            continue
        plan = runner.folder / f"{name}.plan"
        plan.write_bytes(run.stdout)
        runner.records.add_lines("plan-line", run.stdout.decode(), name)
        partials = [f"{name}.{parts}.{number}" for number in range(parts)]
        for number, partial in enumerate(partials):
            runner.run("validate", "--plan", plan.name, "--part", str(number), "--partial", partial, statuses=(0,))
        run = runner.run("merge", "--plan", plan.name, *partials, "--format", "jsonl", "--quiet", statuses=(0, 1, 2, 3, 66))
        if run.returncode != 66:
            runner.records.add_lines("validate-line", run.stdout.decode(), name)


def check_files(runner: Runner, name: str, files: list[str]) -> None:
    """What `check` and `inspect` say of files."""
    command = ["check", *files, "--archive", f"{name}/archive", *runner.inputs(name), "--report", f"json={name}.check"]
    run = runner.run(*command, "--format", "jsonl", statuses=(0, 1, 2, 66))
    runner.records.add_lines("check-line", run.stdout.decode(), name)
    runner.records.add("check-report", json.loads((runner.folder / f"{name}.check").read_text()), name)
    digests = [file for file in files if "CloudTrail-Digest" in file]
    for named, options in (
        (digests or files, []), (digests or files, runner.inputs(name)),
        (files[:1], [*runner.inputs(name), "--verbose", "--signature", "00" * 256]),
    ):  # fmt: skip
        run = runner.run("inspect", *named, *options, "--format", "json", statuses=(0, 1, 2, 66))
        runner.records.add_lines("inspect-line", run.stdout.decode(), name)


def check_ways(runner: Runner) -> None:
    """Options and archives that make records of another shape."""
    records = runner.records
    clean = runner.sample("clean")
    keys = json.loads((clean / "keys.json").read_text())
    chains = (clean / "chains.jsonl")
    chains.write_bytes(runner.run("chains", "clean/archive", "--format", "expect").stdout)
    signed = ("--signatures", "clean/meta.jsonl")

    runner.validate("clean", *signed, "--verbose", "--case", "4711", "--examiner", "Ana", "--note", "none", "--expect", "clean/chains.jsonl")
    runner.validate("clean", "--allow", "digest-unsigned", "--allow", "log-unauthenticated", "--account-id", "111122223333")
    runner.validate("clean", *signed, "--start-time", "2026-02-27", "--end-time", "2030-01-01T00:00:00Z", "--bucket", "example-trail-bucket")
    runner.validate("clean", *signed, "--region", "eu-west-1", "--trail", "none")
    for limit in ("--max-log-size", "--max-digest-size"):
        runner.validate("clean", *signed, limit, "100")
    chains.write_text(chains.read_text().replace("us-west-2", "eu-west-1"))
    runner.validate("clean", *signed, "--expect", "clean/chains.jsonl")

    # Keys and signatures that help little.
    odd = copy.deepcopy(keys)
    for key in odd["PublicKeyList"]:
        key["ValidityStartTime"] = "some day"
    (clean / "keys.json").write_text(json.dumps(odd) + json.dumps({"PublicKeyList": [], "NextToken": "t"}))
    records.add("public-keys", odd)
    (clean / "other.jsonl").write_text('{"key":"AWSLogs/none","metadata":{"signature":"00"}}\n')
    (clean / "none.json").write_text("[]\n")
    runner.validate("clean", *signed, "--signatures", "clean/other.jsonl", "--signatures", "clean/none.json")
    odd["PublicKeyList"][0] |= {"Value": "AAAA"}
    (clean / "odd.json").write_text(json.dumps(odd))
    for file in ("clean/keys.json", "clean/odd.json", "clean/meta.jsonl", "clean/nowhere.json"):
        run = runner.run("keys", file, "clean/keys.json", "--format", "jsonl", statuses=(0, 66))
        records.add_lines("keys-line", run.stdout.decode(), file)
    (clean / "keys.json").write_text(json.dumps(keys))

    proof = next(clean.glob("archive/**/CloudTrail/**/*.gz"))
    run = runner.run("check", proof, "--archive", "clean/archive", *runner.inputs("clean"), "--proof", "proof", "--format", "jsonl")
    records.add_lines("check-line", run.stdout.decode(), "proof")
    run = runner.run("check", "nowhere", "--archive", "clean/archive", *runner.inputs("clean"), "--format", "jsonl", statuses=(66,))
    records.add_lines("check-line", run.stdout.decode(), "nowhere")
    run = runner.run("inspect", "nowhere", "--format", "json", statuses=(66,))
    records.add_lines("inspect-line", run.stdout.decode(), "nowhere")

    check_hostile(runner)
    check_nights(runner)


def check_hostile(runner: Runner) -> None:
    """Names that are not UTF-8, links, copies, and more findings than are listed."""
    folder = runner.sample("hostile", "--tamper", "log-modified", "--tamper", "log-decompressed")
    logs = [path for path in sorted(folder.glob("archive/AWSLogs/*/CloudTrail/*/*/*/*")) if path.is_dir()]
    for name in (b"\xff\xfe.json.gz", b"a.part", b"b (1).json.gz", b"desktop.ini", b"x:Zone.Identifier", b"c_$folder$", b"d.zip"):
        with open(os.path.join(os.fsencode(logs[0]), name), "wb") as file:
            file.write(b"x")
    (logs[1] / "link.json.gz").symlink_to("nowhere")
    digest = next(folder.glob("archive/AWSLogs/*/CloudTrail-Digest/us-west-2/*/*/*/*.gz"))
    digest.unlink()
    digest.symlink_to("nowhere")
    prefix = os.path.join(os.fsencode(folder / "archive"), b"p\n\xff\\<")
    os.mkdir(prefix)
    os.rename(os.fsencode(folder / "archive" / "AWSLogs"), os.path.join(prefix, b"AWSLogs"))
    runner.validate("hostile", "--signatures", "hostile/meta.jsonl", "--verbose")
    runner.validate("hostile", "--signatures", "hostile/meta.jsonl", "--findings-per-folder", "1", "--strict")
    run = runner.run("chains", "hostile/archive", "--format", "jsonl")
    runner.records.add_lines("chains-line", run.stdout.decode(), "hostile")
    digests = sorted(os.fsdecode(path) for path in walk(prefix) if b"CloudTrail-Digest_" in path)
    check_files(runner, "hostile", digests[:2])


def walk(folder: bytes) -> Iterator[bytes]:
    for root, _, names in os.walk(folder):
        yield from (os.path.join(root, name) for name in names)


def check_nights(runner: Runner) -> None:
    """Runs with a state and with acknowledgements."""
    folder = runner.sample("nights")
    signed = ("--signatures", "nights/meta.jsonl", "--state", "nights/state")
    runner.validate("nights", *signed, "--new-state")
    logs, digests = (sorted(folder.glob(f"archive/**/{what}/**/*.gz")) for what in ("CloudTrail", "CloudTrail-Digest"))
    logs[0].unlink()
    logs[1].write_bytes(b"x")
    digests[-1].unlink()
    digests[3].write_bytes(b"x")
    # A log file that is modified, and the digest file that listed it is gone.
    account = "archive/AWSLogs/111122223334"
    next(folder.glob(f"{account}/CloudTrail-Digest/us-west-2/**/*_20260301T041035Z.json.gz")).unlink()
    next(folder.glob(f"{account}/CloudTrail/us-west-2/**/*_20260301T03*.json.gz")).write_bytes(b"x")
    first = runner.validate("nights", *signed)
    second = runner.validate("nights", *signed, "--recheck", "all")
    modified = [record["detail"] for record in first if record.get("kind") == "log-modified"]
    expect(any("provenBefore" in detail for detail in modified), "no log file was proven before", modified)
    expect(any("known" in record for record in second), "no finding is known")
    expect(any("carried" in record for record in first), "no file is carried")

    # As the page makes the lines: only findings that can be acknowledged.
    taken = runner.records.validators["acknowledgements-line"].schema["properties"]["kind"]["enum"]
    lines = [
        {name: record[name] for name in ("kind", "key", "path", "start", "end")} | {"who": "Ana", "why": "lost", "until": "2999-01-01"}
        for record in second
        if record.get("kind") in taken and record["key"]
    ]
    lines += [lines[0] | {"key": "none"}, lines[0] | {"until": "2026-01-01T00:00:00+01:00"}]
    for line in lines:
        runner.records.add("acknowledgements-line", line)
    (folder / "acknowledged.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    third = runner.validate("nights", *signed, "--acknowledge", "nights/acknowledged.jsonl")
    expect(any("acknowledged" in record for record in third), "no finding is acknowledged")


# MARK: Pages


def check_pages(records: Records) -> None:
    """The records that pages show."""
    names = {
        "finding": "validate-line", "file": "validate-line", "chain": "validate-line", "summary": "validate-line",
        "end": "manifest-line",
    }  # fmt: skip
    shown = 0
    for page in sorted(DOCS.glob("*.md")):
        # Other blocks name members alone.
        text = re.sub(r"^```\n.*?^```$", "", page.read_text(), flags=re.M | re.S)
        for line in text.split("\n"):
            if not re.match(r'\s*\{"(record|kind|account|bucket)":"', line) or "…" in line:
                continue
            value = json.loads(line)
            shown += 1
            name = names.get(value.get("record"))
            if name is None:
                name = "acknowledgements-line" if "kind" in value else "expected-chains-line" if "account" in value else "signatures-line"
            records.add(name, value, page)
    expect(shown > 5, "pages show", shown)


# MARK: What must not fit


def check_broken(records: Records) -> int:
    """Each record without one of its members, with one too many, and with one of another type."""
    optional = {
        "finding": {"known", "acknowledged"}, "file": {"keyBytes", "pathBytes"}, "check": {"pathBytes"}, "inspect": {"pathBytes", "logs"},
        "hidden": {"pathBytes"}, "summary": {"carried", "replaced", "parts", "new", "acknowledged", "proof"},
        None: {"bucket", "path", "start", "end", "since", "until", "backfill", "prefix", "hmac"},
    }  # fmt: skip
    open_schemas = {"public-keys", "signatures-line", "signatures-list", "head-object"}
    broken = 0
    for name, record in records.kept.values():
        if name in open_schemas:
            continue
        for member in record:
            changes = [record | {member: {"unexpected": 1}}, record | {member: 0.5 if member != "seconds" else "0.5"}]
            if member not in optional.get(record.get("record"), set()):
                changes.append({other: value for other, value in record.items() if other != member})
            for change in changes:
                broken += 1
                expect(not records.holds(name, change), "fits", name, record.get("record"), member)
        broken += 1
        expect(not records.holds(name, record | {"unexpected": 1}), "fits", name, record.get("record"), "unexpected")

    def some(name: str, **wanted: object) -> dict:
        found = [
            record for kept, record in records.kept.values()
            if kept == name and all(record.get(member) == value for member, value in wanted.items())
        ]  # fmt: skip
        return copy.deepcopy(found[0]) if expect(found, "no record of", name, wanted) else {}

    modified = some("validate-line", kind="log-modified")
    summary = some("validate-line", record="summary")
    inspected = some("inspect-line", verdict="valid")
    checked = some("check-line", verdict="valid")
    for name, change in [
        ("plan-line", some("plan-line", type="plan") | {"parts": 0}),
        ("plan-line", some("plan-line", type="part") | {"entries": [-1]}),
        ("plan-line", some("plan-line", type="end") | {"sha256": "A" * 64}),
        ("validate-line", modified | {"severity": "unverified"}),
        ("validate-line", modified | {"kind": "log-missing"}),
        ("validate-line", modified | {"kind": "log-unknown"}),
        ("validate-line", modified | {"severity": "notice", "kind": "log-decompressed", "detail": {}, "known": True}),
        ("validate-line", modified | {"start": "2026-03-01T25:00:00Z"}),
        ("validate-line", modified | {"start": "2026-03-01"}),
        ("validate-line", modified | {"detail": modified["detail"] | {"actual": "A" * 64}}),
        ("validate-line", modified | {"detail": {"more": 0}}),
        ("validate-line", modified | {"chain": modified["chain"] | {"account": "1"}}),
        ("validate-line", summary | {"exit": 74}),
        ("validate-line", summary | {"digests": summary["digests"] | {"valid": -1}}),
        ("inspect-line", inspected | {"verdict": "unreadable"}),
        ("check-line", checked | {"verdict": "violation"}),
        ("check-line", checked | {"kind": "log-modified"}),
    ]:  # fmt: skip
        broken += 1
        expect(not records.holds(name, change), "fits", name, change)
    return broken


# MARK: What the command takes


def check_inputs(runner: Runner) -> int:
    """Whether the command and the schema agree on what a file may hold."""
    chain = {"account": "111122223333", "region": "us-east-1", "trail": "management-events", "homeRegion": "us-east-1"}
    note = {"kind": "log-missing", "key": "k", "who": "Ana", "why": "lost", "until": "2999-01-01"}
    key = json.loads((runner.folder / "clean/keys.json").read_text())["PublicKeyList"][0]
    signature = {"bucket": "b", "key": "k", "metadata": {"signature": "00", "signature-algorithm": "SHA256withRSA"}}

    def without(value: dict, member: str) -> dict:
        return {name: other for name, other in value.items() if name != member}

    cases = {
        "expected-chains-line": ("--expect", [
            chain, chain | {"since": None, "until": "2026-03-01"}, chain | {"backfill": False}, chain | {"backfill": True},
            chain | {"since": "2026-03-01T00:00:00"}, chain | {"since": "2026-03-01T00:00:00.5Z"}, chain | {"since": "2026-03-01T00:00:00+0100"},
            chain | {"account": "1"}, chain | {"region": "US"}, chain | {"trail": "a b"}, chain | {"other": 1}, chain | {"since": 1}, [],
            *(without(chain, member) for member in chain),
        ]),
        "acknowledgements-line": ("--acknowledge", [
            note, note | {"bucket": None, "path": "p", "start": "2026-03-01", "end": None}, note | {"kind": "chain-gap"},
            note | {"kind": "chain-gap", "start": "2026-03-01", "end": "2026-03-02"}, note | {"kind": "coverage-short"},
            note | {"kind": "log-over-limit"}, note | {"kind": "log-decompressed"}, note | {"kind": "log-unknown"}, note | {"key": ""},
            note | {"who": " "}, note | {"why": "w" * 1025}, note | {"why": "w" * 1024}, note | {"until": "tomorrow"}, note | {"until": None},
            note | {"other": 1}, note | {"start": 1}, 1, *(without(note, member) for member in note),
        ]),
        "signatures-line": ("--signatures", [
            signature, without(signature, "bucket"), without(signature, "metadata"), without(signature, "key"),
            {"Path": "k", "Metadata": {"signature": "00"}}, {"other": 1}, "text",
        ]),
        "public-keys": ("--public-keys", [
            {"PublicKeyList": [key]}, {"publicKeyList": [key], "NextToken": "t"}, [key], key, [{"PublicKeyList": [key]}], [[key]],
            without(key, "Fingerprint"), without(key, "Value"), key | {"Fingerprint": "x"}, key | {"Fingerprint": key["Fingerprint"].upper()},
            key | {"ValidityStartTime": "some day"}, key | {"Value": None}, {"PublicKeyList": [key], "Value": key["Value"]}, {"PublicKeyList": {}},
            {"other": 1}, 1, "text",
        ]),
    }  # fmt: skip
    count = 0
    for name, (option, values) in cases.items():
        for value in values:
            count += 1
            (runner.folder / "input.json").write_text(json.dumps(value) + "\n")
            keys = () if option == "--public-keys" else ("--public-keys", "clean/keys.json")
            run = runner.run("validate", "clean/archive", *keys, option, "input.json", "--quiet", statuses=(0, 1, 2, 3, 66))
            expect((run.returncode != 66) == runner.records.holds(name, value), name, value, run.returncode, run.stderr)
    return count + check_sidecars(runner) + check_list(runner)


def check_sidecars(runner: Runner) -> int:
    """A file beside the newest digest file gives its signature exactly when it is an answer of head-object."""
    lines = [json.loads(line) for line in (runner.folder / "clean/meta.jsonl").read_text().splitlines()]
    newest = max(lines, key=lambda line: line["key"])
    sidecar = runner.folder / "clean/archive" / (newest["key"] + ".metadata.json")
    signed = newest["metadata"]
    answers = [
        {"ContentLength": 1, "Metadata": signed, "ResponseMetadata": {"HTTPStatusCode": 200}}, {"Metadata": {"other": "x"}},
        {"Metadata": {"X-Amz-Meta-" + name.title(): value for name, value in signed.items()}}, {"Metadata": {}}, {"Metadata": []},
        {"Metadata": signed, "Records": []}, {"Metadata": signed, "Other": {}}, {"ContentLength": 1}, signed, [], 1,
    ]  # fmt: skip
    for answer in answers:
        sidecar.write_text(json.dumps(answer))
        findings = [line for line in runner.validate("clean") if line.get("key") == newest["key"]]
        expect((not findings) == runner.records.holds("head-object", answer), "head-object", answer, findings)
    sidecar.unlink()
    return len(answers)


def check_list(runner: Runner) -> int:
    """A list of rclone's is taken exactly when it is one."""
    lists = [[], [{"Path": "k", "Size": 1, "Metadata": {"signature": "00"}}], [{"Path": "k", "IsDir": True}], [{}]]
    for value in lists:
        (runner.folder / "input.json").write_text(json.dumps(value) + "\n")
        runner.run("validate", "clean/archive", *runner.inputs("clean"), "--signatures", "input.json", "--quiet")
        runner.records.add("signatures-list", value)
    return len(lists)


def main() -> int:
    tool, folder = sys.argv[1], Path(sys.argv[2]).resolve()
    schemas = load()
    check_schemas(schemas)
    check_kinds(schemas)
    check_words(schemas)
    records = Records(schemas)
    runner = Runner(tool, folder, records)
    check_samples(runner, check_tampers(tool, schemas))
    check_ways(runner)
    check_pages(records)
    broken = check_broken(records)
    inputs = check_inputs(runner)
    unused = set(schemas) - set(records.count) - {"head-object"}
    expect(not unused, "nothing was compared with", unused)
    print(
        f"{len(schemas)} schemas: {sum(records.count.values())} records fit, with findings of {len(records.kinds)} kinds; "
        f"{broken} broken ones do not; the command agrees on {inputs} inputs"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
