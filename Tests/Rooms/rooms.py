"""What the rooms of the rules may name, by the index that the compiler makes of a debug build.

    python3 Tests/Rooms/rooms.py STORE

STORE is the folder of an index store, such as .build/check/debug/index/store. What CloudTrail writes and the rules are
values alone: they may name Swift's own library, each other in one direction, and nothing else. Of Swift's library they may
name no thread, no clock, no standard stream and no argument of the process. Each file of the rules has at most so many
lines, and no two files of them name each other. The folders of the library stand in the order of the data's way: a file
names nothing of a later one. What is not so is printed, and the exit status is then 1.
"""

from __future__ import annotations

import collections
import ctypes
import shutil
import sys
from pathlib import Path

# The rooms that are held to values, each with the rooms that it may name.
ROOMS = {"CloudTrailFormat": {"CloudTrailFormat"}, "CloudTrailRules": {"CloudTrailRules", "CloudTrailFormat"}}
# What a symbol's name in Swift's own library may not begin with.
FORBIDDEN = ("Task", "CommandLine", "ContinuousClock", "SuspendingClock", "Clock", "print(", "readLine(", "dump(", "UnsafeContinuation")
# The longest file of rules, in lines. What only says what things are may be longer.
LONGEST_RULES = 230

# The library's folders in the order of the data's way; what stands in none of them comes last.
LIBRARY = "CloudTrailIntegrity"
FOLDERS = ("Storage", "Keys", "Store", "State", "Validation", "Engine", "Findings", "Parts", "Questions")

_REFERENCE = 1 << 2
_DEFINITION = 1 << 1
_RECORD = 2


class _Text(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_size_t)]

    def __str__(self) -> str:
        return ctypes.string_at(self.data, self.length).decode("utf-8")


class Store:
    """An index store, through the library of the toolchain."""

    _UNIT = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, _Text)
    _ITEM = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("swiftc")
        if compiler is None:
            raise OSError("there is no swiftc on PATH")
        self._library = ctypes.CDLL(str(Path(compiler).resolve().parent.parent / "lib" / "libIndexStore.so"))
        error = ctypes.c_void_p()
        self._store = self._call("store_create", ctypes.c_void_p, str(folder).encode(), ctypes.byref(error))
        if not self._store:
            raise OSError(f"{folder} is no index store: build first")

    def _call(self, name: str, result: type, *arguments: object) -> object:
        function = getattr(self._library, f"indexstore_{name}")
        function.restype = result
        return function(*arguments)

    def records(self) -> dict[str, str]:
        """The names of the records, each with the path of its source."""
        units: list[str] = []

        def note(_: object, name: _Text) -> bool:
            units.append(str(name))
            return True

        self._call("store_units_apply_f", ctypes.c_bool, ctypes.c_void_p(self._store), 0, None, self._UNIT(note))
        found: dict[str, str] = {}

        def depend(_: object, item: int) -> bool:
            pointer = ctypes.c_void_p(item)
            if self._call("unit_dependency_get_kind", ctypes.c_int, pointer) == _RECORD:
                path = str(self._call("unit_dependency_get_filepath", _Text, pointer))
                found[str(self._call("unit_dependency_get_name", _Text, pointer))] = path
            return True

        error = ctypes.c_void_p()
        for unit in units:
            reader = self._call(
                "unit_reader_create", ctypes.c_void_p, ctypes.c_void_p(self._store), unit.encode(), ctypes.byref(error)
            )
            if reader:
                self._call(
                    "unit_reader_dependencies_apply_f", ctypes.c_bool, ctypes.c_void_p(reader), None, self._ITEM(depend)
                )
        return found

    def occurrences(self, record: str) -> list[tuple[str, str, int]]:
        """The symbols of a record: their unique names, their names, and the parts that they play."""
        error = ctypes.c_void_p()
        reader = self._call(
            "record_reader_create", ctypes.c_void_p, ctypes.c_void_p(self._store), record.encode(), ctypes.byref(error)
        )
        found: list[tuple[str, str, int]] = []
        if not reader:
            return found

        def note(_: object, item: int) -> bool:
            pointer = ctypes.c_void_p(item)
            symbol = ctypes.c_void_p(self._call("occurrence_get_symbol", ctypes.c_void_p, pointer))
            roles = self._call("occurrence_get_roles", ctypes.c_uint64, pointer)
            unique = str(self._call("symbol_get_usr", _Text, symbol))
            found.append((unique, str(self._call("symbol_get_name", _Text, symbol)), int(roles)))
            return True

        self._call(
            "record_reader_occurrences_apply_f", ctypes.c_bool, ctypes.c_void_p(reader), None, self._ITEM(note)
        )
        return found


def module(unique: str) -> str | None:
    """The module of a symbol, by its unique name: `Swift` for that of the language, `C` for what is not Swift's."""
    if unique.startswith("c:@M@"):  # the module itself
        return unique.removeprefix("c:@M@")
    if not unique.startswith("s:"):
        return "C"
    text = unique[2:]
    while text[:1] in ("e", "E") and text[1:3] == "s:":  # an extension's
        text = text[3:]
    if text[:1].isdigit():
        digits = text[: len(text) - len(text.lstrip("0123456789"))]
        return text[len(digits) : len(digits) + int(digits)]
    return "Swift" if text[:1] in ("S", "s") else None


def circles(edges: dict[str, set[str]]) -> list[tuple[str, str]]:
    """The pairs of files that name each other."""
    return sorted((a, b) for a in edges for b in edges[a] if a < b and a in edges.get(b, ()))


def folder(file: str) -> int:
    """The place of a file of the library in the order of its folders."""
    parts = file.split("/")
    return FOLDERS.index(parts[2]) if len(parts) > 3 else len(FOLDERS)


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    store = Store(Path(sys.argv[1]))
    wrong: list[str] = []
    defined: dict[str, str] = {}
    named: list[tuple[str, str, str]] = []
    seen: collections.Counter[str] = collections.Counter()
    for record, path in store.records().items():
        room = next((name for name in (*ROOMS, LIBRARY) if f"/Sources/{name}/" in path), None)
        if room is None or not Path(path).exists():
            continue
        seen[room] += 1
        file = path[path.index("/Sources/") + 1 :]
        for unique, name, roles in store.occurrences(record):
            if roles & _DEFINITION:
                defined.setdefault(unique, file)
            if not roles & _REFERENCE:
                continue
            named.append((file, unique, name))
            if room == LIBRARY:
                continue
            owner = module(unique)
            if owner not in ROOMS[room] | {"Swift", None}:
                wrong.append(f"{file} names {name} of {owner}")
            elif owner == "Swift" and name.startswith(FORBIDDEN):
                wrong.append(f"{file} names {name}")
    edges: dict[str, set[str]] = collections.defaultdict(set)
    for file, unique, name in named:
        other = defined.get(unique)
        if other is None or other == file:
            continue
        if "/CloudTrailRules/" in file and "/CloudTrailRules/" in other:
            edges[file].add(other)
        if f"/{LIBRARY}/" in file and f"/{LIBRARY}/" in other and folder(file) < folder(other):
            wrong.append(f"{file} names {name} of {other}, which stands after it")
    wrong += [f"{a} and {b} name each other" for a, b in circles(edges)]
    for path in sorted(Path("Sources/CloudTrailRules").glob("*Rules.swift")):
        count = len(path.read_text("utf-8").splitlines())
        if count > LONGEST_RULES:
            wrong.append(f"{path} has {count} lines, more than {LONGEST_RULES}")
    for room in ROOMS:
        if not seen[room]:
            wrong.append(f"the index store knows no file of {room}")
    for line in sorted(set(wrong)):
        print(f"FAILED {line}")
    if not wrong:
        counts = ", ".join(f"{room}: {seen[room]} files" for room in ROOMS)
        order = f"; {LIBRARY}: {seen[LIBRARY]} files in order" if seen[LIBRARY] else ""
        print(f"{counts} name values alone{order}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
