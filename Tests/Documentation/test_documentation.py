"""Tests of the scripts beside this file, and of what api-breaks.sh says where there is nothing to compare.

    python3 -m unittest discover -s Tests/Documentation
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import public_api
import snippets
import words

API_BREAKS = Path(__file__).parent.parent.resolve() / "Scripts" / "api-breaks.sh"


def symbol(path: str, declaration: str, **more: object) -> dict:
    """A symbol as a symbol graph has it."""
    return {
        "identifier": {"precise": path},
        "pathComponents": path.split("."),
        "declarationFragments": [{"spelling": declaration}],
        "location": {},
        "docComment": {"lines": [{"text": "Something."}]},
    } | more


class Folder(unittest.TestCase):
    def setUp(self) -> None:
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = Path(held.name)


class Words(unittest.TestCase):
    def found(self, text: str) -> list[tuple[int, str]]:
        return [(line, phrase) for line, phrase, _ in words.findings(text)]

    def test_pages_are_read_without_code(self) -> None:
        page = "It begins anew.\n\n    $ echo anew\n\n```\nanew\n```\n`anew`, [here](#anew)\nand anew\n"
        self.assertEqual(self.found(words.prose_of_page(page)), [(1, "anew"), (9, "anew")])

    def test_comments_are_read_alone(self) -> None:
        code = 'let anew = "anew" // anew\n/// `anew`, and\n/// anew\nprint("// anew")\n'
        self.assertEqual(self.found(words.prose_of_code(code)), [(1, "anew"), (3, "anew")])

    def test_phrases_go_over_lines_and_not_over_paragraphs(self) -> None:
        self.assertEqual(self.found("stand behind\neach other"), [(1, "behind each other")])
        self.assertEqual(self.found("stand behind\n\neach other"), [])

    def test_what_is_good_english_is_left_alone(self) -> None:
        self.assertEqual(self.found("There is no file, and it is no longer told apart. None is said to be one."), [])
        self.assertEqual(self.found("It is no file."), [(1, "is no ")])


class PublicAPI(Folder):
    def graph(self, *symbols: dict, relationships: list[dict] | None = None) -> list[public_api.Symbol]:
        content = {"symbols": list(symbols), "relationships": relationships or []}
        (self.folder / "M.symbols.json").write_text(json.dumps(content), encoding="utf-8")
        return public_api.read(self.folder)

    def complaints(self, topics: str, *symbols: dict) -> list[str]:
        catalog = self.folder / "M.docc"
        catalog.mkdir(exist_ok=True)
        (catalog / "M.md").write_text(f"# M\n\n- ``A``\n\n## Topics\n\n{topics}\n", encoding="utf-8")
        return public_api.complaints(self.graph(*symbols), catalog)

    def test_members_stand_behind_their_type(self) -> None:
        symbols = self.graph(
            symbol("A.f()", "func f()\n    -> Int"),
            symbol("A", "protocol A : B"),
            symbol("A.C", "struct C"),
            relationships=[
                {"kind": "conformsTo", "source": "A", "target": "B", "targetFallback": "M.B"},
                {"kind": "conformsTo", "source": "A.C", "target": "x", "targetFallback": "Swift.Sendable"},
                {"kind": "conformsTo", "source": "A.C", "target": "y", "targetFallback": "Swift.Copyable"},
                {"kind": "defaultImplementationOf", "source": "A.f()", "target": "z"},
            ],
        )
        self.assertEqual(
            [each.line for each in symbols],
            ["protocol A : B", "A: struct C: Sendable", "A: (default) func f() -> Int"],
        )

    def test_a_symbol_without_a_comment_is_named(self) -> None:
        bare = symbol("A.x", "var x: Int", docComment={"lines": []})
        self.assertEqual(self.complaints("- ``A``", symbol("A", "struct A"), bare), ["A.x has no doc comment"])

    def test_what_the_compiler_makes_needs_none(self) -> None:
        made = symbol("A.x", "var x: Int")
        del made["location"], made["docComment"]
        self.assertEqual(self.complaints("- ``A``", symbol("A", "struct A"), made), [])

    def test_a_type_under_no_topic_is_named(self) -> None:
        found = self.complaints("- ``B``", symbol("A", "struct A"), symbol("B", "struct B"))
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].startswith("A is under no topic"))

    def test_what_is_package_is_left_out(self) -> None:
        module = {"children": [{"name": "a", "isInternal": True}, {"name": "b", "accessors": [{"isInternal": True}]}]}
        self.assertEqual(public_api.strip(module, {}), {"children": [{"name": "b", "accessors": []}]})

    def test_of_other_modules_only_what_is_handed_on_is_left(self) -> None:
        children = [
            {"name": "A", "moduleName": "Own"},
            {"name": "B", "moduleName": "Other"},
            {"name": "C", "moduleName": "Other"},
        ]
        root = {"kind": "Root", "children": children}
        left = public_api.strip(root, {"Other": {"B"}})["children"]
        self.assertEqual([child["name"] for child in left], ["A", "B"])

    def test_what_is_handed_on_joins_the_modules_graph(self) -> None:
        def write(name: str, *symbols: dict) -> None:
            relations = [
                {"kind": "conformsTo", "source": symbol["identifier"]["precise"], "target": "x"} for symbol in symbols
            ]
            graph = {"symbols": symbols, "relationships": relations}
            (self.folder / f"{name}.symbols.json").write_text(json.dumps(graph), encoding="utf-8")

        write("Own", symbol("A", "struct A"))
        write("Other", symbol("B", "struct B"), symbol("B.x", "var x: Int"), symbol("C", "struct C"))
        write("Own@Other", symbol("B.y", "var y: Int"))
        exports = self.folder / "Exports.swift"
        exports.write_text("@_exported public import struct Other.B\n", encoding="utf-8")
        public_api.join(self.folder, "Own", exports)
        self.assertEqual([found.name for found in public_api.read(self.folder)], ["A", "B", "B.x", "B.y"])

    def test_a_nonexhaustive_enum_may_get_cases(self) -> None:
        enum = {"declAttributes": ["Nonexhaustive"], "isEnumExhaustive": True}
        self.assertNotIn("isEnumExhaustive", public_api.strip(enum, {}))
        self.assertIn("isEnumExhaustive", public_api.strip({"isEnumExhaustive": True}, {}))


class Snippets(Folder):
    def test_blocks_keep_their_lines(self) -> None:
        page = self.folder / "page.md"
        page.write_text("a\n\n```swift\nlet a = 1\n```\n\n```\nno\n```\n\n```swift\nlet b = a\n```\n", encoding="utf-8")
        self.assertEqual(
            snippets.program(page),
            f'#sourceLocation(file: "{page}", line: 4)\nlet a = 1\n#sourceLocation(file: "{page}", line: 12)\nlet b = a\n',
        )

    def test_a_manifest_is_left_out(self) -> None:
        page = self.folder / "page.md"
        page.write_text('```swift\n// Package.swift\n.package(path: "x"),\n```\n', encoding="utf-8")
        self.assertEqual(snippets.program(page), "")


class NothingToCompare(Folder):
    def run_in(self, folder: Path) -> str:
        run = subprocess.run(
            ["sh", str(API_BREAKS), "out"], cwd=folder, capture_output=True, text=True, check=False,
            env=os.environ | {"GIT_CEILING_DIRECTORIES": str(folder.parent)},
        )  # fmt: skip
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertFalse((folder / "out").exists())
        return run.stdout

    def git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=n", "-c", "user.email=e"]
        subprocess.run(["git", *identity, "-C", str(self.folder), *arguments], check=True, capture_output=True)

    def test_no_repository(self) -> None:
        self.assertIn("no git repository", self.run_in(self.folder))

    def test_no_tag(self) -> None:
        self.git("init")
        self.git("commit", "--allow-empty", "-m", "one")
        self.assertEqual(self.run_in(self.folder), "No release has a tag yet: there is no API to compare with.\n")

    def test_shallow(self) -> None:
        self.git("init", "origin")
        for message in ["one", "two"]:
            self.git("-C", "origin", "commit", "--allow-empty", "-m", message)
        self.git("-C", "origin", "tag", "0.1.0", "HEAD^")
        self.git("clone", "--depth", "1", f"file://{self.folder}/origin", "clone")
        self.assertIn("shallow", self.run_in(self.folder / "clone"))


if __name__ == "__main__":
    unittest.main()
