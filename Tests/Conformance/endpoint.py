"""A loopback endpoint that serves one sample as S3, CloudTrail and Organizations.

It answers what `aws cloudtrail validate-logs` asks, and no more:

    S3             GetBucketLocation, ListObjects, ListObjectsV2, GetObject, HeadObject
    CloudTrail     DescribeTrails, ListPublicKeys
    Organizations  DescribeOrganization, at /organizations/ID

Every bucket that meta.jsonl names holds the whole archive. Requests are not authenticated;
the server listens on 127.0.0.1 only. For a look by hand: `python3 endpoint.py SAMPLE_DIR`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from bisect import bisect_right
from contextlib import suppress
from datetime import datetime
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, quote_from_bytes, unquote_to_bytes, urlsplit
from xml.sax.saxutils import escape

from sample import Sample

PAGE_SIZE = 1000
_XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
_SAFE_HEADER = re.compile(r"[\x20-\x7e]*")


class AWSError(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def epoch(time: Any) -> float | None:
    """A time of keys.json: a number, a number in a string, or ISO-8601."""
    try:
        return float(time)
    except (TypeError, ValueError):
        pass
    try:
        return datetime.fromisoformat(str(time).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None


def list_public_keys(sample: Sample, request: dict[str, Any]) -> dict[str, Any]:
    """The keys whose validity touches the range that is asked for."""
    start, end = epoch(request.get("StartTime")), epoch(request.get("EndTime"))
    keys = []
    for key in sample.public_keys:
        valid_from = epoch(key.get("ValidityStartTime"))
        valid_until = epoch(key.get("ValidityEndTime"))
        too_late = valid_from is not None and end is not None and valid_from > end
        too_early = valid_until is not None and start is not None and valid_until < start
        if not too_late and not too_early:
            times = {"ValidityStartTime": valid_from, "ValidityEndTime": valid_until}
            keys.append(key | {name: time for name, time in times.items() if time is not None})
    return {"PublicKeyList": keys}


def list_objects(sample: Sample, bucket: str, query: dict[str, str], page_size: int) -> str:
    """One page of ListObjects, or of ListObjectsV2 (`list-type=2`)."""
    second = query.get("list-type") == "2"
    prefix = query.get("prefix", "")
    marker = (
        query.get("continuation-token") or query.get("start-after")
        if second
        else query.get("marker")
    )
    limit = min(int(query.get("max-keys", page_size)), page_size)
    first = bisect_right(sample.object_keys, os.fsencode(marker or ""), key=os.fsencode)
    keys = [key for key in sample.object_keys[first:] if key.startswith(prefix)]
    page = keys[:limit]

    def name(key: str) -> str:
        if query.get("encoding-type") == "url":
            return quote_from_bytes(os.fsencode(key), safe="/")
        return escape(key)

    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<ListBucketResult {_XMLNS}><Name>{escape(bucket)}</Name><Prefix>{name(prefix)}</Prefix>",
        f"<MaxKeys>{limit}</MaxKeys><IsTruncated>{str(len(keys) > limit).lower()}</IsTruncated>",
    ]
    if query.get("encoding-type") == "url":
        lines.append("<EncodingType>url</EncodingType>")
    if second:
        lines.append(f"<KeyCount>{len(page)}</KeyCount>")
        if len(keys) > limit and page:
            lines.append(f"<NextContinuationToken>{name(page[-1])}</NextContinuationToken>")
    else:
        lines.append(f"<Marker>{name(marker or '')}</Marker>")
    lines += [
        f"<Contents><Key>{name(key)}</Key><LastModified>2000-01-01T00:00:00.000Z</LastModified>"
        "<ETag>&quot;0&quot;</ETag><Size>0</Size><StorageClass>STANDARD</StorageClass></Contents>"
        for key in page
    ]
    lines.append("</ListBucketResult>")
    return "\n".join(lines)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    timeout = 60
    server: Endpoint

    def do_GET(self) -> None:
        self._answer(self._s3)

    def do_HEAD(self) -> None:
        self._answer(self._s3)

    def do_POST(self) -> None:
        self._answer(self._json_rpc)

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self, call: Any) -> None:
        try:
            call()
        except AWSError as error:
            if self.command == "POST":
                body = json.dumps({"__type": error.code, "message": str(error)})
                self._send(error.status, body, "application/x-amz-json-1.1")
            else:
                reason = f"<Code>{error.code}</Code><Message>{escape(str(error))}</Message>"
                self._send(error.status, f"<Error>{reason}</Error>", "application/xml")
        except ConnectionError:
            self.close_connection = True

    def _send(self, status: int, body: str, content_type: str) -> None:
        data = body.encode("utf-8", "surrogateescape")
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _s3(self) -> None:
        url = urlsplit("http://endpoint" + self.path)
        bucket, _, key = os.fsdecode(unquote_to_bytes(url.path[1:])).partition("/")
        query = {
            name: values[-1]
            for name, values in parse_qs(
                url.query, keep_blank_values=True, errors="surrogateescape"
            ).items()
        }
        sample = self.server.sample
        if bucket not in sample.buckets:
            raise AWSError(404, "NoSuchBucket", "The specified bucket does not exist")
        if key:
            self._object(key)
        elif "location" in query:
            self._send(200, f"<LocationConstraint {_XMLNS}/>", "application/xml")
        else:
            page = list_objects(sample, bucket, query, self.server.page_size)
            self._send(200, page, "application/xml")

    def _object(self, key: str) -> None:
        try:
            file = self.server.sample.open(key)
        except PermissionError:
            raise AWSError(403, "AccessDenied", "Access Denied") from None
        except OSError:
            raise AWSError(404, "NoSuchKey", "The specified key does not exist.") from None
        with file:
            status = os.fstat(file.fileno())
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(status.st_size))
            self.send_header("Last-Modified", formatdate(status.st_mtime, usegmt=True))
            for name, value in self.server.sample.metadata.get(key, {}).items():
                # A header cannot carry anything else, nor can S3.
                if _SAFE_HEADER.fullmatch(str(value)):
                    self.send_header(f"x-amz-meta-{name}", str(value))
            self.end_headers()
            if self.command != "HEAD":
                shutil.copyfileobj(file, self.wfile)

    def _json_rpc(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        request = json.loads(self.rfile.read(length) or b"{}")
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if operation == "DescribeTrails":
            answer: dict[str, Any] = {"trailList": self.server.sample.trails()}
        elif operation == "ListPublicKeys":
            answer = list_public_keys(self.server.sample, request)
        elif operation == "DescribeOrganization":
            answer = {"Organization": {"Id": self.path.rstrip("/").rpartition("/")[2]}}
        else:
            raise AWSError(400, "UnknownOperationException", f"Not served here: {operation}")
        self._send(200, json.dumps(answer), "application/x-amz-json-1.1")


class Endpoint(ThreadingHTTPServer):
    """Serves a sample from a thread of its own, as long as the `with` block lasts."""

    daemon_threads = True

    def __init__(self, sample: Sample, page_size: int = PAGE_SIZE) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sample = sample
        self.page_size = page_size

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def __enter__(self) -> Endpoint:
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.shutdown()
        self.server_close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python3 endpoint.py SAMPLE_DIR")
    endpoint = Endpoint(Sample(Path(sys.argv[1])))
    print(endpoint.url, flush=True)
    with suppress(KeyboardInterrupt):
        endpoint.serve_forever()
