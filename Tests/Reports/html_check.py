"""Looks at the pages of `--report html` in a real Chromium.

    Tests/Reports/html.sh TOOL FOLDER       makes the pages first: `make html-check`
    html_check.py --browser PATH [--picture FILE] [--screenshots FOLDER] PAGES

PAGES holds small.html, large.html (10,000 findings in 200 chains, hostile names among them),
huge.html (more findings than a page holds) and tampered.html (the golden archive of that name).
Needs Python 3.11 and the packages of html-requirements.txt.

For each page: the markup is balanced, names nothing outside itself, and its policy has the right
hashes; in the browser, which is offline, nothing is requested, logged, blocked or executed. Then
the large one is used: by keyboard, with the mouse, without a script, on paper, in a narrow window,
and by axe-core, whose every complaint counts.

What does not hold is a line `FAILED`, and the exit status is 1.

`--picture` writes the picture of tampered.html that the README shows; `--screenshots` writes what
the pages look like, also to those who cannot tell some colours apart.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pypdf
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# In SVG these may end themselves.
SELF_CLOSING = frozenset("rect line path circle".split())
# For 10,000 findings, and for as many as a page holds, on a machine with other things to do.
SECONDS_TO_OPEN = 5
SECONDS_TO_OPEN_HUGE = 20
SECONDS_TO_FILTER = 1

failures: list[str] = []


def check(holds: bool, what: str) -> None:
    if not holds:
        failures.append(what)
        print(f"FAILED: {what}")


# What the file says.


class Markup(HTMLParser):
    """Reads a page and notes what must not be."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.problems: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.policy = ""
        self.texts: dict[str, list[str]] = {"style": [], "script": []}
        self.data = ""
        self.is_data = False

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in SELF_CLOSING and tag not in VOID:
            self.problems.append(f"<{tag}/> does not end itself")
        self.look_at(tag, dict(attributes))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self.look_at(tag, values)
        if tag not in VOID:
            self.open.append(tag)
        if tag in self.texts:
            self.is_data = tag == "script" and "type" in values
            if self.is_data and values["type"] != "application/json":
                self.problems.append("a script of another type")
            if not self.is_data:
                self.texts[tag].append("")

    def look_at(self, tag: str, values: dict[str, str | None]) -> None:
        for name, value in values.items():
            if name.startswith("on") or name in {
                "style",
                "src",
                "srcset",
                "action",
                "ping",
                "xlink:href",
            }:
                self.problems.append(f"<{tag} {name}>")
            if name == "href" and not (value or "").startswith("#"):
                self.problems.append(f"<{tag} href={value}>")
            if name == "id":
                self.ids.append(value or "")
            if name in {"aria-labelledby", "for"} or name == "href":
                self.references.append((value or "").removeprefix("#"))
        if tag == "th" and values.get("scope") not in {"col", "row"}:
            self.problems.append("a <th> without a scope")
        if tag in {"img", "iframe", "object", "embed", "link", "base", "form"}:
            self.problems.append(f"a <{tag}>")
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values.get("content") or ""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> ends nothing, at {self.getpos()}")

    def handle_data(self, text: str) -> None:
        if not self.open or self.open[-1] not in self.texts:
            return
        if self.is_data:
            self.data += text
        else:
            self.texts[self.open[-1]][-1] += text


def check_file(path: Path) -> dict[str, Any]:
    """The page's data, after a look at its markup."""
    markup = Markup()
    markup.feed(path.read_bytes().decode("utf-8", "strict"))
    markup.close()
    name = path.stem
    check(not markup.open, f"{name}: not closed: {markup.open}")
    check(not markup.problems, f"{name}: {markup.problems[:5]}")
    check(len(set(markup.ids)) == len(markup.ids), f"{name}: two elements have one id")
    missing = set(markup.references) - set(markup.ids)
    check(not missing, f"{name}: nothing has the ids {missing}")
    for kind, texts in markup.texts.items():
        check(len(texts) == 1, f"{name}: {len(texts)} {kind} elements")
        digest = base64.b64encode(hashlib.sha256(texts[0].encode()).digest()).decode()
        check(
            f"{kind}-src 'sha256-{digest}';" in markup.policy,
            f"{name}: the policy has another {kind}",
        )
    check(markup.policy.startswith("default-src 'none'; "), f"{name}: the policy lets something in")
    return json.loads(markup.data)


# What the browser says.

# Set before the page's own script; the page's policy has no say in it.
WATCH = """
    globalThis.violations = [];
    addEventListener("securitypolicyviolation",
      (event) => violations.push(event.violatedDirective));
"""


@contextmanager
def opened(
    browser: Browser, path: Path, is_tampered_with: bool = False, **options: Any
) -> Iterator[Page]:
    """A page that is watched while it is open."""
    context = browser.new_context(offline=True, **options)
    page = context.new_page()
    seen: list[str] = []
    page.on("console", lambda message: seen.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: seen.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (seen.append("dialog"), dialog.dismiss()))
    page.on("popup", lambda popup: seen.append("window"))
    page.on("request", lambda request: seen.append(f"request: {request.url}"))
    page.add_init_script(WATCH)
    page.goto(path.as_uri())
    yield page
    if f"request: {path.as_uri()}" in seen:
        seen.remove(f"request: {path.as_uri()}")
    if options.get("java_script_enabled", True) and not is_tampered_with:
        check(page.evaluate("globalThis.hacked") is None, f"{path.stem}: a name was executed")
        blocked = page.evaluate("violations")
        check(not blocked, f"{path.stem}: the policy blocked {blocked}")
    if not is_tampered_with:
        check(not seen, f"{path.stem}: {seen[:5]}")
    context.close()


def count_text(page: Page) -> str:
    return page.locator("#count").inner_text()


def wait_for_count(page: Page, text: str, what: str) -> None:
    try:
        page.wait_for_function(
            "text => document.getElementById('count').textContent === text", arg=text, timeout=5000
        )
    except Exception:
        check(False, f"{what}: {count_text(page)!r} instead of {text!r}")


def matching(number: int, total: int, size: int = 100) -> str:
    extent = f"1 to {min(number, size):,}" if number else "None"
    return f"Showing {extent} of {number:,} that match, of {total:,} findings."


def check_policy(browser: Browser, path: Path) -> None:
    """What does not belong to the page must not run: else the other checks prove nothing."""
    text = path.read_text("utf-8")
    intruders = (
        "<script>globalThis.hacked = 1</script>"
        "<img src='https://example.com/x.png' onerror='globalThis.hacked = 2'>"
        "<p style='color: red'>x</p><iframe src='https://example.com/'></iframe>"
        "<link rel='stylesheet' href='https://example.com/x.css'>"
    )
    forged = path.with_name("forged.html")
    forged.write_text(text.replace("<main>", "<main>" + intruders), "utf-8")
    with opened(browser, forged, is_tampered_with=True) as page:
        page.wait_for_timeout(300)
        check(page.evaluate("globalThis.hacked") is None, "the policy lets a foreign script run")
        blocked = set(page.evaluate("violations"))
        for directive in [
            "script-src-elem",
            "style-src-attr",
            "img-src",
            "frame-src",
            "style-src-elem",
        ]:
            check(directive in blocked, f"the policy does not block {directive}: {blocked}")
        markup = page.evaluate("""() => {
            try { document.body.innerHTML = "x"; return "set" } catch (error) { return error.name }
        }""")
        check(markup == "TypeError", "the policy lets text become markup")
    forged.unlink()


def check_keyboard(page: Page, data: dict[str, Any]) -> None:
    findings = data["findings"]
    page.keyboard.press("Tab")
    check(
        page.evaluate("document.activeElement.className") == "skip",
        "the skip link is not the first stop",
    )
    check(
        page.locator(".skip").bounding_box()["x"] >= 0,
        "the skip link is not seen when it has the focus",
    )
    page.keyboard.press("Enter")
    check(
        page.evaluate("document.activeElement.id") == "findings",
        "the skip link does not lead to the findings",
    )
    stops = []
    for _ in range(12):
        page.keyboard.press("Tab")
        stops.append(
            page.evaluate("(e => e.id || e.value || e.textContent)(document.activeElement)")
        )
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        check(ring != "none", f"no focus is seen on {stops[-1]}")
        if stops[-1] == "violation":
            page.keyboard.press("Space")
            left = sum(data["kinds"][finding["kind"]] != "violation" for finding in findings)
            wait_for_count(page, matching(left, len(findings)), "a severity off by keyboard")
            page.keyboard.press("Space")
        if stops[-1] == "text":
            page.keyboard.type("Digest-Missing")
            wanted = sum("digest-missing" in json.dumps(finding).lower() for finding in findings)
            begin = time.monotonic()
            wait_for_count(page, matching(wanted, len(findings)), "a word by keyboard")
            check(time.monotonic() - begin < SECONDS_TO_FILTER, "the filter is slow")
            kinds = page.locator("#rows th").all_inner_texts()
            check(set(kinds) == {"digest-missing"}, f"the filter shows {set(kinds)}")
    order = (
        "violation unverified notice kind chain text size reset Severity Kind Chain Time".split()
    )
    check(stops == order, f"the tab key leads to {stops}")
    page.locator("#reset").click()


def check_order(page: Page, data: dict[str, Any]) -> None:
    findings = data["findings"]
    page.get_by_role("button", name="Object", exact=True).click()
    check(page.locator("th[aria-sort=ascending]").inner_text() == "Object", "the order is not told")
    names = sorted(finding["details"]["path"] for finding in findings)
    shown = page.locator("#rows .name").all_inner_texts()
    check([name.split() for name in shown] == [name.split() for name in names[:100]], "wrong order")
    page.get_by_role("button", name="Next page").click()
    check(
        count_text(page).startswith("Showing 101 to 200 of "), f"the next page: {count_text(page)}"
    )
    page.get_by_role("button", name="Object", exact=True).click()
    check(
        page.locator("th[aria-sort=descending]").inner_text() == "Object", "the order does not turn"
    )
    page.get_by_role("button", name="Severity", exact=True).click()


def check_hostile_names(page: Page, data: dict[str, Any]) -> None:
    def texts(finding: dict[str, Any]) -> Iterator[str]:
        yield finding["message"]
        yield data["trails"][finding["chain"]]
        yield from finding["details"].values()

    # What cannot be typed is told by other characters of the name.
    for word in [
        "hacked", "&lt;b&gt;", r"\u{202e}", r"\xff\xfe<b>", "עברית", "${7*7}{{7*7}}", "x" * 1000,
        "<svg",
    ]:  # fmt: skip
        page.locator("#text").fill(word)
        wanted = [f for f in data["findings"] if any(word in text for text in texts(f))]
        check(bool(wanted), f"no finding has {word[:20]}")
        wait_for_count(page, matching(len(wanted), len(data["findings"])), f"the name {word[:20]}")
        try:
            # Several names are found equally often: the count alone does not tell new rows.
            page.wait_for_function(
                "word => document.getElementById('rows').innerText.includes(word)",
                arg=word,
                timeout=5000,
            )
        except Exception:
            check(False, f"the name {word[:20]} is not shown as text")
    elements = page.locator("main img, main script, main iframe, main b, svg[onload]").count()
    check(elements == 0, "a name became an element")
    for word in ["x" * 1000, "z\u0301"]:
        page.locator("#text").fill(word)
        page.wait_for_timeout(300)
        hidden = page.locator("#rows td").evaluate_all(
            "(cells) => Math.max(...cells.map((cell) => cell.scrollWidth - cell.clientWidth))"
        )
        check(hidden <= 1, f"{hidden} pixels of a name are cut off")
    page.locator("#reset").click()


def told_of(title: str) -> str:
    """The counts in a title such as `Gap, 2026-… to 2026-…Z: 1 chain-gap`."""
    return title.split("Z: ")[-1]


def check_timeline(page: Page, data: dict[str, Any]) -> None:
    findings = data["findings"]
    rects = page.locator("rect[data-from]")
    stretches = rects.evaluate_all("""(rects) => rects.map((rect) => {
        const row = rect.closest(".row").dataset;
        return { chain: Number(row.chain), open: "open" in row, from: Number(rect.dataset.from),
          until: Number(rect.dataset.until), state: rect.classList[0],
          title: rect.querySelector("title").textContent };
    })""")
    by_chain: dict[int, list[dict[str, Any]]] = {}
    for finding in findings:
        by_chain.setdefault(finding["chain"], []).append(finding)
    everywhere = [finding for finding in findings if finding.get("everywhere")]

    def speaking(stretch: dict[str, Any]) -> list[dict[str, Any]]:
        candidates = by_chain.get(stretch["chain"], []) + (everywhere if stretch["open"] else [])
        return [
            f for f in candidates
            if "from" in f and f["from"] < stretch["until"] and f["until"] > stretch["from"]
        ]  # fmt: skip

    ranks = ["nothing", "backfill", "proven", "unproven", "gap", "missing", "violation"]

    def state(kind: str) -> str:
        if kind in {"digest-missing", "log-missing"}:
            return "missing"
        if kind == "chain-gap":
            return "gap"
        severity = data["kinds"][kind]
        return {"violation": "violation", "unverified": "unproven"}.get(severity, "nothing")

    for stretch in stretches:
        told = {
            kind: int(n)
            for n, kind in re.findall(r"(\d+) ([a-z-]+)(?:,|$)", told_of(stretch["title"]))
        }
        found: dict[str, int] = {}
        for finding in speaking(stretch):
            found[finding["kind"]] = found.get(finding["kind"], 0) + 1
        check(told == found, f"a stretch tells {told} instead of {found}")
        worst = max((state(kind) for kind in found), key=ranks.index)
        # Where nothing but notices speak, the chain's own coverage tells the state.
        is_right = stretch["state"] == worst or worst == "nothing" and stretch["state"] in ranks[:4]
        check(is_right, f"a stretch is drawn as {stretch['state']} instead of {worst}")
        if failures:
            return
    drawn = sum("from" in finding for finding in findings)
    check(drawn > len(findings) / 2, "most findings are not in the picture")

    for state_name in ["violation", "missing", "gap", "unproven"]:
        number = next(i for i, stretch in enumerate(stretches) if stretch["state"] == state_name)
        rect = rects.nth(number)
        rect.scroll_into_view_if_needed()
        rect.hover()
        pointed = page.locator("#pointed").inner_text()
        check(stretches[number]["title"] in pointed, f"pointing at a stretch tells {pointed!r}")
        rect.click()
        wanted = speaking(stretches[number])
        check(
            page.evaluate("document.activeElement.id") == "findings",
            "a click does not lead to the findings",
        )
        wait_for_count(
            page, matching(len(wanted), len(findings)), f"a click on a stretch of {state_name}"
        )
        kinds = sorted(page.locator("#rows th").all_inner_texts())
        check(
            kinds == sorted(finding["kind"] for finding in wanted) or len(wanted) > 100,
            f"a click shows {kinds}",
        )
        check(page.locator("#chosen").is_visible(), "the page does not say what was chosen")

    # The keyboard: one stop, then arrows, then Enter.
    page.locator("#reset").click()
    stops = page.locator("#picture rect[tabindex='0']").count()
    check(stops == 1, f"the picture has {stops} stops of the tab key")
    page.locator("#picture rect[tabindex='0']").focus()
    first = page.evaluate("document.activeElement.getAttribute('aria-label')")
    for key in ["Home", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "End", "ArrowUp"]:
        page.keyboard.press(key)
        label, role = page.evaluate(
            "['aria-label', 'role'].map((name) => document.activeElement.getAttribute(name))"
        )
        check(role == "button" and bool(label), f"{key} leads to {role} {label}")
        pointed = page.locator("#pointed").inner_text()
        check(label in pointed, f"{key}: what has the focus is not told")
    check(label != first, "the arrow keys lead nowhere")
    told = sum(int(n) for n in re.findall(r"(\d+) [a-z]+-[a-z-]+", told_of(label)))
    page.keyboard.press("Enter")
    wait_for_count(page, matching(told, len(findings)), "Enter on a stretch")
    check(
        page.evaluate("document.activeElement.id") == "findings",
        "Enter does not lead to the findings",
    )

    # The name of a chain.
    button = page.locator("#picture .label button").first
    chain = int(button.evaluate("e => e.closest('.row').dataset.chain"))
    button.focus()
    page.keyboard.press("Enter")
    wait_for_count(page, matching(len(by_chain[chain]), len(findings)), "the name of a chain")
    page.locator("#reset").click()


def check_speed(browser: Browser, path: Path, data: dict[str, Any], limit: float) -> None:
    begin = time.monotonic()
    with opened(browser, path) as page:
        page.wait_for_function("document.getElementById('count').textContent !== ''")
        seconds = time.monotonic() - begin
        check(seconds < limit, f"{path.stem}: opens in {seconds:.1f} s")
        held = f"{len(data['findings']):,} findings"
        if data["total"] > len(data["findings"]):
            held += f" in this page, of {data['total']:,} in all"
        check(
            count_text(page) == f"Showing 1 to 100 of {held}.", f"{path.stem}: {count_text(page)}"
        )
        timing = page.evaluate("""() => {
            const begin = performance.now();
            document.querySelectorAll("#table thead button")[4].click();
            return performance.now() - begin;
        }""")
        print(
            f"{path.stem}: {path.stat().st_size >> 10} KiB, opens in {seconds:.1f} s, "
            f"sorts in {timing:.0f} ms"
        )
        check(timing < 1000 * (limit / 5), f"{path.stem}: sorts in {timing:.0f} ms")


def check_without_script(browser: Browser, path: Path, data: dict[str, Any]) -> None:
    with opened(browser, path, java_script_enabled=False) as page:
        shown = min(data["total"], data["printed"])
        rows = page.locator("#rows tr").count()
        check(rows == shown, f"{path.stem}: {rows} rows without a script")
        check(not page.locator("#controls").is_visible(), "controls are shown that do nothing")
        told = page.locator(".static")
        if shown < data["total"]:
            check(
                f"shows {shown:,} of {data['total']:,} findings" in told.inner_text(),
                "what is left out is not told",
            )
        kinds = page.locator("#rows th").all_inner_texts()
        wanted = [finding["kind"] for finding in data["findings"][:shown]]
        check(kinds == wanted, "the rows are others than the data")
        check(
            page.locator("#rows dd").first.is_visible(), "the details are not shown without a script"
        )


def check_paper(page: Page, data: dict[str, Any], name: str) -> None:
    before = count_text(page)
    pdf = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    # Ligatures are letters again.
    text = unicodedata.normalize("NFKC", "".join(sheet.extract_text() for sheet in pdf.pages))
    text = re.sub(r"\s+", "", text)
    shown = data["findings"][: data["printed"]]
    kinds = {finding["kind"] for finding in shown}
    paths = [finding["details"].get("path", "") for finding in shown]
    lost = [path for path in paths if path.isascii() and re.sub(r"\s+", "", path) not in text]
    check(not lost, f"{name}: {len(lost)} findings are not on paper: {lost[:3]}")
    evidence = {
        value
        for finding in shown
        for value in finding["details"].values()
        if value.isascii() and "__" not in value
    }
    lost = [value for value in evidence if re.sub(r"\s+", "", value) not in text]
    check(not lost, f"{name}: {len(lost)} pieces of evidence are not on paper: {lost[:3]}")
    for kind in kinds:
        check(kind in text, f"{name}: {kind} is not on paper")
    told = f"Showing1to{len(shown):,}of{len(data['findings']):,}findings."
    check(told in text, f"{name}: paper does not say how many of how many findings it has")
    for word in ["Previouspage", "Showall", "Skipto"]:
        check(word not in text, f"{name}: paper has the control {word}")
    check(count_text(page) == before, "printing changes what is shown")
    print(f"{name}: {len(pdf.pages)} sheets of paper")


def check_widths(browser: Browser, path: Path) -> None:
    """The page fits the window, and no cell runs into the next one or is cut off."""
    for width in [320, 400, 500, 800, 1300]:
        with opened(browser, path, viewport={"width": width, "height": 800}) as page:
            wide = page.evaluate("document.documentElement.scrollWidth")
            check(wide <= width, f"{path.stem}: {wide} wide in a window of {width}")
            cut = page.locator("main td, main th, .label").evaluate_all(
                """(cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1)
                  .map((cell) => cell.innerText)"""
            )
            check(not cut, f"{path.stem}: cells are cut off at {width}: {cut[:3]}")


def check_accessibility(browser: Browser, path: Path) -> None:
    for options in [
        {"color_scheme": "light"},
        {"color_scheme": "dark"},
        {"viewport": {"width": 360, "height": 700}},
    ]:
        with opened(browser, path, **options) as page:
            if page.locator("summary").count():
                page.locator("summary").first.click()
            for violation in Axe().run(page).response["violations"]:
                nodes = [node["target"] for node in violation["nodes"]]
                what = f"{violation['id']}: {violation['help']}: {nodes[:3]}"
                check(False, f"{path.stem} {options}: axe: {what}")


def check_roles(page: Page) -> None:
    check(page.get_by_role("main").count() == 1, "there is no main part")
    check(
        page.get_by_role("heading", level=1).inner_text() == "NOT VALID",
        "the verdict is not the first heading",
    )
    for role, name in [
        ("navigation", "Sections"),
        ("search", "Filter the findings"),
        ("table", "Findings"),
        ("combobox", "Kind"),
        ("combobox", "Chain"),
        ("searchbox", "Text"),
        ("checkbox", "violation"),
        ("group", "Timeline of the chains"),
        ("list", "Legend"),
    ]:
        check(
            page.get_by_role(role, name=name, exact=True).count() == 1,
            f"there is no {role} named {name}",
        )
    check(
        page.get_by_role("status").count() == 1, "the count is not told to those who cannot see it"
    )


# Pictures.


def write_picture(browser: Browser, path: Path, picture: Path) -> None:
    with opened(
        browser, path, viewport={"width": 1200, "height": 1260}, color_scheme="light"
    ) as page:
        page.locator("rect.violation[data-from]").nth(1).hover()
        page.screenshot(path=picture)
    if shutil.which("pngquant"):
        command = [
            "pngquant",
            "--force",
            "--skip-if-larger",
            "--output",
            picture,
            "64",
            "--",
            picture,
        ]
        subprocess.run(command, check=False)
    check(picture.stat().st_size <= 200 << 10, f"{picture} has {picture.stat().st_size >> 10} KiB")


def write_screenshots(browser: Browser, pages: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ["small", "tampered", "large"]:
        for scheme in ["light", "dark"]:
            for width in [1280, 400]:
                options: dict[str, Any] = {"color_scheme": scheme}
                options["viewport"] = {"width": width, "height": 1000}
                with opened(browser, pages / f"{name}.html", **options) as page:
                    page.screenshot(
                        path=folder / f"{name}-{scheme}-{width}.png", full_page=name != "large"
                    )
    for kind in ["achromatopsia", "deuteranopia", "protanopia", "tritanopia"]:
        for scheme in ["light", "dark"]:
            with opened(browser, pages / "small.html", color_scheme=scheme) as page:
                session = page.context.new_cdp_session(page)
                session.send("Emulation.setEmulatedVisionDeficiency", {"type": kind})
                page.screenshot(path=folder / f"small-{scheme}-{kind}.png", full_page=True)
    with opened(browser, pages / "tampered.html") as page:
        page.pdf(path=folder / "tampered.pdf", prefer_css_page_size=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--browser", required=True)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--screenshots", type=Path)
    parser.add_argument("pages", type=Path)
    arguments = parser.parse_args()
    pages: Path = arguments.pages.resolve()
    data = {
        name: check_file(pages / f"{name}.html") for name in ["small", "tampered", "large", "huge"]
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=arguments.browser, args=["--no-sandbox"]
        )
        if arguments.picture:
            write_picture(browser, pages / "tampered.html", arguments.picture)
        if arguments.screenshots:
            write_screenshots(browser, pages, arguments.screenshots)
        check_policy(browser, pages / "small.html")
        check_speed(browser, pages / "large.html", data["large"], SECONDS_TO_OPEN)
        check_speed(browser, pages / "huge.html", data["huge"], SECONDS_TO_OPEN_HUGE)
        with opened(browser, pages / "large.html") as page:
            check_roles(page)
            check_keyboard(page, data["large"])
            check_order(page, data["large"])
            check_hostile_names(page, data["large"])
            check_timeline(page, data["large"])
            check_paper(page, data["large"], "large")
        with opened(browser, pages / "tampered.html") as page:
            check_paper(page, data["tampered"], "tampered")
        for name in ["small", "tampered", "large", "huge"]:
            check_without_script(browser, pages / f"{name}.html", data[name])
        for name in ["small", "tampered", "large"]:
            check_widths(browser, pages / f"{name}.html")
            check_accessibility(browser, pages / f"{name}.html")
        print(f"{browser.version}: {len(failures) or 'no'} failures")
        browser.close()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
