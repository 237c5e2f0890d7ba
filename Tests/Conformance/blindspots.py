"""Where the AWS CLI and cloudtrail-integrity are meant to differ, and the proof that they do here.

A difference is excused only by an entry whose `holds` finds the cause in the sample itself; it
reads the sample's bytes, not the report of either tool.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from sample import Digest, Sample
from validate_logs import FileLine

_SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


@dataclass(frozen=True)
class BlindSpot:
    why: str
    holds: Callable[[Sample, str], bool]


@dataclass(frozen=True)
class Leniency:
    why: str
    holds: Callable[[Sample, FileLine], bool]


def gzip_state(raw: bytes) -> tuple[bool, bool]:
    """Whether the first gzip member is complete, and whether anything follows it."""
    inflater = zlib.decompressobj(31)
    try:
        inflater.decompress(raw)
    except zlib.error:
        return False, False
    return inflater.eof, bool(inflater.unused_data)


def has_trailing_data(sample: Sample, key: str) -> bool:
    return gzip_state(sample.content(key) or b"")[1]


def has_no_trailer(sample: Sample, key: str) -> bool:
    raw = sample.content(key) or b""
    return raw[:2] == b"\x1f\x8b" and not gzip_state(raw)[0]


def has_other_hash_algorithm(sample: Sample, key: str) -> bool:
    digest = sample.digests.get(key)
    if digest is None:
        return False
    algorithms = {log.get("hashAlgorithm") for log in digest.logs}
    if digest.previous_key is not None:
        algorithms.add(digest.fields.get("previousDigestHashAlgorithm"))
    return not algorithms <= {"SHA-256"}


def has_account_of_wrong_type(sample: Sample, key: str) -> bool:
    digest = sample.digests.get(key)
    return digest is not None and not isinstance(digest.fields.get("awsAccountId", ""), str)


def breaks_link(sample: Sample, key: str) -> bool:
    """Whether a digest file names this one as its predecessor with another hash or signature."""
    own = sample.digests.get(key)
    return own is not None and any(
        not _links(sample, successor, own)
        for name in sample.named_by.get(key, ())
        if (successor := sample.digests[name]).previous_key == key
    )


def _links(sample: Sample, successor: Digest, own: Digest) -> bool:
    if successor.fields.get("previousDigestHashValue") != own.sha256:
        return False
    signature = sample.metadata.get(own.key, {}).get("signature")
    return signature in (None, successor.fields.get("previousDigestSignature"))


def is_not_signed_with_sha256(sample: Sample, key: str) -> bool:
    """Whether a label or the signature itself names another algorithm than SHA256withRSA."""
    digest, metadata = sample.digests.get(key), sample.metadata.get(key, {})
    if digest is None:
        return False
    labels = {digest.fields.get("digestSignatureAlgorithm"), metadata.get("signature-algorithm")}
    if labels != {"SHA256withRSA"}:
        return True
    fingerprint = digest.fields.get("digestPublicKeyFingerprint")
    for entry in sample.public_keys:
        if entry.get("Fingerprint") == fingerprint:
            padded = recover(entry["Value"], metadata.get("signature", ""))
            return padded is not None and _SHA256_DIGEST_INFO not in padded
    return False


def is_signed(sample: Sample, key: str) -> bool:
    """Whether the digest file's bytes, as they are, bear out the signature in its metadata."""
    digest, metadata = sample.digests.get(key), sample.metadata.get(key, {})
    if digest is None:
        return False
    fields = digest.fields
    message = "\n".join(
        (
            str(fields.get("digestEndTime")),
            f"{fields.get('digestS3Bucket')}/{fields.get('digestS3Object')}",
            digest.sha256,
            str(fields.get("previousDigestSignature") or "null"),
        )
    )
    expected = _SHA256_DIGEST_INFO + hashlib.sha256(message.encode()).digest()
    padded = (
        recover(entry["Value"], metadata.get("signature", "")) for entry in sample.public_keys
    )
    return any(found is not None and found.endswith(expected) for found in padded)


def recover(public_key: str, signature: str) -> bytes | None:
    """The padded message of an RSA signature (hex) under a PKCS#1 key (base64)."""
    try:
        der = base64.b64decode(public_key)
        body, _ = _der_value(der, 0x30)
        modulus, rest = _der_value(body, 0x02)
        exponent, _ = _der_value(rest, 0x02)
        n, e = int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")
        number = pow(int.from_bytes(binascii.unhexlify(signature), "big"), e, n)
        return number.to_bytes((n.bit_length() + 7) // 8, "big")
    except (ValueError, IndexError):
        return None


def _der_value(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """The value of the first DER element, and what follows the element."""
    if data[0] != tag:
        raise ValueError("another tag")
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    return data[start : start + length], data[start + length :]


def is_listed_only_by_blind_spots(sample: Sample, key: str) -> bool:
    listing = sample.named_by.get(key, set())
    return bool(listing) and all(
        any(CALLED_VALID[kind].holds(sample, name) for kind in CALLED_VALID if "digest" in kind)
        for name in listing
    )


def is_not_gzip(sample: Sample, file: FileLine) -> bool:
    raw = sample.content(file.key)
    if raw is None:
        return sample.content(file.key.removesuffix(".gz")) is not None
    return raw[:2] != b"\x1f\x8b"


def is_signed_elsewhere(sample: Sample, file: FileLine) -> bool:
    """Whether a successor holds the signature that the digest file's metadata lacks."""
    own = sample.metadata.get(file.key, {})
    return file.is_digest and any(
        (successor := sample.digests[name]).previous_key == file.key
        and successor.fields.get("previousDigestSignature") not in (None, own.get("signature"))
        for name in sample.named_by.get(file.key, ())
    )


def has_key_outside_validity(sample: Sample, file: FileLine) -> bool:
    _, found, fingerprint = (file.reason or "").rpartition("for fingerprint ")
    return bool(found) and fingerprint in {key.get("Fingerprint") for key in sample.public_keys}


def has_fingerprint_in_upper_case(sample: Sample, file: FileLine) -> bool:
    _, found, fingerprint = (file.reason or "").rpartition("for fingerprint ")
    known = {key.get("Fingerprint") for key in sample.public_keys}
    return bool(found) and fingerprint not in known and fingerprint.lower() in known


def has_key_in_another_container(_: Sample, file: FileLine) -> bool:
    return (file.reason or "").startswith("Unable to load PKCS #1 key")


def is_outside_the_download(sample: Sample, file: FileLine) -> bool:
    """Whether the archive holds no file at all of a missing log file's day."""
    day = file.key.rpartition("/")[0] + "/"
    held = any(key.startswith(day) for key in sample.object_keys)
    return not file.is_digest and file.reason == "not found" and not held


# Files that the CLI calls valid, by the kind of our finding.
CALLED_VALID = {
    "digest-malformed": BlindSpot(
        "the CLI ignores what follows a digest file's gzip stream, every hashAlgorithm, and the "
        "type of awsAccountId",
        lambda sample, key: (
            has_trailing_data(sample, key)
            or has_other_hash_algorithm(sample, key)
            or has_account_of_wrong_type(sample, key)
        ),
    ),
    "digest-link-mismatch": BlindSpot(
        "the CLI never compares a digest file with what its successor says of it", breaks_link
    ),
    "digest-signature-invalid": BlindSpot(
        "the CLI takes any hash that the signature itself names, SHA-1 too",
        is_not_signed_with_sha256,
    ),
    "log-malformed": BlindSpot(
        "the CLI does not miss a log file's cut-off gzip trailer", has_no_trailer
    ),
    "log-unauthenticated": BlindSpot(
        "listed only by digest files that the CLI wrongly calls valid",
        is_listed_only_by_blind_spots,
    ),
}

# Files that the CLI calls invalid and that are nevertheless what AWS delivered.
CALLED_INVALID = {
    "decompressed": Leniency(
        "the download undid the gzip; the hashed content is there", is_not_gzip
    ),
    "signed-elsewhere": Leniency(
        "the CLI takes a signature from the metadata only, never from the successor",
        is_signed_elsewhere,
    ),
    "key-outside-validity": Leniency(
        "ListPublicKeys answers by time; a key is chosen by its fingerprint here",
        has_key_outside_validity,
    ),
    "fingerprint-case": Leniency(
        "the CLI compares fingerprints as text; they are hexadecimal numbers here",
        has_fingerprint_in_upper_case,
    ),
    "key-container": Leniency(
        "the CLI reads PKCS#1 keys only; SPKI is read here too", has_key_in_another_container
    ),
    "outside-download": Leniency(
        "its day folder was not downloaded, which is no deletion", is_outside_the_download
    ),
}

MOVED, UNSIGNED = "has been moved from its original location", "signature verification failed"
ALTERED_WHERE_IT_LIES = (
    "the CLI asks where a digest file says that it lies before it asks who signed that"
)


def is_altered_where_it_lies(sample: Sample, mine: FileLine, theirs: FileLine) -> bool:
    """Whether the words differ over a digest file that says another place, and nobody signed."""
    words = (mine.reason, theirs.reason) == (UNSIGNED, MOVED)
    return words and theirs.is_digest and not is_signed(sample, theirs.key)


# Our findings on what the CLI says nothing about, and never would.
NEVER_NAMED = {
    "chain-gap": "the CLI does not compare a digest file's start with its predecessor's end, or "
    "words the gap as `no log files were delivered`",
    "chain-forked": "the CLI follows one predecessor of one digest file",
    "coverage-short": "the CLI does not ask whether the newest or oldest digest files are gone",
    "location-not-held": "the CLI reads buckets, not a copy of some of them",
    "nothing-validated": "the CLI says `No digests found` and exits with 0",
    "log-unreferenced": "the CLI never lists log files",
}

OFF_THE_CHAIN = (
    "no digest file that the CLI calls valid names it: logs of a bad or missing digest file are "
    "dropped, of consecutive missing digest files one is named, a digest file off the chain is "
    "skipped"
)
ANOTHER_COPY = "a second file of the archive for a key of which S3 has one object"
FORGED_OUTPUT = "the CLI prints control characters raw, so its lines cannot be told apart"
ABORTED = "one unreadable file, or one bucket that is not held, ends the whole run of the CLI"
