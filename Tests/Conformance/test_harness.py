"""The harness's own tests. Those that run the AWS CLI are skipped where it is not installed."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import tempfile
import unittest
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import quote

import blindspots
import validate_logs as cli
from comparison import Outcome, Report, compare, compare_words
from conformance import DEFAULT_VENV
from endpoint import Endpoint, list_objects, list_public_keys
from sample import DigestName, Sample

AWS = DEFAULT_VENV / "bin" / "aws"
BUCKET, ACCOUNT, REGION, TRAIL = "a-bucket", "111122223333", "us-east-1", "a_trail-1.x"

# Two Mersenne primes: a key that anybody can factor, and that signs as any other.
_P, _Q, _E = 2**521 - 1, 2**607 - 1, 65537
_N, _D = _P * _Q, pow(_E, -1, (_P - 1) * (_Q - 1))
_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
}


def _der(tag: int, value: bytes) -> bytes:
    length = bytes([len(value)]) if len(value) < 128 else b"\x82" + len(value).to_bytes(2, "big")
    return bytes([tag]) + length + value


def _integer(number: int) -> bytes:
    return _der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


KEY = base64.b64encode(_der(0x30, _integer(_N) + _integer(_E))).decode()


def sign(text: str, algorithm: str) -> str:
    size = (_N.bit_length() + 7) // 8
    info = _DIGEST_INFO[algorithm] + hashlib.new(algorithm, text.encode()).digest()
    padded = b"\0\1" + b"\xff" * (size - len(info) - 3) + b"\0" + info
    return pow(int.from_bytes(padded, "big"), _D, _N).to_bytes(size, "big").hex()


class Maker:
    """A chain of hourly digest files with one log file each, and what is done to it."""

    def __init__(
        self,
        folder: Path,
        hours: int = 5,
        algorithm: str = "sha256",
        organization: str = "",
        backfill: bool = False,
        edit: Callable[[int, dict[str, Any]], None] = lambda hour, digest: None,
    ) -> None:
        self.folder = folder
        self.digests: list[str] = []
        self.logs: list[str] = []
        self.metadata: dict[str, dict[str, str]] = {}
        owner = f"a prefix/ü+&=%/AWSLogs/{organization}{ACCOUNT}"
        previous: tuple[str | None, ...] = (None, None, None)
        for hour in range(hours):
            end = datetime(2026, 3, 1, 1, 10, 35) + timedelta(hours=hour)
            day, stamp = end.strftime("%Y/%m/%d"), end.strftime("%Y%m%dT%H%M")
            name = f"{ACCOUNT}_CloudTrail_{REGION}_{stamp}Z_é {hour}.json.gz"
            log = f"{owner}/CloudTrail/{REGION}/{day}/{name}"
            name = f"{ACCOUNT}_CloudTrail-Digest_{REGION}_{TRAIL}_{REGION}_{stamp}35Z"
            name += "_backfill.json.gz" if backfill else ".json.gz"
            key = f"{owner}/CloudTrail-Digest/{REGION}/{day}/{name}"
            content = json.dumps({"Records": [{"eventID": str(hour)}] * 500}).encode()
            digest = {
                "digestStartTime": f"{end - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
                "digestEndTime": f"{end:%Y-%m-%dT%H:%M:%SZ}",
                "digestS3Bucket": BUCKET,
                "digestS3Object": key,
                "digestPublicKeyFingerprint": "f",
                "digestSignatureAlgorithm": "SHA256withRSA",
                "previousDigestS3Bucket": previous[0] and BUCKET,
                "previousDigestS3Object": previous[0],
                "previousDigestHashValue": previous[1],
                "previousDigestHashAlgorithm": previous[0] and "SHA-256",
                "previousDigestSignature": previous[2],
                "logFiles": [{
                    "s3Bucket": BUCKET,
                    "s3Object": log,
                    "hashValue": hashlib.sha256(content).hexdigest(),
                    "hashAlgorithm": "SHA-256",
                }],
            }  # fmt: skip
            edit(hour, digest)
            text = json.dumps(digest)
            sha256 = hashlib.sha256(text.encode()).hexdigest()
            signature = sign(
                f"{digest['digestEndTime']}\n{BUCKET}/{key}\n{sha256}\n"
                f"{digest['previousDigestSignature'] or 'null'}",
                algorithm,
            )
            self.write(log, gzip.compress(content))
            self.write(key, gzip.compress(text.encode()))
            self.metadata[key] = {"signature": signature, "signature-algorithm": "SHA256withRSA"}
            if backfill:
                self.metadata[key]["backfill-generation-timestamp"] = "2026-03-03T00:00:00Z"
            self.digests.append(key)
            self.logs.append(log)
            previous = (key, sha256, signature)

    def path(self, key: str) -> Path:
        return self.folder / "archive" / key

    def write(self, key: str, content: bytes) -> None:
        self.path(key).parent.mkdir(parents=True, exist_ok=True)
        self.path(key).write_bytes(content)

    def change(self, key: str, edit: Callable[[bytes], bytes]) -> None:
        self.write(key, edit(self.path(key).read_bytes()))

    def sample(self) -> Sample:
        lines = [
            json.dumps({"bucket": BUCKET, "key": key, "metadata": metadata})
            for key, metadata in self.metadata.items()
        ]
        (self.folder / "meta.jsonl").write_text("\n".join(lines) + "\n")
        keys = {"PublicKeyList": [{
            "Value": KEY, "Fingerprint": "f",
            "ValidityStartTime": "1771977600", "ValidityEndTime": "2026-04-01T00:00:00+00:00",
        }]}  # fmt: skip
        (self.folder / "keys.json").write_text(json.dumps(keys))
        return Sample(self.folder)


class HarnessTestCase(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def make(self, **options: Any) -> Maker:
        return Maker(self.folder, **options)


class SampleTests(HarnessTestCase):
    def test_digest_names(self) -> None:
        folder = "p/q/AWSLogs/o-abc123/111122223333/CloudTrail-Digest/us-west-2/2026/03/01/"
        name = "111122223333_CloudTrail-Digest_us-west-2_a_us-east-1_b_eu-west-1_20260301T011035Z"
        for suffix in (".json.gz", "_backfill.json.gz"):
            parsed = DigestName.parse(folder + name + suffix)
            assert parsed is not None
            self.assertEqual((parsed.prefix, parsed.organization), ("p/q", "o-abc123"))
            self.assertEqual((parsed.trail, parsed.home_region), ("a_us-east-1_b", "eu-west-1"))
        self.assertIsNone(DigestName.parse(folder + name.replace("T01", "T99") + ".json.gz"))
        self.assertIsNone(DigestName.parse(folder + name + ".json"))

    def test_range_comes_from_the_names_held(self) -> None:
        maker = self.make()
        maker.path(maker.digests[0]).unlink()
        (chain,) = maker.sample().chains()
        self.assertEqual(f"{chain.start:%H:%M} {chain.end:%H:%M}", "01:40 05:10")

    def test_a_fingerprint_tells_what_the_cli_is_given_for_a_chain(self) -> None:
        maker = self.make()

        def fingerprint() -> bytes:
            sample = maker.sample()
            (chain,) = (chain for chain in sample.chains() if chain.region == REGION)
            return sample.fingerprint(chain)

        other = maker.digests[0].replace(REGION, "eu-west-1")
        maker.write(other, b"another chain's")
        seen = fingerprint()
        maker.write(other, b"altered")
        maker.write(f"{other.rpartition('/')[0]}/{ACCOUNT}_CloudTrail_eu-west-1_x", b"added")
        self.assertEqual(fingerprint(), seen)
        changes: list[Callable[[], None]] = [
            lambda: maker.change(maker.logs[2], lambda raw: raw + b"x"),
            lambda: maker.path(maker.logs[2]).unlink(),
            lambda: maker.metadata[maker.digests[1]].update(signature="00"),
            lambda: maker.write("anything", b""),
        ]
        before = {seen}
        for change in changes:
            change()
            self.assertNotIn(fingerprint(), before)
            before.add(fingerprint())

    def test_nothing_outside_the_archive_is_served(self) -> None:
        sample = self.make().sample()
        (sample.archive / "link").symlink_to(self.folder / "keys.json")
        for key in ("link", "../keys.json", "a\0b", "/etc/passwd", "x" * 300, "AWSLogs"):
            self.assertRaises(FileNotFoundError, sample.open, key)
        self.assertNotIn("link", sample.object_keys)


class EndpointTests(HarnessTestCase):
    def test_objects_and_metadata(self) -> None:
        maker = self.make(hours=1)
        key = maker.digests[0]
        with Endpoint(maker.sample()) as endpoint:
            url = f"{endpoint.url}/{BUCKET}/"
            with urllib.request.urlopen(url + quote(key)) as answer:
                self.assertEqual(answer.read(), maker.path(key).read_bytes())
                signature = answer.headers["x-amz-meta-signature"]
                self.assertEqual(signature, maker.metadata[key]["signature"])
            with self.assertRaises(urllib.error.HTTPError) as raised:
                urllib.request.urlopen(url + "absent")
            self.assertIn(b"<Code>NoSuchKey</Code>", raised.exception.read())
            raised.exception.close()

    def test_paging(self) -> None:
        sample = self.make(hours=2).sample()
        for parameter, version in (("marker", {}), ("start-after", {"list-type": "2"})):
            seen: list[str] = []
            page = "<IsTruncated>true"
            while "<IsTruncated>true" in page:
                query = version | {parameter: seen[-1] if seen else "", "prefix": "a prefix/"}
                page = list_objects(sample, BUCKET, query, page_size=1)
                found = page.partition("<Contents><Key>")[2].partition("</Key>")[0]
                seen.append(found.replace("&amp;", "&"))
            self.assertEqual(seen, sample.object_keys)

    def test_keys_by_time(self) -> None:
        sample = self.make(hours=1).sample()
        for start, expected in ((1772323835, 1), (1800000000, 0)):
            answer = list_public_keys(sample, {"StartTime": start, "EndTime": start + 7200})
            self.assertEqual(len(answer["PublicKeyList"]), expected)


class ParseTests(unittest.TestCase):
    def test_lines(self) -> None:
        stdout = (
            "Validating log files for trail arn between a and b\n\nDigest file\ts3://b/k\tvalid\n"
            "(backfill) Digest file\ts3://b/f\tvalid\n\nResults requested for a to b\n"
            "Results found for a to b:\n\n1/2 digest files valid, 1/2 digest files INVALID\n"
            "1/1 backfill digest files valid\n0/1 log files valid, 1/1 log files INVALID\n"
        )
        stderr = (
            "Digest file\ts3://b/m\tINVALID: not found\n\n"
            "Log file\ts3://b/l\tINVALID: invalid format\n"
            "No log files were delivered by CloudTrail between a and b\n"
        )
        run = cli.parse(None, 1, stdout, stderr)
        self.assertEqual([file.key for file in run.files], ["k", "f", "m", "l"])
        self.assertEqual(run.files[3].reason, "invalid format")
        self.assertEqual((len(run.gaps), run.strays, run.aborted), (1, [], False))
        self.assertTrue(run.is_consistent)

    def test_forged_lines(self) -> None:
        stdout = "Log file\ts3://b/x\nLog file\ts3://b/y\tvalid\tvalid\n"
        self.assertEqual(cli.parse(None, 0, stdout, "").strays, ["Log file\ts3://b/x"])

    def test_report_without_summary(self) -> None:
        with self.assertRaises(ValueError):
            Report.parse('{"record":"file","verdict":"valid","key":"k"}\n')


def report(valid: list[str], findings: dict[str, str], **counts: int) -> Report:
    records = [
        {"severity": "unverified", "kind": kind, "key": key, "message": kind}
        for key, kind in findings.items()
    ]
    totals = {name: {"valid": counts.get(name, 0)} for name in ("digests", "logs")}
    return Report(records, set(valid), totals)


class ComparisonTests(HarnessTestCase):
    def outcome(self, maker: Maker, lines: dict[str, str | None], ours: Report) -> Outcome:
        run = cli.Run(None, 0)
        run.files = [
            cli.FileLine("-Digest" in key, BUCKET, key, reason) for key, reason in lines.items()
        ]
        for name, is_digest in (("digest", True), ("log", False)):
            verdicts = [file.is_valid for file in run.files if file.is_digest == is_digest]
            run.totals[name] = (sum(verdicts), len(verdicts))
        return compare(maker.sample(), [run], ours)

    def test_agreement(self) -> None:
        maker = self.make(hours=2)
        keys = maker.digests + maker.logs
        outcome = self.outcome(maker, dict.fromkeys(keys), report(keys, {}, digests=2, logs=2))
        self.assertEqual((outcome.passed, outcome.failures, outcome.excused), (4, [], {}))

    def test_wrong_verdicts_fail(self) -> None:
        maker = self.make(hours=1)
        digest, log = maker.digests[0], maker.logs[0]
        lines: dict[str, str | None] = {digest: None, log: "hash value doesn't match"}
        for ours in (
            report([digest, log], {}),
            report([digest], {}),
            report([], {digest: "digest-malformed", log: "log-modified"}),
        ):
            self.assertEqual(len(self.outcome(maker, lines, ours).failures), 1)

    def test_totals_of_an_untouched_archive(self) -> None:
        maker = self.make(hours=1)
        keys = maker.digests + maker.logs
        outcome = self.outcome(maker, dict.fromkeys(keys), report(keys, {}, digests=1, logs=2))
        self.assertEqual(len(outcome.failures), 1)

    def test_a_truth_of_nothing_allows_no_finding(self) -> None:
        maker = self.make(hours=1)
        (self.folder / "truth.json").write_text('{"truth": []}')
        keys = maker.digests + maker.logs
        ours = report(keys, {"": "chain-gap"}, digests=1, logs=1)
        outcome = self.outcome(maker, dict.fromkeys(keys), ours)
        self.assertEqual((outcome.passed, len(outcome.failures)), (2, 1))

    def test_objection_of_ours_alone(self) -> None:
        maker = self.make(hours=1)
        digest, log = maker.digests[0], maker.logs[0]
        lines: dict[str, str | None] = {digest: None}
        silent = self.outcome(maker, lines, report([digest], {log: "log-modified"}))
        self.assertEqual(len(silent.failures), 1)
        added = self.outcome(maker, lines, report([digest], {"added": "log-unreferenced"}))
        self.assertEqual((added.failures, added.excused.total()), ([], 1))

    def test_a_blind_spot_needs_its_cause(self) -> None:
        maker = self.make(hours=1)
        log = maker.logs[0]
        ours = report([], {log: "log-malformed"})
        self.assertEqual(len(self.outcome(maker, {log: None}, ours).failures), 1)
        maker.change(log, lambda raw: raw[:-8])
        outcome = self.outcome(maker, {log: None}, ours)
        self.assertEqual((outcome.failures, outcome.excused.total()), ([], 1))


@unittest.skipUnless(AWS.exists(), "the AWS CLI is not installed: run conformance.py once")
class CommandLineTests(HarnessTestCase):
    """What the AWS CLI really says of the special cases, and that the tables know them."""

    def run_cli(self, maker: Maker) -> tuple[Sample, cli.Run]:
        sample = maker.sample()
        with Endpoint(sample, page_size=2) as endpoint:
            (run,) = cli.validate_sample(AWS, endpoint, sample.chains())
        self.assertTrue(run.is_consistent or run.aborted)
        return sample, run

    def reasons(self, run: cli.Run) -> dict[str, str]:
        return {file.key: file.reason for file in run.files if file.reason is not None}

    def check(self, maker: Maker, digests: str, logs: str, reasons: dict[str, str]) -> Sample:
        sample, run = self.run_cli(maker)
        totals = {name: f"{valid}/{total}" for name, (valid, total) in run.totals.items()}
        self.assertEqual((totals, self.reasons(run)), ({"digest": digests, "log": logs}, reasons))
        return sample

    def test_untouched(self) -> None:
        self.check(self.make(), "5/5", "5/5", {})

    def test_organization(self) -> None:
        self.check(self.make(organization="o-abc1234567/"), "5/5", "5/5", {})

    def test_backfill(self) -> None:
        _, run = self.run_cli(self.make(backfill=True))
        self.assertEqual(run.totals, {"backfill digest": (5, 5), "log": (5, 5)})

    def test_unreadable_file_ends_the_run(self) -> None:
        maker = self.make()
        sample = maker.sample()
        readable = sample.open

        def refuse(key: str) -> Any:
            if key == maker.logs[2]:
                raise PermissionError(key)
            return readable(key)

        with mock.patch.object(sample, "open", refuse), Endpoint(sample) as endpoint:
            (run,) = cli.validate_sample(AWS, endpoint, sample.chains())
        self.assertTrue(run.aborted)
        refused = report(maker.digests + maker.logs[:2], {maker.logs[2]: "log-unreadable"})
        self.assertEqual(
            [name for name, _ in compare(sample, [run], refused).excused], ["aborted"]
        )
        self.assertEqual(len(compare(sample, [run], report(maker.digests, {})).failures), 3)

    def test_absent_bucket_ends_the_run(self) -> None:
        def edit(hour: int, digest: dict[str, Any]) -> None:
            digest["logFiles"][0]["s3Bucket"] = BUCKET if hour else "elsewhere"

        _, run = self.run_cli(self.make(edit=edit))
        self.assertTrue(run.aborted)

    def test_added_files_are_not_seen(self) -> None:
        maker = self.make()
        maker.write(maker.logs[0].replace("é", "added"), b"")
        off_the_chain = maker.digests[2].replace("1035Z", "1135Z")
        maker.write(off_the_chain, b"not a digest")
        self.check(maker, "5/5", "5/5", {})

    def test_data_after_a_digest_is_not_seen(self) -> None:
        maker = self.make()
        maker.change(maker.digests[2], lambda raw: raw + gzip.compress(b"more"))
        sample = self.check(maker, "5/5", "5/5", {})
        spot = blindspots.CALLED_VALID["digest-malformed"]
        self.assertEqual(
            [key for key in maker.digests if spot.holds(sample, key)], [maker.digests[2]]
        )

    def test_data_after_a_log_is_seen(self) -> None:
        maker = self.make()
        maker.change(maker.logs[2], lambda raw: raw + b"\0")
        reason = "unexpected data after end of compressed stream"
        self.check(maker, "5/5", "4/5", {maker.logs[2]: reason})

    def test_cut_off_trailers(self) -> None:
        maker = self.make()
        for key in (maker.logs[1], maker.digests[3]):
            maker.change(key, lambda raw: raw[:-8])
        sample = self.check(maker, "4/5", "4/4", {maker.digests[3]: "invalid format"})
        self.assertTrue(blindspots.CALLED_VALID["log-malformed"].holds(sample, maker.logs[1]))

    def test_two_digests_deleted(self) -> None:
        maker = self.make()
        for key in maker.digests[2:4]:
            maker.path(key).unlink()
        self.check(maker, "3/4", "3/3", {maker.digests[3]: "not found"})

    def test_newest_digests_deleted(self) -> None:
        maker = self.make()
        for key in maker.digests[3:]:
            maker.path(key).unlink()
        self.check(maker, "3/3", "3/3", {})

    def test_broken_link_is_not_seen(self) -> None:
        def edit(hour: int, digest: dict[str, Any]) -> None:
            if hour == 3:
                digest["previousDigestHashValue"] = "0" * 64

        maker = self.make(edit=edit)
        sample = self.check(maker, "5/5", "5/5", {})
        spot = blindspots.CALLED_VALID["digest-link-mismatch"]
        self.assertEqual(
            [key for key in maker.digests if spot.holds(sample, key)], [maker.digests[2]]
        )

    def test_hash_algorithm_is_not_read(self) -> None:
        def edit(hour: int, digest: dict[str, Any]) -> None:
            digest["logFiles"][0]["hashAlgorithm"] = "SHA-1" if hour == 1 else "SHA-256"

        maker = self.make(edit=edit)
        sample = self.check(maker, "5/5", "5/5", {})
        spot = blindspots.CALLED_VALID["digest-malformed"]
        self.assertEqual(
            [key for key in maker.digests if spot.holds(sample, key)], [maker.digests[1]]
        )

    def test_sha1_signature_is_taken(self) -> None:
        maker = self.make(algorithm="sha1")
        sample = self.check(maker, "5/5", "5/5", {})
        spot = blindspots.CALLED_VALID["digest-signature-invalid"]
        self.assertTrue(all(spot.holds(sample, key) for key in maker.digests))

    def test_sha256_signature_is_recognised(self) -> None:
        maker = self.make(hours=1)
        self.assertFalse(blindspots.is_not_signed_with_sha256(maker.sample(), maker.digests[0]))

    def test_restart_asserts_that_nothing_was_delivered(self) -> None:
        def edit(hour: int, digest: dict[str, Any]) -> None:
            if hour == 3:
                digest.update({name: None for name in digest if name.startswith("previous")})

        maker = self.make(edit=edit)
        maker.path(maker.digests[2]).unlink()
        _, run = self.run_cli(maker)
        self.assertEqual((run.status, len(run.gaps), self.reasons(run)), (0, 1, {}))

    def test_lenient_here(self) -> None:
        maker = self.make()
        maker.metadata[maker.digests[1]] = {}
        maker.change(maker.logs[3], gzip.decompress)
        sample, run = self.run_cli(maker)
        found = {
            file.key: [
                name
                for name, spot in blindspots.CALLED_INVALID.items()
                if spot.holds(sample, file)
            ]
            for file in run.files
            if not file.is_valid
        }
        expected = {maker.digests[1]: ["signed-elsewhere"], maker.logs[3]: ["decompressed"]}
        self.assertEqual(found, expected)

    def test_altered_where_it_lies(self) -> None:
        maker = self.make()
        altered, signed = maker.digests[2], maker.digests[1]

        def alter(raw: bytes) -> bytes:
            fields = json.loads(gzip.decompress(raw)) | {"digestS3Object": altered + "x"}
            return gzip.compress(json.dumps(fields).encode())

        maker.change(altered, alter)
        sample, run = self.run_cli(maker)
        self.assertEqual(self.reasons(run), {altered: blindspots.MOVED})
        self.assertTrue(blindspots.is_signed(sample, signed))
        for key, failures in ((altered, 0), (signed, 1)):
            theirs = cli.Run(None, 1, [cli.FileLine(True, BUCKET, key, blindspots.MOVED)])
            ours = cli.Run(None, 1, [cli.FileLine(True, BUCKET, key, blindspots.UNSIGNED)])
            self.assertEqual(len(compare_words(sample, [theirs], ours).failures), failures)

    def test_control_characters_forge_lines(self) -> None:
        def edit(hour: int, digest: dict[str, Any]) -> None:
            if hour == 1:
                digest["logFiles"][0]["s3Object"] = "x\nLog file\ts3://b/y\tvalid\nz"

        sample = self.make(edit=edit).sample()
        with Endpoint(sample) as endpoint:
            (run,) = cli.validate_sample(AWS, endpoint, sample.chains())
        self.assertFalse(run.is_consistent)
        self.assertIn(cli.FileLine(False, "b", "y", None), run.files)
        outcome = compare(sample, [run], report([], {}))
        self.assertEqual([name for name, _ in outcome.excused], ["forged-output"])


if __name__ == "__main__":
    unittest.main()
