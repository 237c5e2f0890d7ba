"""What storage, callbacks and signals may do to the library from Python, each with what must come of it. Run by run.sh."""

import array
import contextlib
import ctypes
import gc
import io
import itertools
import mmap
import os
import pathlib
import signal
import sys
import threading
import time
import unittest
from collections.abc import Callable, Iterator
from typing import Any

import cloudtrail_integrity as ct

CLEAN = pathlib.Path(os.environ["CLEAN"])
FILES = {
    bytes(path.relative_to(CLEAN / "archive")): path.read_bytes()
    for path in (CLEAN / "archive").rglob("*")
    if path.is_file()
}
LOG = sorted(path for path in FILES if b"/CloudTrail/" in path)[5]


def validator(**options: Any) -> ct.Validator:
    return ct.Validator(keys=[CLEAN / "keys.json"], signatures=[CLEAN / "meta.jsonl"], **options)


def unsigned() -> ct.Validator:
    """Finds something: the newest digest files have no signature."""
    return ct.Validator(keys=[CLEAN / "keys.json"])


class File:
    """A file of the memory's, whose reads return what `wrap` makes of their bytes."""

    def __init__(self, storage: "Memory", content: bytes) -> None:
        self.storage = storage
        self.stream = io.BytesIO(content)

    def read(self, size: int) -> Any:
        self.storage.called("read")
        return self.storage.wrap(self.stream.read(size))

    def close(self) -> None:
        self.storage.count["closed"] += 1
        self.storage.called("close")


class Memory(ct.Storage):
    """The clean archive in memory, with a hook in each function."""

    name = "memory"

    def __init__(self, wrap: Callable[[bytes], Any] = lambda content: content) -> None:
        self.wrap = wrap
        self.hooks: dict[str, Callable[[], object]] = {}
        self.count = {"opened": 0, "closed": 0}
        self.paths: list[Any] = sorted(FILES)

    def called(self, function: str) -> None:
        self.hooks.get(function, lambda: None)()

    def list(self) -> Iterator[Any]:
        self.called("list")
        for path in self.paths:
            self.called("entry")
            yield path

    def open(self, path: bytes) -> File | None:
        self.called("open")
        if path not in FILES:
            raise FileNotFoundError
        self.count["opened"] += 1
        return File(self, FILES[path])

    def metadata(self, path: bytes) -> dict[str, str]:
        self.called("metadata")
        return {}


FUNCTIONS = ["list", "entry", "open", "read", "close", "metadata"]


def nth(number: int, action: Callable[[], object]) -> Callable[[], object]:
    """Calls `action` once, the given time."""
    calls = itertools.count(1)
    return lambda: action() if next(calls) == number else None


def raising(error: BaseException) -> Callable[[], object]:
    def act() -> None:
        raise error

    return act


def mapped(content: bytes) -> Any:
    if not content:
        return content
    memory = mmap.mmap(-1, len(content))
    memory.write(content)
    return memory


def cells(code: str) -> Callable[[bytes], Any]:
    """Items of more than a byte, and the rest as bytes of its own."""

    def wrap(content: bytes) -> Any:
        size = array.array(code).itemsize
        return memoryview(content).cast(code) if len(content) % size == 0 else content

    return wrap


def in_pieces(of: int) -> type[File]:
    """Files whose reads return at most so many bytes, and all but the last a multiple."""

    class Pieces(File):
        def read(self, size: int) -> Any:
            rest = len(self.stream.getbuffer()) - self.stream.tell()
            return super().read(min(size, of if rest >= of else rest))

    return Pieces


def every_second(content: bytes) -> memoryview:
    spread = bytearray(2 * len(content))
    spread[::2] = content
    return memoryview(spread)[::2]


BUFFERS: dict[str, Callable[[bytes], Any]] = {
    "bytes": lambda content: content,
    "bytearray": bytearray,
    "memoryview": memoryview,
    "items of 2 bytes": cells("H"),
    "items of 4 bytes": cells("I"),
    "items of 8 bytes": cells("d"),
    "array": lambda content: array.array("I", content) if len(content) % 4 == 0 else content,
    "a column": every_second,
    "backwards": lambda content: memoryview(content[::-1])[::-1],
    "rows": lambda content: memoryview(content).cast("B", [len(content) // 8, 8]) if content and not len(content) % 8 else content,
    "ctypes": lambda content: (ctypes.c_uint8 * len(content)).from_buffer_copy(content),
    "ctypes structs": lambda content: (ctypes.c_uint64 * (len(content) // 8)).from_buffer_copy(content)
    if len(content) % 8 == 0
    else content,
    "mmap": mapped,
    "writable view": lambda content: memoryview(bytearray(content)),
}


class Buffers(unittest.TestCase):
    def test_bytes_are_counted(self) -> None:
        for name, wrap in BUFFERS.items():
            for pieces in (0, 1024):
                with self.subTest(buffer=name, pieces=pieces):
                    storage = Memory(wrap)
                    if pieces:
                        storage.open = lambda path, s=storage: in_pieces(1024)(s, FILES[path])  # type: ignore[method-assign]
                    report = validator().validate(storage)
                    self.assertEqual(report.findings, [])
                    self.assertIs(report.verdict, ct.Verdict.VALID)

    def test_what_is_no_buffer(self) -> None:
        for value in ["text", None, 5, 1.5, [1, 2], object(), True]:
            with self.subTest(value=value):
                with self.assertRaisesRegex(TypeError, r"read\(\) returned \w+, not bytes or another buffer"):
                    validator().validate(Memory(lambda _, value=value: value))

    def test_too_many_bytes(self) -> None:
        for more in [lambda content: content + bytes(1 << 20), lambda content: memoryview(bytes(1 << 20)).cast("Q")]:
            report = validator().validate(Memory(more))
            self.assertIs(report.verdict, ct.Verdict.NOT_PROVEN)
            unread = {finding["kind"] for finding in report.findings if "unreadable" in finding["kind"]}
            self.assertEqual(unread, {"digest-unreadable"})
            self.assertFalse([finding for finding in report.findings if finding["severity"] == "violation"])

    def test_a_released_buffer(self) -> None:
        def released(content: bytes) -> memoryview:
            view = memoryview(content)
            view.release()
            return view

        with self.assertRaises(ValueError):
            validator().validate(Memory(released))

    def test_none_is_vanished(self) -> None:
        storage = Memory()
        inner = storage.open
        storage.open = lambda path: None if path == LOG else inner(path)  # type: ignore[method-assign]
        report = validator().validate(storage)
        self.assertEqual([f["kind"] for f in report.findings], ["log-unreadable"])
        self.assertEqual(report.findings[0]["detail"]["reason"], "vanished")
        self.assertIs(report.verdict, ct.Verdict.NOT_PROVEN)


class Lies(unittest.TestCase):
    def found(self, storage: ct.Storage) -> list[tuple[str, str]]:
        report = validator().validate(storage)
        self.assertIs(report.verdict is ct.Verdict.VALID, not [f for f in report.findings if f["severity"] != "notice"])
        return [(finding["severity"], finding["kind"]) for finding in report.findings]

    def test_names(self) -> None:
        for name in [
            b"", b"/", b"a\0b", b"\xff\xfe", b"..", b"../../x", b"a//b", b"/etc/passwd", LOG + b"\0", LOG + b"/",
            b"./" + LOG, b"x" * 100_000, b"\xed\xa0\x80", b"a\nb", *([b"d/" * 5000]),
        ]:  # fmt: skip
            with self.subTest(name=name[:40]):
                storage = Memory()
                storage.paths += [name]
                # What lies outside of CloudTrail's folders is nothing; in them it is listed by nobody.
                self.assertLessEqual(set(self.found(storage)), {("unverified", "log-unreferenced")})

    def test_the_same_name_twice(self) -> None:
        storage = Memory()
        storage.paths = [path for path in storage.paths for _ in range(2)]
        self.assertLessEqual(set(self.found(storage)), {("notice", "duplicate-object")})

    def test_a_listing_that_changes(self) -> None:
        storage = Memory()
        folder = LOG.rpartition(b"/")[0]
        storage.paths += [folder + b"/gone.json.gz"]
        self.assertEqual(self.found(storage), [("unverified", "log-unreferenced")])
        # Listed and not there; and there and not listed.
        digest = sorted(path for path in FILES if b"/CloudTrail-Digest/" in path)[0]
        storage = Memory()
        inner = storage.open
        storage.open = lambda path: None if path == digest else inner(path)  # type: ignore[method-assign]
        self.assertNotIn("violation", dict(self.found(storage)))
        storage = Memory()
        storage.paths.remove(LOG)
        self.assertEqual(self.found(storage), [("violation", "log-missing")])

    def test_what_is_no_path(self) -> None:
        for entry in ["text", bytearray(LOG), None, 5, (LOG,), (LOG, 99), (LOG, "file"), ("text", ct.EntryKind.FILE)]:
            with self.subTest(entry=entry), self.assertRaises((TypeError, ValueError, ctypes.ArgumentError)):
                storage = Memory()
                storage.paths = [LOG, entry]
                validator().validate(storage)

    def test_metadata(self) -> None:
        for metadata, error in [
            ({"signature": "a\0b"}, None), ({"sig\0nature": "ab"}, None), ({"signature": "\ud800"}, None),
            ({"signature": "zz"}, None), ({"signature": "x" * 1_000_000}, None), ({5: "a"}, TypeError),
            ({"signature": None}, TypeError), (None, AttributeError), ({"signature": b"ab"}, TypeError),
        ]:  # fmt: skip
            with self.subTest(metadata=str(metadata)[:40]):
                storage = Memory()
                storage.metadata = lambda path, m=metadata: m  # type: ignore[method-assign]
                if error:
                    with self.assertRaises(error):
                        validator().validate(storage)
                else:
                    # The right signature is in the manifest.
                    self.assertIs(validator().validate(storage).verdict, ct.Verdict.VALID)

    def test_a_file_that_is_none(self) -> None:
        for file in [object(), "text", 5]:
            storage = Memory()
            storage.open = lambda path, file=file: file  # type: ignore[method-assign]
            with self.assertRaises(AttributeError):
                validator().validate(storage)


class Exceptions(unittest.TestCase):
    ERRORS: list[BaseException] = [
        ZeroDivisionError("x"), KeyboardInterrupt("x"), SystemExit("x"), MemoryError("x"), RecursionError("x"),
        GeneratorExit("x"), StopIteration("x"),
    ]  # fmt: skip

    def test_at_every_function(self) -> None:
        for function, error, number in itertools.product(FUNCTIONS, self.ERRORS, (1, 3)):
            if function == "list" and number > 1:
                continue
            with self.subTest(function=function, error=repr(error), number=number):
                storage = Memory()
                storage.hooks[function] = nth(number, raising(error))
                # A generator turns this one into another.
                expected = RuntimeError if isinstance(error, StopIteration) and function in ("list", "entry") else type(error)
                with self.assertRaises(expected):
                    validator().validate(storage)
                self.assertEqual(storage.count["opened"], storage.count["closed"])

    def test_at_a_finding(self) -> None:
        for error in self.ERRORS:
            with self.subTest(error=repr(error)), self.assertRaises(type(error)):
                unsigned().validate(Memory(), on_finding=lambda _, error=error: raising(error)())

    def test_system_errors_are_findings(self) -> None:
        for function, kinds in [
            ("open", {"digest-unreadable"}), ("read", {"digest-unreadable"}), ("metadata", {"digest-unreadable"}),
            ("close", set()),
        ]:  # fmt: skip
            storage = Memory()
            storage.hooks[function] = nth(1, raising(OSError("x")))
            report = validator(jobs=1, readers=1).validate(storage)
            self.assertLessEqual({f["kind"] for f in report.findings if "unreadable" in f["kind"]}, kinds)
            self.assertFalse([f for f in report.findings if f["severity"] == "violation"])
        for function in ["list", "entry"]:
            storage = Memory()
            storage.hooks[function] = raising(OSError("x"))
            with self.assertRaisesRegex(ct.InputError, "could not be listed"):
                validator().validate(storage)

    def test_deep_recursion(self) -> None:
        def deep(rest: int) -> ct.Report:
            return deep(rest - 1) if rest else validator().validate(Memory())

        # So near to the limit that nothing that is called here could call much.
        for rest in range(sys.getrecursionlimit() - 120, sys.getrecursionlimit(), 3):
            with contextlib.suppress(RecursionError):
                self.assertIs(deep(rest).verdict, ct.Verdict.VALID)


class Signals(unittest.TestCase):
    def test_ctrl_c_at_any_moment(self) -> None:
        begin = time.monotonic()
        validator().validate(Memory())
        whole = time.monotonic() - begin
        count = {"interrupted": 0, "whole": 0}
        for number in range(60):
            timer = threading.Timer(whole * 1.2 * number / 60, os.kill, (os.getpid(), signal.SIGINT))
            try:
                try:
                    timer.start()
                    report = validator().validate(Memory())
                    self.assertIs(report.verdict, ct.Verdict.VALID, report.findings)
                    count["whole"] += 1
                finally:
                    timer.join()
                    time.sleep(0)
            except KeyboardInterrupt:
                count["interrupted"] += 1
        self.assertGreater(count["interrupted"], 5)

    def test_ctrl_c_ends_a_validation_of_a_folder(self) -> None:
        for function in ["open", "read"]:
            storage = Memory()
            storage.hooks[function] = nth(5, lambda: os.kill(os.getpid(), signal.SIGINT))
            with self.assertRaises(KeyboardInterrupt):
                validator().validate(storage)
            self.assertEqual(storage.count["opened"], storage.count["closed"])

    def test_the_second_ctrl_c_ends_the_wait(self) -> None:
        hangs, ends = threading.Event(), threading.Event()
        storage = Memory()

        def hang() -> None:
            hangs.set()
            ends.wait(60)

        def interrupt() -> None:
            hangs.wait(60)
            for _ in range(2):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.2)

        storage.hooks["read"] = nth(3, hang)
        thread = threading.Thread(target=interrupt)
        thread.start()
        try:
            with self.assertRaises(KeyboardInterrupt):
                validator().validate(storage)
            self.assertFalse(ends.is_set())
        finally:
            thread.join()
            gc.collect()
            ends.set()
        # What was left behind ends by itself.
        for _ in range(600):
            if storage.count["opened"] == storage.count["closed"]:
                break
            time.sleep(0.1)
        self.assertEqual(storage.count["opened"], storage.count["closed"])


class Reentrancy(unittest.TestCase):
    def test_a_validation_in_every_function(self) -> None:
        for function in FUNCTIONS:
            with self.subTest(function=function):
                verdicts: list[ct.Verdict] = []
                storage = Memory()
                storage.hooks[function] = nth(1, lambda: verdicts.append(validator().validate(Memory()).verdict))
                self.assertIs(validator().validate(storage).verdict, ct.Verdict.VALID)
                self.assertEqual(verdicts, [ct.Verdict.VALID])

    def test_a_validation_in_a_finding(self) -> None:
        shared = unsigned()
        verdicts: list[ct.Verdict] = []
        report = shared.validate(Memory(), on_finding=lambda _: verdicts.append(shared.validate(Memory()).verdict))
        self.assertIs(report.verdict, ct.Verdict.NOT_PROVEN)
        self.assertEqual(set(verdicts), {ct.Verdict.NOT_PROVEN})

    def test_the_same_monitor(self) -> None:
        monitor = ct.Monitor()

        def again() -> None:
            with self.assertRaisesRegex(ct.ArgumentError, "make one for each"):
                validator().validate(Memory(), monitor=monitor)

        storage = Memory()
        storage.hooks["open"] = nth(2, again)
        self.assertIs(validator().validate(storage, monitor=monitor).verdict, ct.Verdict.VALID)

    def test_everything_is_let_go_of(self) -> None:
        things: dict[str, Any] = {"validator": unsigned(), "storage": Memory(), "monitor": ct.Monitor()}

        def let_go(_: object) -> None:
            things.clear()
            gc.collect()

        report = things["validator"].validate(things["storage"], on_finding=let_go, monitor=things["monitor"])
        self.assertIs(report.verdict, ct.Verdict.NOT_PROVEN)
        self.assertFalse(things)


class Cancellation(unittest.TestCase):
    def test_at_every_function(self) -> None:
        for function, number in itertools.product(FUNCTIONS, (1, 2, 7)):
            with self.subTest(function=function, number=number):
                if function == "list" and number > 1:
                    continue
                monitor = ct.Monitor()
                storage = Memory()
                storage.hooks[function] = nth(number, monitor.cancel)
                with self.assertRaises(ct.Cancelled):
                    validator().validate(storage, monitor=monitor)
                self.assertEqual(storage.count["opened"], storage.count["closed"])

    def test_at_a_finding(self) -> None:
        monitor = ct.Monitor()
        with self.assertRaises(ct.Cancelled):
            unsigned().validate(Memory(), on_finding=lambda _: monitor.cancel(), monitor=monitor)

    def test_by_another_thread_at_any_moment(self) -> None:
        for number in range(30):
            monitor = ct.Monitor()
            timer = threading.Timer(0.002 * number, monitor.cancel)
            timer.start()
            with contextlib.suppress(ct.Cancelled):
                self.assertIs(validator().validate(Memory(), monitor=monitor).verdict, ct.Verdict.VALID)
            timer.join()


class Threads(unittest.TestCase):
    def test_several_validations_at_once(self) -> None:
        shared, storage = validator(jobs=4), Memory()
        verdicts: list[ct.Verdict] = []
        threads = [
            threading.Thread(target=lambda: verdicts.append(shared.validate(storage).verdict)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(verdicts, [ct.Verdict.VALID] * 4)
        self.assertEqual(storage.count["opened"], storage.count["closed"])

    def test_slow_storage_is_read_by_several(self) -> None:
        readers: set[int] = set()
        storage = Memory()

        def slow() -> None:
            readers.add(threading.get_ident())
            time.sleep(0.003)

        storage.hooks["read"] = slow
        self.assertIs(validator(jobs=2, readers=8).validate(storage).verdict, ct.Verdict.VALID)
        self.assertGreater(len(readers), 1)
        self.assertNotIn(threading.get_ident(), readers)


@unittest.skipUnless(hasattr(os, "fork"), "this system cannot fork")
class Forks(unittest.TestCase):
    def fork(self, child: Callable[[], bool]) -> bool:
        process = os.fork()
        if process == 0:
            status = 1
            try:
                status = 0 if child() else 1
            finally:
                os._exit(status)
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0

    def test_in_every_function(self) -> None:
        for function in FUNCTIONS:
            with self.subTest(function=function):
                ended: list[bool] = []
                storage = Memory()
                # The child must not use the library.
                storage.hooks[function] = nth(2 if function != "list" else 1, lambda: ended.append(self.fork(lambda: True)))
                self.assertIs(validator().validate(storage).verdict, ct.Verdict.VALID)
                self.assertEqual(ended, [True])

    def test_afterwards(self) -> None:
        shared = validator()
        report = shared.validate(Memory())
        self.assertTrue(self.fork(lambda: report.verdict is ct.Verdict.VALID))
        self.assertTrue(self.fork(lambda: shared.validate(Memory()).verdict is ct.Verdict.VALID))
        self.assertIs(shared.validate(Memory()).verdict, ct.Verdict.VALID)


if __name__ == "__main__":
    unittest.main()
