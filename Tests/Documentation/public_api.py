"""What is public in the library, from its symbol graph.

    python3 Tests/Documentation/public_api.py write SYMBOLS LIST
    python3 Tests/Documentation/public_api.py compare SYMBOLS LIST
    python3 Tests/Documentation/public_api.py check SYMBOLS CATALOG
    python3 Tests/Documentation/public_api.py join SYMBOLS MODULE EXPORTS
    python3 Tests/Documentation/public_api.py strip DUMP OUTPUT EXPORTS

SYMBOLS is the folder that symbols.sh wrote, CATALOG the DocC catalog. `write` makes the list of all public symbols: a line
each, as it is declared, behind the type that it is a member of. `compare` shows what in that list is not so any more;
`check` names each symbol that has no doc comment, and each type that the page of the module does not list under its
topics: the exit status is then 1. `join` puts what the module hands on of others, by its file EXPORTS, into the module's
graph, and takes the others' graphs away. `strip` takes what is not public, or not handed on, out of what
swift-api-digester wrote of the modules.
"""

from __future__ import annotations

import difflib
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

# What every type conforms to unless it says otherwise.
IMPLIED = {"Copyable", "Escapable", "SendableMetatype"}
EXPORT = re.compile(r"^@_exported public import \w+ (\w+)\.(\w+)$", re.MULTILINE)
TOPIC = re.compile(r"^- ``([^`]+)``$", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Symbol:
    """A public symbol."""

    path: tuple[str, ...]
    declaration: str
    conformances: tuple[str, ...]
    is_default: bool
    is_documented: bool

    @property
    def name(self) -> str:
        return ".".join(self.path)

    @property
    def line(self) -> str:
        """The declaration, behind the type that it is a member of."""
        owner = ".".join(self.path[:-1])
        text = f"{owner}: " if owner else ""
        if self.is_default:
            text += "(default) "
        text += self.declaration
        # A protocol's declaration names what it refines.
        if self.conformances and ":" not in self.declaration:
            text += f": {', '.join(self.conformances)}"
        return text


def read(folder: Path) -> list[Symbol]:
    """The public symbols in a folder of symbol graphs, each type before its members."""
    symbols = []
    for path in sorted(folder.glob("*.symbols.json")):
        graph = json.loads(path.read_text(encoding="utf-8"))
        conformances: dict[str, set[str]] = {}
        defaults = set()
        names = {symbol["identifier"]["precise"]: symbol["pathComponents"][-1] for symbol in graph["symbols"]}
        for relation in graph["relationships"]:
            if relation["kind"] == "conformsTo":
                name = names.get(relation["target"]) or relation.get("targetFallback", relation["target"])
                name = name.removeprefix("Swift.")
                if name not in IMPLIED:
                    conformances.setdefault(relation["source"], set()).add(name)
            elif relation["kind"] == "defaultImplementationOf":
                defaults.add(relation["source"])
        for symbol in graph["symbols"]:
            identifier = symbol["identifier"]["precise"]
            text = "".join(fragment["spelling"] for fragment in symbol["declarationFragments"])
            symbols.append(
                Symbol(
                    path=tuple(symbol["pathComponents"]),
                    declaration=" ".join(text.split()),
                    conformances=tuple(sorted(conformances.get(identifier, ()))),
                    is_default=identifier in defaults,
                    # What the compiler makes stands nowhere.
                    is_documented="location" not in symbol or bool(symbol.get("docComment", {}).get("lines")),
                )
            )
    return sorted(symbols)


def listing(folder: Path) -> str:
    """The list of what is public."""
    return "".join(f"{symbol.line}\n" for symbol in read(folder))


def complaints(symbols: list[Symbol], catalog: Path) -> list[str]:
    """What the documentation leaves out."""
    found = [f"{symbol.name} has no doc comment" for symbol in symbols if not symbol.is_documented]
    page = catalog / f"{catalog.stem}.md"
    topics = page.read_text(encoding="utf-8").partition("\n## Topics\n")[2]
    listed = set(TOPIC.findall(topics))
    for symbol in symbols:
        if len(symbol.path) == 1 and symbol.name not in listed:
            found.append(f"{symbol.name} is under no topic of {page}")
    return found


def handed_on(exports: Path) -> dict[str, set[str]]:
    """The declarations that are handed on, by their modules."""
    found: dict[str, set[str]] = {}
    for module, name in EXPORT.findall(exports.read_text(encoding="utf-8") if exports.exists() else ""):
        found.setdefault(module, set()).add(name)
    return found


def join(folder: Path, module: str, exports: Path) -> None:
    """Puts what a module hands on into its symbol graph."""
    own = folder / f"{module}.symbols.json"
    graph = json.loads(own.read_text(encoding="utf-8"))
    for other, names in handed_on(exports).items():
        for path in (folder / f"{other}.symbols.json", folder / f"{module}@{other}.symbols.json"):
            if not path.exists():
                continue
            more = json.loads(path.read_text(encoding="utf-8"))
            path.unlink()
            symbols = [symbol for symbol in more["symbols"] if symbol["pathComponents"][0] in names]
            known = {symbol["identifier"]["precise"] for symbol in symbols}
            graph["symbols"] += symbols
            graph["relationships"] += [relation for relation in more["relationships"] if relation["source"] in known]
        for path in folder.glob(f"{other}@*.symbols.json"):
            path.unlink()
    own.write_text(json.dumps(graph), encoding="utf-8")


def strip(node: dict, names: dict[str, set[str]]) -> dict:
    """A declaration of swift-api-digester's without what is `package` in it.

    The digester knows of @nonexhaustive and forgets what it is for: such an enum may get new cases.
    """
    if "Nonexhaustive" in node.get("declAttributes", ()):
        node.pop("isEnumExhaustive", None)
    for part in ("children", "accessors"):
        if part in node:
            node[part] = [strip(child, names) for child in node[part] if not child.get("isInternal")]
    if node.get("kind") == "Root":
        node["children"] = [
            child
            for child in node.get("children", ())
            if child.get("moduleName") not in names or child.get("name") in names[child["moduleName"]]
        ]
    return node


def main(arguments: list[str]) -> int:
    match arguments:
        case ["write", folder, output]:
            Path(output).write_text(listing(Path(folder)), encoding="utf-8")
            return 0
        case ["compare", folder, known]:
            before = Path(known).read_text(encoding="utf-8").splitlines(keepends=True)
            now = listing(Path(folder)).splitlines(keepends=True)
            sys.stdout.writelines(difflib.unified_diff(before, now, known, "what is public now"))
            if before != now:
                print(f"FAILED {known} is not up to date: run `make public-api`, and look at the difference")
            return int(before != now)
        case ["check", folder, catalog]:
            symbols = read(Path(folder))
            found = complaints(symbols, Path(catalog))
            for complaint in found:
                print(f"FAILED {complaint}")
            if not found:
                print(f"{len(symbols)} public symbols, all documented")
            return 1 if found or not symbols else 0
        case ["join", folder, module, exports]:
            join(Path(folder), module, Path(exports))
            return 0
        case ["strip", dump, output, exports]:
            module = json.loads(Path(dump).read_text(encoding="utf-8"))
            module["ABIRoot"] = strip(module["ABIRoot"], handed_on(Path(exports)))
            Path(output).write_text(json.dumps(module), encoding="utf-8")
            return 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
