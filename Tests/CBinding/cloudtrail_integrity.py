"""Proves, offline, that a downloaded AWS CloudTrail archive is what AWS delivered: libcloudtrail_integrity for Python.

    import cloudtrail_integrity as ct

    validator = ct.Validator(keys=["keys.json"], signatures=["meta.jsonl"])
    report = validator.validate("archive", on_finding=lambda finding: print(finding["kind"], finding["path"]))
    if report.verdict is not ct.Verdict.VALID:
        raise SystemExit(f"verdict: {report.verdict}")

The verdict is `Report.verdict`: never take an empty list of findings for one. Text in findings may come from whoever
wrote the archive: escape it for where you show it.

The library is found as the system finds it, or where CLOUDTRAIL_INTEGRITY_LIBRARY says.
"""

from __future__ import annotations

import _thread
import abc
import contextlib
import ctypes
import dataclasses
import enum
import json
import os
import pathlib
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from ctypes import (
    CFUNCTYPE,
    POINTER,
    byref,
    c_char_p,
    c_int,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
    memmove,
    sizeof,
    string_at,
)
from typing import Any, Protocol

ABI_VERSION = 1

Finding = dict[str, Any]
"""A finding: a record of the command's JSON Lines."""


class Verdict(enum.Enum):
    """The verdict on what was asked. Take anything that is not VALID for not proven."""

    VALID = 1
    NOT_VALID = 2
    NOT_PROVEN = 3

    def __str__(self) -> str:
        return self.name.replace("_", " ")


class Error(Exception):
    """The check could not be done: there is no verdict."""


class ArgumentError(Error, ValueError):
    """An unknown option or a bad value."""


class InputError(Error):
    """Keys, signatures or a source that cannot be used."""


class Cancelled(Error):
    """Stopped by `Monitor.cancel`."""


_ERRORS: dict[int, type[Error]] = {1: ArgumentError, 2: InputError, 3: Cancelled}


class Phase(enum.IntEnum):
    """What a validation is at."""

    WAITING = 0
    LISTING = 1
    DIGEST_FILES = 2
    LOG_FILES = 3
    CONCLUSIONS = 4


@dataclasses.dataclass(frozen=True)
class Progress:
    """How far a validation is. `findings` are those so far in files that are there, and no verdict."""

    phase: Phase
    digests_total: int
    digests_read: int
    logs_total: int
    logs_settled: int
    bytes_read: int
    elapsed_nanoseconds: int
    idle_nanoseconds: int
    findings: int


class EntryKind(enum.IntEnum):
    """What a listing came upon."""

    FILE = 0
    LINK = 1
    SPECIAL = 2
    UNREADABLE_FOLDER = 3


class File(Protocol):
    """A file that is read once, from its beginning."""

    def read(self, size: int, /) -> bytes | Any:
        """The next bytes, at most `size`; none at the end. Anything with the buffer protocol will do."""

    def close(self) -> object:
        """Called once."""


class Storage(abc.ABC):
    """Storage of your own: a disk image, a case database. Several threads call it at once, none of them the caller's.

    What is raised says why something cannot be read and becomes a finding: PermissionError, FileNotFoundError, or any
    other OSError. Any other exception ends the validation and is raised by `Validator.validate`; so does what a function
    here returns that it may not return.
    """

    name: str = "storage"
    """What the report puts in front of paths."""

    @abc.abstractmethod
    def list(self) -> Iterable[bytes | tuple[bytes, EntryKind]]:
        """All paths below the root, components separated by `/`; files, unless something else is said."""

    @abc.abstractmethod
    def open(self, path: bytes) -> File | None:
        """The file at a path, from its beginning; None where it is not there any more."""

    def metadata(self, path: bytes) -> Mapping[str, str]:
        """The S3 user metadata that was kept of an object."""
        return {}


class _CProgress(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("phase", c_int)] + [
        (field.name, c_uint64) for field in dataclasses.fields(Progress)[1:]
    ]


_Text = CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t)
_List = CFUNCTYPE(c_int, c_void_p, c_void_p)
_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t, POINTER(c_void_p))
_Read = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_size_t, POINTER(c_size_t))
_Close = CFUNCTYPE(None, c_void_p, c_void_p)
_Size = CFUNCTYPE(c_uint64, c_void_p, c_void_p)
_Metadata = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p)
_Unchanged = CFUNCTYPE(c_int, c_void_p, c_void_p)


class _CStorage(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("context", c_void_p),
        ("list", _List),
        ("open", _Open),
        ("read", _Read),
        ("close", _Close),
        ("size", _Size),
        ("metadata", _Metadata),
        ("unchanged", _Unchanged),
    ]


def _load() -> ctypes.CDLL:
    # CDLL gives up the interpreter's lock while the library works, which its threads need to call back.
    name = os.environ.get("CLOUDTRAIL_INTEGRITY_LIBRARY", f"libcloudtrail_integrity.so.{ABI_VERSION}")
    library = ctypes.CDLL(name)
    out, text, size = POINTER(c_void_p), c_char_p, c_size_t
    for function, result, arguments in [
        ("cti_abi_version", c_uint32, []),
        ("cti_version", text, []),
        ("cti_error_status", c_int, [c_void_p]),
        ("cti_error_message", text, [c_void_p]),
        ("cti_error_free", None, [c_void_p]),
        ("cti_keys_create", c_void_p, []),
        ("cti_keys_free", None, [c_void_p]),
        ("cti_keys_add", c_int, [c_void_p, text, size, text, out]),
        ("cti_validator_create", c_int, [c_void_p, out, out]),
        ("cti_validator_free", None, [c_void_p]),
        ("cti_validator_set", c_int, [c_void_p, text, text, out]),
        ("cti_validator_add_signatures", c_int, [c_void_p, text, size, out]),
        ("cti_validator_add_expected_chains", c_int, [c_void_p, text, size, out]),
        ("cti_source_open_folder", c_int, [text, out, out]),
        ("cti_source_open_file", c_int, [text, out, out]),
        ("cti_source_open_descriptor", c_int, [c_int, text, out, out]),
        ("cti_source_create", c_int, [POINTER(_CStorage), text, out, out]),
        ("cti_source_free", None, [c_void_p]),
        ("cti_listing_add", c_int, [c_void_p, text, size, c_int, c_int]),
        ("cti_metadata_add", c_int, [c_void_p, text, text]),
        ("cti_monitor_create", c_void_p, []),
        ("cti_monitor_free", None, [c_void_p]),
        ("cti_monitor_cancel", None, [c_void_p]),
        ("cti_monitor_progress", c_int, [c_void_p, POINTER(_CProgress)]),
        ("cti_validate", c_int, [c_void_p, out, size, c_void_p, _Text, c_void_p, out, out]),
        ("cti_report_verdict", c_int, [c_void_p]),
        ("cti_report_verdict_allowing", c_int, [c_void_p, POINTER(text), size, POINTER(c_int), out]),
        ("cti_report_write", c_int, [c_void_p, text, _Text, c_void_p, out]),
        ("cti_report_free", None, [c_void_p]),
    ]:
        declared = getattr(library, function)
        declared.restype = result
        declared.argtypes = arguments
    if library.cti_abi_version() != ABI_VERSION:
        raise ImportError(f"{name} has version {library.cti_abi_version()} of the interface, not {ABI_VERSION}")
    return library


_library = _load()

VERSION: str = _library.cti_version().decode()
"""The version of the library."""


def _call(function: str, *arguments: Any) -> None:
    """Calls a function whose last parameter is an error, and raises that."""
    error = c_void_p()
    if getattr(_library, function)(*arguments, byref(error)) == 0:
        return
    status = _library.cti_error_status(error)
    message = _library.cti_error_message(error).decode()
    _library.cti_error_free(error)
    raise _ERRORS.get(status, Error)(message)


class _Handle:
    """A handle of the library's, freed with its object."""

    def __init__(self, handle: int | None, free: str) -> None:
        self._handle = c_void_p(handle)
        weakref.finalize(self, getattr(_library, free), self._handle)


class _Source(_Handle):
    """A source, and the functions that it calls."""

    def __init__(self, handle: int | None, kept: Any = None) -> None:
        super().__init__(handle, "cti_source_free")
        self._kept = kept


def _text(value: str) -> bytes:
    encoded = value.encode()
    if b"\0" in encoded:
        raise ArgumentError(f"{value!r} holds a NUL")
    return encoded


class Monitor(_Handle):
    """Watches one validation from any thread, and stops it."""

    def __init__(self) -> None:
        super().__init__(_library.cti_monitor_create(), "cti_monitor_free")

    def cancel(self) -> None:
        """Makes the validation raise `Cancelled` at the next piece of a file."""
        _library.cti_monitor_cancel(self._handle)

    @property
    def progress(self) -> Progress:
        """How far the validation is."""
        progress = _CProgress(struct_size=sizeof(_CProgress))
        _library.cti_monitor_progress(self._handle, byref(progress))
        phase, *numbers = (getattr(progress, field.name) for field in dataclasses.fields(Progress))
        return Progress(Phase(phase), *numbers)


class Report(_Handle):
    """What was found."""

    def __init__(self, handle: int | None) -> None:
        super().__init__(handle, "cti_report_free")

    @property
    def verdict(self) -> Verdict:
        """The verdict."""
        return Verdict(_library.cti_report_verdict(self._handle))

    def verdict_allowing(self, *kinds: str) -> Verdict:
        """The verdict when unverified findings of these kinds are accepted."""
        names = (c_char_p * len(kinds))(*map(_text, kinds))
        verdict = c_int()
        _call("cti_report_verdict_allowing", self._handle, names, len(kinds), byref(verdict))
        return Verdict(verdict.value)

    def text(self, form: str = "json") -> str:
        """The report as one JSON document, or with `jsonl` as JSON Lines."""
        pieces: list[bytes] = []
        errors = _Errors()

        def write(_context: int | None, text: int, length: int) -> int:
            try:
                pieces.append(string_at(text, length))
                return 0
            except BaseException as error:
                errors.keep(error)
                return 1

        taken = _Text(write)
        _apart(lambda: _call("cti_report_write", self._handle, _text(form), taken, None), errors)
        return b"".join(pieces).decode()

    def document(self) -> dict[str, Any]:
        """The report: `run`, `findings`, `files`, `chains` and `summary`."""
        document: dict[str, Any] = json.loads(self.text())
        return document

    @property
    def findings(self) -> list[Finding]:
        """All findings, in fixed order; no verdict."""
        findings: list[Finding] = self.document()["findings"]
        return findings


def _copy(content: object, buffer: int, capacity: int) -> int:
    """Copies what a read returned, and returns the number of bytes: items may be larger, and lie apart."""
    try:
        view = memoryview(content)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"read() returned {type(content).__name__}, not bytes or another buffer") from None
    with view:
        if view.nbytes > capacity:
            raise OSError(f"read() returned {view.nbytes} bytes where {capacity} were asked for")
        memmove(buffer, content if isinstance(content, bytes) else view.tobytes(), view.nbytes)
        return view.nbytes


class _Errors:
    """What went wrong on any thread; the first that is kept is raised."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._error: BaseException | None = None

    def keep(self, error: BaseException) -> None:
        with self._lock:
            self._error = self._error or error

    def fail(self, error: BaseException) -> None:
        """Keeps an error, and ends what is being done."""
        self.keep(error)

    def raise_error(self) -> None:
        if self._error is not None:
            raise self._error


class _Callbacks(_Errors):
    """Functions of Python's that C calls: what they raise is kept, and raised when C has returned."""

    def __init__(self, monitor: Monitor) -> None:
        super().__init__()
        self._monitor = monitor

    def fail(self, error: BaseException) -> None:
        super().fail(error)
        self._monitor.cancel()

    def finding(self, function: Callable[[Finding], object]) -> Any:
        def call(_context: int | None, text: int, length: int) -> int:
            try:
                function(json.loads(string_at(text, length)))
                return 0
            except BaseException as error:
                self.fail(error)
                return 1

        return _Text(call)

    def source(self, storage: Storage) -> _Source:
        files: dict[int, tuple[bytes, File]] = {}
        numbers = iter(range(1, 2**62))

        def status(function: Callable[[], None]) -> int:
            try:
                function()
                return 0
            except PermissionError:
                return 2
            except FileNotFoundError:
                return 3
            except OSError:
                return 1
            except BaseException as error:
                self.fail(error)
                return 1

        def list_(_context: int | None, listing: int) -> int:
            def work() -> None:
                for entry in storage.list():
                    path, kind = (entry, EntryKind.FILE) if isinstance(entry, bytes) else entry
                    if not isinstance(path, bytes):
                        raise TypeError(f"list() gave a path of {type(path).__name__}, not bytes")
                    if _library.cti_listing_add(listing, path, len(path), kind, 0) != 0:
                        return

            return status(work)

        def open_(_context: int | None, path: int, length: int, file: Any) -> int:
            def work() -> None:
                name = string_at(path, length)
                opened = storage.open(name)
                if opened is None:
                    raise FileNotFoundError
                number = next(numbers)
                files[number] = (name, opened)
                file[0] = number

            return status(work)

        def read(_context: int | None, file: int, buffer: int, capacity: int, count: Any) -> int:
            def work() -> None:
                count[0] = _copy(files[file][1].read(capacity), buffer, capacity)

            return status(work)

        def close(_context: int | None, file: int) -> None:
            status(lambda: files.pop(file)[1].close())

        def metadata(_context: int | None, file: int, values: int) -> int:
            def work() -> None:
                for name, value in storage.metadata(files[file][0]).items():
                    if not isinstance(name, str) or not isinstance(value, str):
                        raise TypeError("metadata() gave something else than text")
                    # What is not text in C is no signature.
                    with contextlib.suppress(ArgumentError, UnicodeEncodeError):
                        _library.cti_metadata_add(values, _text(name), _text(value))

            return status(work)

        functions = _CStorage(
            sizeof(_CStorage),
            None,
            _List(list_),
            _Open(open_),
            _Read(read),
            _Close(close),
            _Size(),
            _Metadata(metadata),
        )
        source = c_void_p()
        _call("cti_source_create", byref(functions), _text(storage.name), byref(source))
        return _Source(source.value, functions)


class Validator(_Handle):
    """What to validate and how.

    Options are those of the command `cloudtrail-integrity validate` with `_` for `-`: `start_time`, `end_time`,
    `account_id`, `region`, `trail` (these three also as lists, which may not be empty), `bucket`, `grace`, `max_age`, `jobs`, `readers`,
    `verbose` and the limits.
    """

    def __init__(
        self,
        keys: Iterable[str | os.PathLike[str]],
        *,
        signatures: Iterable[str | os.PathLike[str]] = (),
        expected_chains: Iterable[str | os.PathLike[str]] | None = None,
        **options: str | int | bool | Iterable[str],
    ) -> None:
        if expected_chains is not None:
            expected_chains = list(expected_chains)
            if not expected_chains:
                raise ArgumentError("expected_chains is empty: leave it out where no chain is asked for")
        key_set = _Handle(_library.cti_keys_create(), "cti_keys_free")
        for path in keys:
            content = pathlib.Path(path).read_bytes()
            _call("cti_keys_add", key_set._handle, content, len(content), _text(os.fspath(path)))
        handle = c_void_p()
        _call("cti_validator_create", key_set._handle, byref(handle))
        super().__init__(handle.value, "cti_validator_free")
        for function, paths in [("signatures", signatures), ("expected_chains", expected_chains or ())]:
            for path in paths:
                content = pathlib.Path(path).read_bytes()
                _call(f"cti_validator_add_{function}", self._handle, content, len(content))
        for name, value in options.items():
            for text in self._values(name, value):
                _call("cti_validator_set", self._handle, _text(name.replace("_", "-")), _text(text))

    @staticmethod
    def _values(name: str, value: object) -> list[str]:
        """The texts that an option is set to; what is empty or None is never taken for an option that was not given."""
        if isinstance(value, bool):
            return ["true" if value else "false"]
        if isinstance(value, (str, int)):
            return [str(value)]
        if name not in ("account_id", "region", "trail") or not isinstance(value, Iterable):
            raise ArgumentError(f"{name} cannot be {value!r}")
        texts = list(value)
        if not texts:
            raise ArgumentError(f"{name} is empty: leave it out where nothing is to be left out")
        for text in texts:
            if not isinstance(text, str):
                raise ArgumentError(f"{name} cannot be {text!r}")
        return texts

    def validate(
        self,
        *sources: str | os.PathLike[str] | Storage,
        on_finding: Callable[[Finding], object] | None = None,
        monitor: Monitor | None = None,
    ) -> Report:
        """Validates an archive that lies in one or more folders, tar or zip files, or storages.

        `on_finding` is called with every finding, one at a time but perhaps by other threads, in no fixed order. What
        it raises ends the validation and is raised here.
        """
        monitor = monitor or Monitor()
        callbacks = _Callbacks(monitor)
        parts: list[_Source] = []
        for source in sources:
            if isinstance(source, Storage):
                parts.append(callbacks.source(source))
                continue
            part = c_void_p()
            path = os.fsencode(source)
            if b"\0" in path:
                raise ArgumentError(f"{source!r} holds a NUL")
            _call("cti_source_open_file" if os.path.isfile(path) else "cti_source_open_folder", path, byref(part))
            parts.append(_Source(part.value))
        handles = (c_void_p * len(parts))(*(part._handle for part in parts))
        take = callbacks.finding(on_finding) if on_finding else _Text()
        handle = c_void_p()

        arguments = (self._handle, handles, len(parts), monitor._handle, take, None, byref(handle))

        # What the library calls lives as long as it may be called, whatever ends the wait.
        def work(_used: tuple[object, ...] = (self, monitor, parts)) -> None:
            _call("cti_validate", *arguments)

        try:
            _apart(work, callbacks)
        finally:
            # It is freed, too, where an error is raised.
            report = Report(handle.value)
        return report


def _apart(work: Callable[[], None], errors: _Errors) -> None:
    """Calls it in a thread of its own, waits, and raises the first error.

    What a signal raises, such as KeyboardInterrupt, is raised in the interpreter's main thread alone. In a function that C
    calls it could come before the first line, where nothing can catch it, and what was left undone would pass for the end
    of a file or of a list. Here it ends the work; the second one ends the wait for that too.
    """
    claim, end = threading.Lock(), threading.Lock()
    end.acquire()
    has_ended = False

    def run() -> None:
        nonlocal has_ended
        if not claim.acquire(blocking=False):
            return
        try:
            work()
        except BaseException as error:
            errors.keep(error)
        finally:
            has_ended = True
            end.release()

    # Of locks and of threads only what is made in C: what is made in Python can be interrupted halfway.
    is_started = is_interrupted = False
    while not has_ended:
        try:
            if not is_started:
                _thread.start_new_thread(run, ())
                is_started = True
            end.acquire()
        except BaseException as error:
            errors.fail(error)
            if is_interrupted:
                raise
            is_interrupted = True
    errors.raise_error()
