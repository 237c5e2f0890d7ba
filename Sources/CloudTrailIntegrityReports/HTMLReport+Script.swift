extension HTMLReport {
    /// What the page's policy calls ``script``; the tests say what it must be.
    static let scriptHash = "sha256-fFjV+5yPq/s96iFJsbSAU42HUDl9wypxvEWAEcnnsgs="

    /// The script of the page. What it shows it sets as text; it makes no markup.
    package static let script = #"""

        "use strict";
        (() => {
          const byId = (id) => document.getElementById(id);
          const data = JSON.parse(byId("data").textContent);
          const findings = data.findings;
          const ranks = { violation: 0, unverified: 1, notice: 2 };
          const severity = (finding) => data.kinds[finding.kind];
          const objectName = (finding) => finding.details.path ?? finding.details.key ?? "";
          const chainName = (chain) => (data.chains[chain] + " " + data.trails[chain]).trim();
          const time = (finding) => finding.start ?? finding.end ?? "";
          const number = (value) => value.toLocaleString("en");
          const timing = (finding) =>
            [finding.start, finding.end && "to " + finding.end].filter((text) => text);

          const make = (name, text, attributes) => {
            const element = document.createElement(name);
            if (text !== undefined) element.textContent = text;
            for (const [key, value] of Object.entries(attributes ?? {})) element.setAttribute(key, value);
            return element;
          };

          for (const element of document.querySelectorAll(".scripted")) element.hidden = false;
          for (const element of document.querySelectorAll(".static")) element.hidden = true;
          if (!byId("rows")) return;

          // What is shown: the filter, the order and the page.

          const filter = { severities: new Set(Object.keys(ranks)), kind: "", chain: "", words: [], stretch: null };
          const order = { column: 0, descending: false };
          let page = 0;
          let size = 100;
          let matches = findings;

          const searched = (finding) => {
            if (finding.searched === undefined) {
              finding.searched = [
                severity(finding), finding.kind, chainName(finding.chain), finding.start, finding.end, finding.message,
                ...Object.entries(finding.details).flat(),
              ].join("\n").toLowerCase();
            }
            return finding.searched;
          };

          const fits = (finding) => {
            if (!filter.severities.has(severity(finding))) return false;
            if (filter.kind !== "" && finding.kind !== filter.kind) return false;
            if (filter.chain !== "" && finding.chain !== Number(filter.chain)) return false;
            const stretch = filter.stretch;
            if (stretch) {
              if (finding.chain !== stretch.chain && !(finding.everywhere && stretch.open)) return false;
              if (!(finding.from < stretch.until && finding.until > stretch.from)) return false;
            }
            return filter.words.every((word) => searched(finding).includes(word));
          };

          const columns = [
            (finding) => ranks[severity(finding)],
            (finding) => finding.kind,
            (finding) => finding.chain,
            time,
            objectName,
          ];

          const choose = () => {
            matches = findings.filter(fits);
            const value = columns[order.column];
            const sign = order.descending ? -1 : 1;
            // The sort is stable: what is equal stays in the order of the report.
            matches.sort((a, b) => {
              const [left, right] = [value(a), value(b)];
              return left === right ? 0 : left < right ? -sign : sign;
            });
            page = 0;
            show();
          };

          const rowOf = (finding, isPrinted) => {
            const row = make("tr");
            const badge = make("td");
            badge.append(make("span", severity(finding), { class: "badge " + severity(finding) }));
            const chain = make("td");
            chain.append(make("span", data.chains[finding.chain], { class: "place" }));
            if (data.trails[finding.chain]) chain.append(" ", make("span", data.trails[finding.chain], { class: "trail" }));
            const times = make("td", undefined, { class: "time" });
            timing(finding).forEach((text, index) => {
              if (index > 0) times.append(make("br"), " ");
              times.append(text);
            });
            const object = make("td");
            object.append(make("p", finding.message));
            if (objectName(finding)) object.append(make("p", objectName(finding), { class: "name" }));
            const entries = Object.entries(finding.details);
            if (entries.length > 0) {
              const details = make("details");
              details.open = isPrinted;
              const list = make("dl");
              for (const [name, value] of entries) {
                const isAgain = (name === "key" || name === "path") && objectName(finding).endsWith(value);
                const item = make("div", undefined, isAgain ? { class: "again" } : {});
                item.append(make("dt", name), " ", make("dd", value));
                list.append(item);
              }
              details.append(make("summary", "Details"), list);
              object.append(details);
            }
            row.append(badge, " ", make("th", finding.kind, { scope: "row" }), " ", chain, " ", times, " ", object);
            return row;
          };

          const show = (all = false) => {
            const first = all ? 0 : page * size;
            const last = Math.min(matches.length, all ? data.printed : first + size);
            byId("rows").replaceChildren(...matches.slice(first, last).map((finding) => rowOf(finding, all)));
            const held = number(findings.length) + (findings.length === 1 ? " finding" : " findings")
              + (findings.length < data.total ? " in this page, of " + number(data.total) + " in all" : "");
            const extent = matches.length === 0 ? "None" : number(first + 1) + " to " + number(last);
            byId("count").textContent = matches.length === findings.length
              ? "Showing " + extent + " of " + held + "."
              : "Showing " + extent + " of " + number(matches.length) + " that match, of " + held + ".";
            byId("pager").hidden = matches.length <= size;
            byId("previous").disabled = page === 0;
            byId("next").disabled = last >= matches.length;
          };

          // Controls.

          const severityBoxes = [...document.querySelectorAll("input[name=severity]")];
          const counts = (key) => {
            const result = new Map();
            for (const finding of findings) result.set(key(finding), (result.get(key(finding)) ?? 0) + 1);
            return result;
          };
          const kindCounts = counts((finding) => finding.kind);
          for (const kind of [...kindCounts.keys()].sort()) {
            byId("kind").append(make("option", kind + " (" + number(kindCounts.get(kind)) + ")", { value: kind }));
          }
          const chainCounts = counts((finding) => finding.chain);
          data.chains.forEach((_, index) => {
            if (!chainCounts.has(index)) return;
            const text = chainName(index) + " (" + number(chainCounts.get(index)) + ")";
            byId("chain").append(make("option", text, { value: String(index) }));
          });

          const read = () => {
            filter.severities = new Set(severityBoxes.filter((box) => box.checked).map((box) => box.value));
            filter.kind = byId("kind").value;
            filter.chain = byId("chain").value;
            filter.words = byId("text").value.toLowerCase().split(/\s+/).filter((word) => word);
            size = Number(byId("size").value);
            choose();
          };
          const setStretch = (stretch) => {
            filter.stretch = stretch;
            byId("chosen").textContent = stretch ? "Only this stretch: " + stretch.text + " (Show all ends this.)" : "";
            byId("chosen").hidden = !stretch;
          };
          const reset = () => {
            for (const box of severityBoxes) box.checked = true;
            byId("kind").value = "";
            byId("chain").value = "";
            byId("text").value = "";
            setStretch(null);
          };
          const lead = () => {
            read();
            byId("findings").focus({ preventScroll: true });
            byId("findings").scrollIntoView();
          };

          let pause = 0;
          byId("text").addEventListener("input", () => {
            clearTimeout(pause);
            pause = setTimeout(read, 150);
          });
          for (const control of [...severityBoxes, byId("kind"), byId("chain"), byId("size")]) {
            control.addEventListener("change", read);
          }
          byId("reset").addEventListener("click", () => {
            reset();
            read();
          });
          const turn = (by) => {
            page += by;
            show();
            byId("findings").scrollIntoView();
          };
          byId("previous").addEventListener("click", () => turn(-1));
          byId("next").addEventListener("click", () => turn(1));

          const headings = [...document.querySelectorAll("#table thead th")];
          const markOrder = () => headings.forEach((heading, index) => {
            if (index !== order.column) heading.removeAttribute("aria-sort");
            else heading.setAttribute("aria-sort", order.descending ? "descending" : "ascending");
          });
          headings.forEach((heading, index) => {
            const button = make("button", heading.textContent, { type: "button" });
            heading.replaceChildren(button);
            button.addEventListener("click", () => {
              order.descending = order.column === index && !order.descending;
              order.column = index;
              markOrder();
              choose();
            });
          });
          markOrder();
          byId("controls").hidden = false;

          // The timeline: one stop of the tab key, and the arrow keys within.

          const picture = byId("picture");
          if (picture) {
            const rows = [...picture.querySelectorAll(".row[data-chain]")];
            const stretches = rows.map((row) => [...row.querySelectorAll("rect[data-from]")]);
            const title = (rect) => rect.querySelector("title").textContent;
            const chainOf = (rect) => Number(rect.closest(".row").dataset.chain);
            const whole = (rect) => chainName(chainOf(rect)) + ": " + title(rect);
            let current = stretches.flat()[0];
            const point = (rect) => { byId("pointed").textContent = whole(rect); };
            const open = (rect) => {
              reset();
              setStretch({
                chain: chainOf(rect), open: "open" in rect.closest(".row").dataset, from: Number(rect.dataset.from),
                until: Number(rect.dataset.until), text: whole(rect),
              });
              lead();
            };
            for (const rect of stretches.flat()) {
              rect.setAttribute("role", "button");
              rect.setAttribute("tabindex", "-1");
              rect.setAttribute("aria-label", title(rect));
            }
            picture.removeAttribute("tabindex");
            if (current) current.setAttribute("tabindex", "0");
            else picture.setAttribute("tabindex", "0");
            byId("pointed").hidden = false;
            byId("pointed").textContent = "Point at a stretch to see what was found there.";
            const at = (event) => event.target.closest("rect");
            picture.addEventListener("mouseover", (event) => { if (at(event)) point(at(event)); });
            picture.addEventListener("click", (event) => { if (at(event)?.dataset.from) open(at(event)); });
            picture.addEventListener("focusin", (event) => {
              const rect = at(event);
              if (!rect) return;
              current.setAttribute("tabindex", "-1");
              current = rect;
              current.setAttribute("tabindex", "0");
              point(rect);
            });
            const middle = (rect) => Number(rect.dataset.from) + Number(rect.dataset.until);
            const nearest = (row) => row.reduce((best, rect) =>
              Math.abs(middle(rect) - middle(current)) < Math.abs(middle(best) - middle(current)) ? rect : best);
            const vertically = (by) => {
              let index = stretches.findIndex((row) => row.includes(current)) + by;
              while (stretches[index] && stretches[index].length === 0) index += by;
              return stretches[index] && nearest(stretches[index]);
            };
            picture.addEventListener("keydown", (event) => {
              if (!at(event) || event.ctrlKey || event.altKey || event.metaKey) return;
              const all = stretches.flat();
              const index = all.indexOf(current);
              const targets = {
                ArrowRight: () => all[index + 1], ArrowLeft: () => all[index - 1], ArrowDown: () => vertically(1),
                ArrowUp: () => vertically(-1), Home: () => all[0], End: () => all[all.length - 1],
              };
              if (event.key === "Enter" || event.key === " ") open(current);
              else if (targets[event.key]) targets[event.key]()?.focus();
              else return;
              event.preventDefault();
            });
            for (const row of rows) {
              const chain = row.dataset.chain;
              if (!chainCounts.has(Number(chain))) continue;
              const label = row.querySelector(".label");
              const button = make("button", undefined, { type: "button", title: "List the findings of this chain" });
              button.append(...label.childNodes);
              label.append(button);
              button.addEventListener("click", () => {
                reset();
                byId("chain").value = chain;
                lead();
              });
            }
          }

          // Paper has no pages to turn here: it gets all that match, up to a limit that the count states.
          addEventListener("beforeprint", () => show(true));
          addEventListener("afterprint", () => show());
          choose();
        })();

        """#
}
