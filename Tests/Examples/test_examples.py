"""Runs the examples on the golden archives, and holds what they say to what the command says. Begun by run.sh."""

import contextlib
import gzip
import http.server
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unicodedata
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = pathlib.Path(os.environ["EXAMPLES"])
SCRATCH = pathlib.Path(os.environ["SCRATCH"])
LIBRARY = os.environ.get("CLOUDTRAIL_INTEGRITY_LIBRARY")
SAMPLES = {name: ROOT / "TestVectors/archives" / name for name in ["clean", "tampered"]}
# The categories of characters that are not printed as they are.
UNSAFE = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}


def escaped(text):
    """Text as a finding's description has it."""
    return "".join(f"\\u{{{ord(c):x}}}" if unicodedata.category(c) in UNSAFE else c for c in text)


def run(program, *arguments, **options):
    command = [EXAMPLES / program if isinstance(program, str) else program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)


def expected(archive, keys, *signatures):
    """The lines of the command's findings, as they are printed, and its exit status."""
    manifests = [f"--signatures={path}" for path in signatures]
    tool = pathlib.Path(os.environ["TOOL"])
    done = run(tool, "validate", archive, f"--public-keys={keys}", *manifests, "--format=jsonl")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    findings = [record for record in records if record["record"] == "finding"]
    return [line(finding) for finding in findings], done.returncode


def line(finding):
    place = finding["key"] or finding["path"]
    words = [finding["severity"], finding["kind"], *([place] if place else [])]
    return escaped(f"{' '.join(words)}: {finding['message']}")


def full_disk(size):
    """Options of a process that cannot write a file of more than `size` bytes."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return {"preexec_fn": limit, "restore_signals": False}


class ExampleTests(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=SCRATCH))

    def copy(self, name):
        sample = self.folder / name
        shutil.copytree(SAMPLES[name], sample)
        return sample

    def inputs(self, sample):
        return [sample / "archive", sample / "keys.json", sample / "meta.jsonl"]

    def assert_error(self, done, status, *words):
        """One clear line."""
        self.assertEqual(done.returncode, status, done.stderr)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        for word in words:
            self.assertIn(word, lines[0])

    def assert_agrees(self, program, *arguments, archive):
        """Prints the findings of the command on `archive`, and ends as it does."""
        lines, status = expected(*archive)
        done = run(program, *arguments)
        self.assertEqual(done.stdout.splitlines()[:-1], lines)
        self.assertEqual(done.stdout.splitlines()[-1:], [f"verdict: {['VALID', 'NOT VALID', 'NOT PROVEN'][status]}"])
        self.assertEqual((done.returncode, done.stderr), (status, ""))
        return lines, status


def hostile(sample):
    """Adds what a folder may hold: names that forge lines, steer a terminal and are not UTF-8, links and a FIFO."""
    logs = next((sample / "archive").glob("**/CloudTrail/us-east-1")) / "2026/03/01"
    log = next(logs.iterdir())
    for name in [b"\x1b[2Jverdict: VALID\n", "\u202egnp".encode(), b"\xff\xfe", b"'\"--"]:
        name = b"111122223333_CloudTrail_us-east-1_20260301T0011Z_" + name + b".json.gz"
        shutil.copy(log, os.path.join(os.fsencode(logs), name))
    log.rename(log.with_name("elsewhere"))
    log.symlink_to("elsewhere")
    os.mkfifo(logs / "111122223333_CloudTrail_us-east-1_20260301T0012Z_aaaaaaaaaaaaaaaa.json.gz")
    return sample


class InvestigatorScriptTests(ExampleTests):
    def test_agrees_with_the_command(self):
        for name, status in [("clean", 0), ("tampered", 1)]:
            inputs = self.inputs(SAMPLES[name])
            lines, found = self.assert_agrees("InvestigatorScript", *inputs, archive=inputs)
            self.assertEqual(found, status)
            self.assertEqual(len(lines) > 5, name == "tampered")

    def test_is_unverified_without_the_newest_signatures(self):
        inputs = self.inputs(SAMPLES["clean"])[:2]
        _, status = self.assert_agrees("InvestigatorScript", *inputs, archive=inputs)
        self.assertEqual(status, 2)

    def test_takes_hostile_names(self):
        inputs = self.inputs(hostile(self.copy("clean")))
        lines, _ = self.assert_agrees("InvestigatorScript", *inputs, archive=inputs)
        self.assertTrue(any("\\u{1b}[2Jverdict: VALID\\u{a}" in line for line in lines))

    def test_errors(self):
        archive, keys, signatures = self.inputs(SAMPLES["clean"])
        self.assert_error(run("InvestigatorScript"), 64, "Usage: ")
        self.assert_error(run("InvestigatorScript", "absent", keys), 66, "no such folder")
        self.assert_error(run("InvestigatorScript", archive, "absent"), 66, "absent", "cannot be read")
        self.assert_error(run("InvestigatorScript", archive, signatures), 66, "ListPublicKeys")


class CaseDatabaseTests(ExampleTests):
    def imported(self, sample):
        database = self.folder / "case.db"
        done = run("CaseDatabase", "import", sample / "archive", database)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual([path.name for path in self.folder.glob("case.db*")], ["case.db"])
        return database

    def validate(self, database, name="clean"):
        return run("CaseDatabase", "validate", database, *self.inputs(SAMPLES[name])[1:])

    def change(self, database, sql, *values):
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute(sql, values)
            connection.commit()

    def test_agrees_with_the_folder(self):
        for name in SAMPLES:
            inputs = self.inputs(SAMPLES[name])
            database = self.imported(SAMPLES[name])
            self.assert_agrees("CaseDatabase", "validate", database, *inputs[1:], archive=inputs)
            database.unlink()

    def test_agrees_with_a_hostile_folder(self):
        sample = hostile(self.copy("tampered"))
        inputs = self.inputs(sample)
        lines, _ = self.assert_agrees("CaseDatabase", "validate", self.imported(sample), *inputs[1:], archive=inputs)
        self.assertTrue(any("a symbolic link" in line for line in lines), lines)

    def test_keeps_signatures(self):
        sample = self.copy("clean")
        for number, entry in enumerate(map(json.loads, (sample / "meta.jsonl").read_text().splitlines())):
            for name, value in entry["metadata"].items():
                # One holds more than SQLite's functions for text see.
                value = value.encode() + (b"\0more" if number == 0 else b"")
                try:
                    os.setxattr(sample / "archive" / entry["key"], f"user.{name}", value)
                except OSError as error:
                    self.skipTest(f"no extended attributes here: {error}")
        inputs = self.inputs(sample)[:2]
        database = self.imported(sample)
        lines, status = self.assert_agrees("CaseDatabase", "validate", database, inputs[1], archive=inputs)
        self.assertEqual((len(lines), status), (1, 0))
        self.assertTrue(lines[0].startswith("notice signature-source-differs "))

    def test_what_could_not_be_imported_is_not_called_missing(self):
        sample = self.copy("clean")
        log = next((sample / "archive").glob("**/CloudTrail/us-west-2/**/*.json.gz"))
        # More than a row of SQLite holds: without a block on the disk.
        os.truncate(log, 1 << 30)
        database = self.imported(sample)
        done = self.validate(database)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stdout, rf"(?m)^unverified log-unreadable \S+{log.name}: .*larger than a row of SQLite")
        self.assertNotIn("missing", done.stdout)

    def test_hostile_rows(self):
        database = self.imported(SAMPLES["clean"])
        row = "INSERT INTO objects(path, kind, content, reason, message) VALUES (CAST(? AS BLOB), ?, ?, ?, ?)"
        folder = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/"
        listed = folder + "111122223333_CloudTrail_us-east-1_20260301T0030Z_kW8QxeWaOiMl4uSO.json.gz"
        name = folder + "111122223333_CloudTrail_us-east-1_20260301T0011Z_"
        self.change(database, row, "../../etc/passwd", "file", b"x", None, None)
        self.change(database, row, "a\0b\x1b[2J", "file", b"x", None, None)
        self.change(database, row, "", "file", b"x", None, None)
        self.change(database, row, "x" * 5000, "file", b"x", None, None)
        self.change(database, row, name + "aaaaaaaaaaaaaaaa.json.gz", "file", b"", None, None)
        self.change(
            database,
            "UPDATE objects SET content = NULL, reason = 'no-such-reason', message = ? WHERE CAST(path AS TEXT) = ?",
            "a\nverdict: VALID",
            listed,
        )
        self.change(database, row, name + "cccccccccccccccc.json.gz", "odd", b"x", None, "\u202eodd")
        done = self.validate(database)
        self.assertEqual((done.returncode, done.stderr), (2, ""))
        self.assertRegex(done.stdout, r"(?m)^unverified log-unreferenced \S+aaaaaaaaaaaaaaaa.json.gz: ")
        self.assertRegex(done.stdout, rf"(?m)^unverified log-unreadable {re.escape(listed)}: .*\\u{{a}}verdict: VALID")
        self.assertEqual(re.findall("(?m)^verdict: .*", done.stdout), ["verdict: NOT PROVEN"])
        self.assertNotIn("\x1b", done.stdout)

    def test_finds_what_is_changed_in_the_database(self):
        database = self.imported(SAMPLES["clean"])
        where = "WHERE path = (SELECT path FROM objects WHERE CAST(path AS TEXT) LIKE '%/CloudTrail/%' LIMIT 1 OFFSET ?)"
        other = gzip.compress(b'{"Records":[]}')
        self.change(database, f"UPDATE objects SET content = ? {where.replace('?', '3')}", other)
        self.change(database, f"DELETE FROM objects {where.replace('?', '9')}")
        done = self.validate(database)
        self.assertEqual(done.returncode, 1)
        kinds = [line.split()[1] for line in done.stdout.splitlines()[:-1]]
        self.assertEqual(sorted(kinds), ["log-missing", "log-modified"])

    def test_damaged_pages_are_read_errors(self):
        database = self.imported(SAMPLES["clean"])
        content = bytearray(database.read_bytes())
        generator = random.Random(1)
        for _ in range(12):
            damaged = content[:]
            # Not the first pages, which hold the schema.
            for _ in range(20):
                damaged[generator.randrange(8192, len(damaged))] = generator.randrange(256)
            database.write_bytes(damaged)
            done = self.validate(database)
            self.assertIn(done.returncode, [1, 2, 66], done.stderr)
        for size in [0, 100, 4096, len(content) // 2]:
            database.write_bytes(content[:size])
            self.assertEqual(self.validate(database).returncode, 66)
        # What is not listed is not called missing.
        half = len(content) // 2
        database.write_bytes(content[:half] + bytes(len(content) - half))
        done = self.validate(database)
        self.assertNotIn("-missing ", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^unverified digest-unreadable .*SQLite: database disk")
        self.assertIn("SQLite: database disk image is malformed", done.stdout)

    def test_a_full_disk(self):
        inputs = self.inputs(SAMPLES["clean"])
        done = run("CaseDatabase", "import", inputs[0], self.folder / "case.db", **full_disk(65536))
        self.assert_error(done, 74, "case.db")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_takes_its_own_schema_only(self):
        endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS path FROM n"
        for sql in [
            f"CREATE VIEW objects AS {endless}",
            "CREATE TABLE objects (path, kind, content)",
            'CREATE TABLE "\x1b[2Jx\ny" (path)',
        ]:
            database = self.folder / "other.db"
            database.unlink(missing_ok=True)
            self.change(database, sql)
            self.assert_error(self.validate(database), 66, "other.db", "something else")
        database = self.imported(SAMPLES["clean"])
        self.change(database, f"CREATE VIEW more AS {endless}")
        self.assert_error(self.validate(database), 66, "something else")

    def test_errors(self):
        archive, keys, signatures = self.inputs(SAMPLES["clean"])
        self.assertEqual(run("CaseDatabase").returncode, 64)
        self.assert_error(run("CaseDatabase", "validate", "absent.db", keys), 66, "absent.db")
        self.assert_error(run("CaseDatabase", "validate", keys, keys), 66, "keys.json", "not a database")
        self.assert_error(run("CaseDatabase", "import", "absent", self.folder / "x.db"), 66, "absent", "no such folder")
        self.assert_error(run("CaseDatabase", "import", archive, "/nowhere/x.db"), 74, "/nowhere/x.db")
        database = self.imported(SAMPLES["clean"])
        self.assert_error(run("CaseDatabase", "import", archive, database), 74, "is there already")
        self.assert_error(run("CaseDatabase", "validate", database, "absent"), 66, "absent", "No such file")
        self.assert_error(run("CaseDatabase", "validate", database, keys, keys), 66, "keys.json", "line 1")


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what is posted to it, and answers with a status; `None` for never."""

    def __init__(self, status):
        super().__init__(("127.0.0.1", 0), Post)
        self.status = status
        self.posts = []
        self.is_asked = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/verdicts?archive=prod"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Post(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, self.headers["Content-Type"], json.loads(body)))
        self.server.is_asked.set()
        if self.server.status is None:
            time.sleep(5)
            return
        self.send_response(self.server.status)
        if self.server.status // 100 == 3:
            self.send_header("Location", f"http://localhost:{self.server.server_port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_):
        pass


class NightlyPostTests(ExampleTests):
    def setUp(self):
        super().setUp()
        self.kept = self.folder / "kept"
        self.kept.mkdir()
        self.state = self.kept / "state"

    def night(self, sample, url, *options, **more):
        return run("NightlyPost", *options, *self.inputs(sample), self.state, url, **more)

    def assert_only_state(self):
        self.assertEqual([path.name for path in self.kept.iterdir()], ["state"])

    def test_posts_the_verdict(self):
        for name in SAMPLES:
            lines, status = expected(*self.inputs(SAMPLES[name]))
            with Receiver(204) as receiver:
                done = self.night(SAMPLES[name], receiver.url, "--new-state")
            self.assertEqual((done.returncode, done.stderr), (status, ""))
            *found, verdict = done.stdout.splitlines()
            self.assertEqual(sorted(found), sorted(lines))
            [(path, kind, posted)] = receiver.posts
            self.assertEqual((path, kind), ("/verdicts?archive=prod", "application/json"))
            self.assertEqual(posted, json.loads(verdict))
            self.assertEqual((posted["verdict"], posted["exit"]), [("VALID", 0), ("NOT VALID", 1)][status])
            kinds = [line.split()[1] for line in lines if not line.startswith("notice")]
            self.assertEqual(posted["findings"], {kind: kinds.count(kind) for kind in kinds})
            self.assertEqual(posted["digests"]["total"], sum(posted["digests"].values()) - posted["digests"]["total"])
            self.assert_only_state()
            self.state.unlink()

    def test_remembers_from_night_to_night(self):
        sample = self.copy("clean")
        with Receiver(200) as receiver:
            self.assertEqual(self.night(sample, receiver.url, "--new-state").returncode, 0)
            first = self.state.read_bytes()
            self.assertEqual(self.night(sample, receiver.url).returncode, 0)
            self.assertNotEqual(self.state.read_bytes(), first)
            # Without a state this would be a partial download.
            newest = sorted((sample / "archive").glob("**/CloudTrail-Digest/us-east-1/**/*.json.gz"))[-1]
            newest.unlink()
            done = self.night(sample, receiver.url)
            self.assertEqual(done.returncode, 1)
            self.assertIn("violation anchor-lost", done.stdout)
            self.assertEqual(receiver.posts[-1][2]["findings"]["anchor-lost"], 1)
        self.assert_only_state()

    def test_an_archive_that_no_longer_grows(self):
        if time.time() < 1777593600:
            self.skipTest("the golden archive is not a month old by this clock")
        with Receiver(200) as receiver:
            done = self.night(SAMPLES["clean"], receiver.url, "--new-state", "--max-age", "3")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(receiver.posts[-1][2]["findings"], {"coverage-short": 4})

    def test_a_post_that_fails_loses_nothing(self):
        with Receiver(200) as receiver:
            self.night(SAMPLES["clean"], receiver.url, "--new-state")
        before = self.state.read_bytes()
        down = receiver.url
        for status in [500, 404, 302, 307, None]:
            with Receiver(status or 200) as receiver:
                done = self.night(SAMPLES["clean"], receiver.url if status else down)
            self.assert_error(done, 69, "http://127.0.0.1", str(status or "onnect"))
            self.assertEqual(json.loads(done.stdout)["verdict"], "VALID")
            self.assertEqual(len(receiver.posts), 1 if status else 0, "it goes nowhere else")
            self.assertEqual(self.state.read_bytes(), before)
        self.assert_only_state()

    def test_a_full_disk(self):
        with Receiver(200) as receiver:
            self.night(SAMPLES["clean"], receiver.url, "--new-state")
            before = self.state.read_bytes()
            done = self.night(SAMPLES["clean"], receiver.url, **full_disk(1024))
        self.assert_error(done, 74, "kept/state")
        self.assertEqual(len(receiver.posts), 2)
        self.assertEqual(self.state.read_bytes(), before)
        self.assert_only_state()

    def test_a_report_that_cannot_be_written(self):
        with Receiver(200) as receiver, open("/dev/full", "w") as full:
            command = [EXAMPLES / "NightlyPost", "--new-state", *self.inputs(SAMPLES["clean"]), self.state, receiver.url]
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assert_error(done, 74, " space")
        self.assertEqual((receiver.posts, list(self.kept.iterdir())), ([], []))

    def test_no_proxy_gets_the_verdict(self):
        names = ["http_proxy", "all_proxy", "ALL_PROXY"]
        with Receiver(200) as proxy, Receiver(200) as receiver:
            proxies = dict.fromkeys(names, f"http://127.0.0.1:{proxy.server_port}")
            done = self.night(SAMPLES["clean"], receiver.url, "--new-state", env=os.environ | proxies)
        self.assertEqual((done.returncode, len(receiver.posts), len(proxy.posts)), (0, 1, 0))

    def test_errors(self):
        sample = SAMPLES["clean"]
        url = "http://127.0.0.1:9/"
        elsewhere = ["http://example.com/", "http://127.0.0.1@example.com/", "http://localhost.example.com/"]
        for other in [*elsewhere, "https://127.0.0.1/", "ftp://localhost/", "x", ""]:
            self.assert_error(self.night(sample, other, "--new-state"), 64, "is not an endpoint of this machine")
        self.assert_error(self.night(sample, url), 66, "state", "No such file")
        self.state.write_bytes(b"x")
        self.assert_error(self.night(sample, url), 66, "state", "is not a state")
        self.assert_error(self.night(sample, url, "--new-state"), 64, "is there already")
        self.assert_error(self.night(sample, url, "--max-age", "soon"), 64, "--max-age")
        self.assert_error(self.night(sample, url, "--none"), 64, "--none")
        self.assertEqual(self.state.read_bytes(), b"x")
        self.state = self.folder / "absent/state"
        with Receiver(200) as receiver:
            done = self.night(sample, receiver.url, "--new-state")
        self.assert_error(done, 74, "absent/state", "No such file")
        self.assertEqual(len(receiver.posts), 1)

    def stop(self, process, number):
        begin = time.monotonic()
        process.send_signal(number)
        output, _ = process.communicate(timeout=10)
        self.assertLess(time.monotonic() - begin, 1)
        self.assertEqual(process.returncode, 128 + number)
        return output

    def begin(self, sample, url, *options):
        command = [EXAMPLES / "NightlyPost", *options, *self.inputs(sample), self.state, url]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        return process

    def test_a_signal_ends_a_validation(self):
        sample = self.copy("clean")
        with Receiver(200) as receiver:
            self.night(sample, receiver.url, "--new-state")
            before = self.state.read_bytes()
            # Holes, which take as long to hash as anything else, and no room on the disk.
            for log in list((sample / "archive").glob("**/CloudTrail/**/*.json.gz"))[:40]:
                log.unlink()
                with open(log.with_suffix(""), "wb") as file:
                    file.truncate(7 << 30)
            for number in [signal.SIGTERM, signal.SIGINT]:
                process = self.begin(sample, receiver.url)
                self.assertRegex(process.stderr.readline(), r"^\d+ of 312 log files, \d+ bytes read$")
                self.assertNotIn("verdict", self.stop(process, number))
            self.assertEqual(len(receiver.posts), 1)
        self.assertEqual(self.state.read_bytes(), before)
        self.assert_only_state()

    def test_a_signal_ends_a_post(self):
        with Receiver(None) as receiver:
            process = self.begin(SAMPLES["clean"], receiver.url, "--new-state")
            self.assertTrue(receiver.is_asked.wait(30))
            output = self.stop(process, signal.SIGTERM)
        self.assertEqual(json.loads(output)["verdict"], "VALID")
        self.assertEqual(list(self.kept.iterdir()), [])


@unittest.skipUnless(LIBRARY, "SKIPPED, because it is not here: the library for C")
class PythonTests(ExampleTests):
    def validate(self, *arguments):
        environment = os.environ | {"PYTHONPATH": str(ROOT / "Tests/CBinding")}
        return run(pathlib.Path(sys.executable), ROOT / "Examples/python/validate.py", *arguments, env=environment)

    def test_agrees_with_the_command(self):
        for name in SAMPLES:
            inputs = self.inputs(SAMPLES[name])
            lines, status = expected(*inputs)
            done = self.validate(*inputs)
            self.assertEqual((done.returncode, done.stderr), (status, ""))
            *found, verdict = done.stdout.splitlines()
            self.assertEqual([line.split()[:2] for line in found], [line.split()[:2] for line in lines])
            self.assertEqual([line.split("'")[1] for line in found], [re.split("[ :]", line)[2] for line in lines])
            self.assertEqual(verdict, f"verdict: {['VALID', 'NOT VALID'][status]}")

    def test_takes_hostile_names(self):
        inputs = self.inputs(hostile(self.copy("clean")))
        lines, status = expected(*inputs)
        done = self.validate(*inputs)
        *found, _ = done.stdout.splitlines()
        self.assertEqual(done.returncode, status)
        self.assertEqual([line.split()[:2] for line in found], [line.split()[:2] for line in lines])
        self.assertTrue(done.stdout.isascii() and done.stdout.replace("\n", "").isprintable())

    def test_errors(self):
        archive, keys, _ = self.inputs(SAMPLES["clean"])
        self.assert_error(self.validate("absent", keys), 66, "no verdict", "absent")
        self.assert_error(self.validate(archive, "absent"), 66, "no verdict", "absent")
        self.assert_error(self.validate(), 64, "Usage: ")


if __name__ == "__main__":
    unittest.main()
