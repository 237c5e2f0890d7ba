#!/usr/bin/env python3
"""Writes rsa.json beside this file: RSA keys, signatures and blocks that a verifier must accept or refuse.

Plain integers for everything that no command makes, the openssl command for the rest; every number comes from a
fixed seed, so a second run writes the same bytes. Nothing here is secret, and no private key is stored.

    python3 TestVectors/make-rsa-vectors.py
"""

import hashlib
import json
import math
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SHA256_ALGORITHM = "300d06096086480165030402010500"


# Numbers

def stream(seed, count):
    """`count` bytes of SHA-256 in counter mode."""
    out = b""
    block = 0
    while len(out) < count:
        out += hashlib.sha256(seed.encode() + block.to_bytes(4, "big")).digest()
        block += 1
    return out[:count]


def is_prime(n):
    if any(n % p == 0 for p in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)):
        return False
    d, r = n - 1, 0
    while d % 2 == 0:
        d, r = d // 2, r + 1
    for a in range(2, 34):
        x = pow(a, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(r - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def prime(seed, bits, e):
    n = int.from_bytes(stream(seed, bits // 8), "big") | (3 << (bits - 2)) | 1
    while math.gcd(n - 1, e) != 1 or not is_prime(n):
        n += 2
    return n


# DER

def tlv(tag, content):
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def integer(n):
    return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def sequence(*parts):
    return tlv(0x30, b"".join(parts))


class Key:
    def __init__(self, name, bits, e):
        self.name, self.e = name, e
        self.p, self.q = (prime(f"{name} {half}", bits // 2, e) for half in "pq")
        self.n = self.p * self.q
        assert self.n.bit_length() == bits
        self.size = bits // 8
        self.d = pow(e, -1, (self.p - 1) * (self.q - 1))

    def private(self, block):
        """block ** d mod n."""
        m = int.from_bytes(block, "big")
        assert m < self.n
        s = pow(m, self.d, self.n)
        assert pow(s, self.e, self.n) == m
        return s.to_bytes(self.size, "big")

    def public_der(self):
        return sequence(integer(self.n), integer(self.e))

    def private_der(self):
        return sequence(
            integer(0), integer(self.n), integer(self.e), integer(self.d), integer(self.p), integer(self.q),
            integer(self.d % (self.p - 1)), integer(self.d % (self.q - 1)), integer(pow(self.q, -1, self.p)))


# Blocks (RFC 8017, 9.2)

def digest_info(message, algorithm=SHA256_ALGORITHM, digest=None):
    return tlv(0x30, bytes.fromhex(algorithm) + tlv(4, digest or hashlib.sha256(message).digest()))


def padded(key, tail, head=b"\x00\x01", fill=b"\xff"):
    """head, fill to the size of the modulus, 00, tail."""
    return head + fill * (key.size - len(head) - 1 - len(tail)) + b"\x00" + tail


def cube_root(n):
    """The least r with r ** 3 >= n."""
    low, high = 0, 1 << (n.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high) // 2
        if middle ** 3 < n:
            low = middle + 1
        else:
            high = middle
    return low


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def main():
    default = Key("rsa-2048", 2048, 65537)
    three = Key("rsa-2048-e3", 2048, 3)
    large = Key("rsa-3072", 3072, 65537)
    small = Key("rsa-1024", 1024, 65537)
    message = b"2025-01-02T03:04:05Z\nbucket/key\nhash\nnull"
    digest = hashlib.sha256(message).digest()
    info = digest_info(message)
    cases = []

    def add(name, key, valid, made, signature, message=message):
        cases.append({
            "name": name, "key": key.name, "valid": valid, "made": made,
            "message": message.hex(), "signature": signature.hex(),
        })

    def block(name, content, made, key=default):
        """The signature whose block is `content`: the private operation on a block made by hand."""
        add(name, key, False, made, key.private(content))

    # What the openssl command makes.
    commands = {}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "message").write_bytes(message)
        spki = {}
        for key in (default, three, large, small):
            (folder / "key.der").write_bytes(key.private_der())
            openssl("rsa", "-check", "-noout", "-inform", "DER", "-in", str(folder / "key.der"))
            openssl("rsa", "-inform", "DER", "-in", str(folder / "key.der"), "-RSAPublicKey_out", "-outform", "DER",
                    "-out", str(folder / "pkcs1.der"))
            assert (folder / "pkcs1.der").read_bytes() == key.public_der()
            openssl("pkey", "-inform", "DER", "-in", str(folder / "key.der"), "-pubout", "-outform", "DER",
                    "-out", str(folder / "spki.der"))
            spki[key.name] = (folder / "spki.der").read_bytes()

        def command(name, key, valid, *options):
            (folder / "key.der").write_bytes(key.private_der())
            line = ["dgst", *options, "-keyform", "DER", "-sign", "key.der", "-out", "signature", "message"]
            subprocess.run(["openssl", *line], check=True, capture_output=True, cwd=folder)
            add(name, key, valid, "openssl " + " ".join(line), (folder / "signature").read_bytes())

        command("openssl-sha256", default, True, "-sha256")
        command("openssl-sha256-e3", three, True, "-sha256")
        command("openssl-sha256-3072", large, True, "-sha256")
        for algorithm in ("md5", "sha1", "sha224", "sha384", "sha512", "sha512-256", "sha3-256"):
            command("openssl-" + algorithm, default, False, "-" + algorithm)
        command("openssl-pss-no-salt", default, False, "-sha256", "-sigopt", "rsa_padding_mode:pss",
                "-sigopt", "rsa_pss_saltlen:0")
        assert bytes.fromhex(cases[0]["signature"]) == default.private(padded(default, info))

        # Keys that are not RSA, from fixed private values.
        ec = sequence(integer(1), tlv(4, stream("p-256", 32)),
                      tlv(0xa0, bytes.fromhex("06082a8648ce3d030107")))
        (folder / "ec.der").write_bytes(ec)
        openssl("ec", "-inform", "DER", "-in", str(folder / "ec.der"), "-pubout", "-outform", "DER",
                "-out", str(folder / "ec-public.der"))
        ed = sequence(integer(0), bytes.fromhex("300506032b6570"), tlv(4, tlv(4, stream("ed25519", 32))))
        (folder / "ed.der").write_bytes(ed)
        openssl("pkey", "-inform", "DER", "-in", str(folder / "ed.der"), "-pubout", "-outform", "DER",
                "-out", str(folder / "ed-public.der"))
        other = [
            {"name": "ec-p256", "made": "openssl ec -inform DER -in key.der -pubout -outform DER -out public.der",
             "der": (folder / "ec-public.der").read_bytes().hex()},
            {"name": "ed25519", "made": "openssl pkey -inform DER -in key.der -pubout -outform DER -out public.der",
             "der": (folder / "ed-public.der").read_bytes().hex()},
        ]

    good = default.private(padded(default, info))

    # PSS with a salt of 32 bytes (RFC 8017, 9.1.1).
    salt = stream("pss salt", 32)
    h = hashlib.sha256(bytes(8) + digest + salt).digest()
    db = bytes(default.size - 32 - 32 - 2) + b"\x01" + salt
    mask = b"".join(hashlib.sha256(h + i.to_bytes(4, "big")).digest() for i in range(default.size // 32 + 1))
    masked = bytes(a ^ b for a, b in zip(db, mask))
    block("pss-salt-32", bytes([masked[0] & 0x7f]) + masked[1:] + h + b"\xbc", "EMSA-PSS, MGF1 with SHA-256, salt 32")

    # The DigestInfo.
    def wrong_info(name, tail, made, key=default):
        block(name, padded(key, tail), made, key)

    wrong_info("digest-info-no-null", digest_info(message, "300b0609608648016503040201"),
               "AlgorithmIdentifier without its NULL parameters")
    wrong_info("digest-info-long-null", digest_info(message, "300e060960864801650304020105" + "8100"),
               "NULL with its length in the long form")
    wrong_info("digest-info-null-with-content", digest_info(message, "300e0609608648016503040201" + "050100"),
               "NULL with one byte of content")
    wrong_info("digest-info-parameters", digest_info(message, "300f0609608648016503040201" + "04020102"),
               "parameters that are an OCTET STRING")
    wrong_info("digest-info-long-sequence", b"\x30\x81" + info[1:], "outer SEQUENCE with its length in the long form")
    wrong_info("digest-info-long-octets", b"\x30\x32" + info[2:17] + b"\x04\x81\x20" + digest,
               "OCTET STRING with its length in the long form")
    wrong_info("digest-info-indefinite", b"\x30\x80" + info[2:] + b"\x00\x00", "outer SEQUENCE of indefinite length")
    wrong_info("digest-info-bit-string", info[:17] + b"\x03\x20" + digest, "BIT STRING for OCTET STRING")
    wrong_info("digest-info-set", b"\x31" + info[1:], "SET for SEQUENCE")
    wrong_info("digest-info-trailing-inside", b"\x30\x33" + info[2:] + b"\x05\x00", "a NULL behind the digest, inside")
    wrong_info("digest-info-trailing-byte", info + b"\x00", "a zero byte behind the DigestInfo, padding whole")
    wrong_info("digest-info-none", digest, "the bare digest")
    wrong_info("digest-info-octets-only", tlv(4, digest), "an OCTET STRING of the digest alone")
    wrong_info("digest-info-empty", b"", "no DigestInfo")
    wrong_info("digest-info-short-digest", digest_info(message, digest=digest[:31]), "31 bytes of digest")
    wrong_info("digest-info-long-digest", digest_info(message, digest=digest + b"\x00"), "33 bytes of digest")
    wrong_info("digest-info-sha512-256-name", digest_info(message, "300d06096086480165030402060500"),
               "the SHA-256 digest under the name of SHA-512/256")
    wrong_info("digest-info-sha224-name", digest_info(message, "300d06096086480165030402040500"),
               "the SHA-256 digest under the name of SHA-224")
    wrong_info("digest-info-other-digest", digest_info(message, digest=hashlib.sha256(digest).digest()),
               "the SHA-256 of the SHA-256")
    wrong_info("digest-info-e3-no-null", digest_info(message, "300b0609608648016503040201"),
               "as digest-info-no-null, exponent 3", three)

    # The padding.
    block("type-2", b"\x00\x02" + bytes(x or 1 for x in stream("type 2", default.size - 3 - len(info))) + b"\x00" + info,
          "block type 2: random padding without zeros")
    block("type-2-ff", padded(default, info, head=b"\x00\x02"), "block type 2 with ff padding")
    block("type-0", padded(default, info, head=b"\x00\x00", fill=b"\x00"), "block type 0: zero padding")
    block("first-byte", padded(default, info, head=b"\x01\x01"), "01 for the leading 00")
    block("no-leading-zero", padded(default, info, head=b"\x01"), "01 ff .. 00 DigestInfo, one ff more, no leading 00")
    block("no-separator", padded(default, info).replace(b"\xff\x00" + info[:2], b"\xff\xff" + info[:2]),
          "ff for the 00 before the DigestInfo")
    block("separator-01", padded(default, info).replace(b"\xff\x00" + info[:2], b"\xff\x01" + info[:2]),
          "01 for the 00 before the DigestInfo")
    for position in (2, 9, 100, default.size - len(info) - 2):
        content = bytearray(padded(default, info))
        content[position] = 0xfe
        block(f"padding-fe-{position}", bytes(content), f"fe for the ff at byte {position}")
    content = bytearray(padded(default, info))
    content[50] = 0
    block("padding-zero", bytes(content), "00 for the ff at byte 50")
    for key in (default, three):
        suffix = "" if key is default else "-e3"
        for count in (0, 7, 8, 100):
            head = b"\x00\x01" + b"\xff" * count + b"\x00" + info
            block(f"short-padding-{count}{suffix}", head + stream("garbage", key.size - len(head)),
                  f"{count} bytes of ff, and garbage behind the DigestInfo", key)
        head = b"\x00\x01" + b"\xff" * 8 + b"\x00" + info
        block(f"short-padding-zeros{suffix}", head + bytes(key.size - len(head)),
              "8 bytes of ff, and zeros behind the DigestInfo", key)
    block("all-padding", b"\x00\x01" + b"\xff" * (default.size - 2), "ff to the end")

    # Bleichenbacher 2006: no private key, a cube root whose cube begins with a whole block.
    head = b"\x00\x01" + b"\xff" * 8 + b"\x00" + info
    low = int.from_bytes(head + bytes(three.size - len(head)), "big")
    forged = cube_root(low)
    cube = (forged ** 3).to_bytes(three.size, "big")
    assert cube.startswith(head) and forged ** 3 < three.n
    add("forged-cube-root", three, False, "cube root of 00 01 ff*8 00 DigestInfo garbage: no private key used",
        forged.to_bytes(three.size, "big"))
    # The same with the garbage hidden in the parameters' NULL: valid ASN.1 to its last byte, the digest at the end.
    # A cube ends in any odd number (Hensel), and begins with any prefix (cube root).
    number = 0
    while True:
        odd = message + str(number).encode()
        tail = hashlib.sha256(odd).digest()
        if tail[-1] % 2 == 1:
            break
        number += 1
    tail = b"\x04\x20" + tail
    target, root = int.from_bytes(tail, "big"), 1
    for bit in range(1, 8 * len(tail)):
        if (root ** 3 - target) >> bit & 1:
            root += 1 << bit
    assert (root ** 3 - target) % (1 << 8 * len(tail)) == 0
    oid = bytes.fromhex("0609608648016503040201")
    garbage = three.size - (2 + 8 + 1) - 3 - 3 - len(oid) - 3 - len(tail)
    parameters = oid + b"\x05\x81" + bytes([garbage])
    algorithm = b"\x30\x81" + bytes([len(parameters) + garbage])
    start = b"\x00\x01" + b"\xff" * 8 + b"\x00"
    start += b"\x30\x81" + bytes([len(algorithm) + len(parameters) + garbage + len(tail)]) + algorithm + parameters
    assert len(start) + garbage + len(tail) == three.size
    high = cube_root(int.from_bytes(start + b"\x01" + bytes(three.size - len(start) - 1), "big"))
    forged = (high >> 8 * len(tail)) + 1 << 8 * len(tail) | root
    cube = (forged ** 3).to_bytes(three.size, "big")
    assert cube.startswith(start) and cube.endswith(tail)
    add("forged-cube-root-parameters", three, False,
        "as forged-cube-root, the garbage inside the NULL of the AlgorithmIdentifier, the digest at the end",
        forged.to_bytes(three.size, "big"), odd)

    # The number.
    add("wrong-message", default, False, "openssl-sha256 for another message", good, message + b"\n")
    add("wrong-key", three, False, "openssl-sha256 under another key", good)
    add("wrong-key-size", large, False, "openssl-sha256 under a key of 3072 bits", good)
    add("empty", default, False, "no bytes", b"")
    add("zero-byte-appended", default, False, "openssl-sha256 and 00", good + b"\x00")
    add("zero-byte-prepended", default, False, "00 and openssl-sha256", b"\x00" + good)
    add("last-byte-missing", default, False, "openssl-sha256 without its last byte", good[:-1])
    add("doubled", default, False, "openssl-sha256 twice", good + good)
    add("reversed", default, False, "openssl-sha256, least significant byte first", good[::-1])
    add("der-octets", default, False, "openssl-sha256 in an OCTET STRING", tlv(4, good))
    add("hex-text", default, False, "openssl-sha256 as hexadecimal text", good.hex().encode())
    add("block-itself", default, False, "the padded block, not exponentiated", padded(default, info))
    for name, value in (("0", 0), ("1", 1), ("n-1", default.n - 1), ("n", default.n), ("n+1", default.n + 1),
                        ("all-ones", (1 << 2048) - 1)):
        add("number-" + name, default, False, "the number " + name, value.to_bytes(default.size, "big"))
    add("negated", default, False, "n - signature",
        (default.n - int.from_bytes(good, "big")).to_bytes(default.size, "big"))

    # Signatures that begin with 00, and signatures small enough to be given a modulus more.
    def search(fits):
        number = 0
        while True:
            candidate = message + b" " + str(number).encode()
            signature = default.private(padded(default, digest_info(candidate)))
            if fits(signature):
                return candidate, signature
            number += 1

    zero_message, zero = search(lambda s: s[0] == 0)
    add("leading-zero", default, True, "a signature that begins with 00, the message found by counting", zero, zero_message)
    add("leading-zero-stripped", default, False, "leading-zero without its 00", zero[1:], zero_message)
    add("leading-zero-moved", default, False, "leading-zero with its 00 at the end", zero[1:] + b"\x00", zero_message)
    more_message, more = search(lambda s: int.from_bytes(s, "big") + default.n < 1 << 2048)
    add("below-modulus", default, True, "a small signature, the message found by counting", more, more_message)
    add("plus-modulus", default, False, "below-modulus plus the modulus",
        (int.from_bytes(more, "big") + default.n).to_bytes(default.size, "big"), more_message)

    # The empty message.
    add("empty-message", default, True, "the signature of no bytes", default.private(padded(default, digest_info(b""))), b"")

    document = {
        "source": "make-rsa-vectors.py beside this file",
        "keys": [{"name": key.name, "bits": key.n.bit_length(), "exponent": key.e, "pkcs1": key.public_der().hex(),
                  "spki": spki[key.name].hex()} for key in (default, three, large, small)],
        "otherKeys": other,
        "signatures": cases,
    }
    assert len({case["name"] for case in cases}) == len(cases)
    (HERE / "rsa.json").write_text(json.dumps(document, indent=1) + "\n")
    print(len(cases), "signatures,", sum(case["valid"] for case in cases), "valid")


main()
