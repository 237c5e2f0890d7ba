extension HTMLReport {
    /// What the page's policy calls ``style``; the tests say what it must be.
    static let styleHash = "sha256-IH6oO86G/Ru81/vg1gkYAFc/UVYmY7ItTEYs/UZLczA="

    /// The style of the page.
    package static let style = #"""

        :root { color-scheme: light dark; --page: #fff; --text: #1c1e21; --soft: #55595f; --line: #c9ccd1; --band: #f3f4f6;
          --link: #0b57a4; --focus: #0b57a4; --violation: #a81b0c; --unverified: #7a4b00; --notice: #4b5563;
          --valid: #1c6b45; --on: #fff; --proven: #3f8fb5; --amber: #f0b429; --amber-mark: #6b4200; --amber-thin: #b97700; --gap: #e3e5e8;
          --gap-mark: #4b4f55; --missing: #fff; --missing-mark: #111; --red: #b81f0a; --red-mark: #ff9d8a; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #15171a; --text: #e6e7e9; --soft: #a9adb3; --line: #43474d; --band: #202328; --link: #8ab8f0;
            --focus: #8ab8f0; --violation: #f28b7d; --unverified: #f0b95b; --notice: #b4bac3; --valid: #7fd0a5;
            --on: #15171a; --proven: #4f9fc4; --amber: #f0b429; --amber-mark: #5a3800; --amber-thin: #f0b429; --gap: #3a3e44;
            --gap-mark: #b9bdc3; --missing: #15171a; --missing-mark: #f4f4f5; --red: #f0553f; --red-mark: #5e0f05; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1rem 1.5rem 3rem; max-width: 90rem; background: var(--page); color: var(--text);
          font: 1rem/1.5 system-ui, sans-serif; }
        h1, h2, p { margin: 0; }
        h1 { font-size: 1.75rem; line-height: 1.2; }
        h2 { font-size: 1.25rem; margin: 2.25rem 0 .5rem; scroll-margin-top: .5rem; }
        section > p { margin: .5rem 0; max-width: 75rem; }
        a { color: var(--link); }
        code, .name, dd, .facts td { font-family: ui-monospace, monospace; font-size: .875rem; }
        :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
        .skip { position: absolute; left: -100rem; }
        .skip:focus { position: static; display: inline-block; padding: .5rem; }
        .tool { color: var(--soft); margin-bottom: .25rem; }
        .verdict { border-left: .5rem solid; padding: .5rem 0 .5rem 1rem; }
        .verdict.violated { border-color: var(--violation); } .violated h1 { color: var(--violation); }
        .verdict.unverified { border-color: var(--unverified); } .verdict.unverified h1 { color: var(--unverified); }
        .verdict.valid { border-color: var(--valid); } .valid h1 { color: var(--valid); }
        nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: .75rem 0 0; }
        .left-out { border: 1px solid var(--unverified); padding: .25rem .75rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-size: .9375rem; }
        th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); }
        thead th { border-bottom: 2px solid var(--line); white-space: nowrap; font-weight: 600; }
        tbody th { font-weight: 600; }
        .number { text-align: right; font-variant-numeric: tabular-nums; }
        .kinds th { white-space: nowrap; } .kinds { min-width: 48rem; } .facts th { white-space: nowrap; } .facts td { overflow-wrap: anywhere; }
        .badge { display: inline-block; border: 1px solid; border-radius: .25rem; padding: 0 .4rem; font-size: .875rem;
          white-space: nowrap; }
        .badge.violation { background: var(--violation); border-color: var(--violation); color: var(--on); font-weight: 600; }
        .badge.unverified { color: var(--unverified); } .badge.notice { color: var(--notice); }
        #table { width: 100%; min-width: 60rem; table-layout: fixed; }
        #table th:nth-child(1) { width: 6.75rem; } #table th:nth-child(2) { width: 13rem; }
        #table th:nth-child(3) { width: 17.5rem; } #table th:nth-child(4) { width: 14.5rem; }
        .time, .place { white-space: nowrap; } #table .place { white-space: normal; }
        #table td, #table th { overflow: hidden; overflow-wrap: anywhere; unicode-bidi: isolate; direction: ltr; }
        #table tbody th { font-weight: 400; overflow-wrap: normal; }
        #table td p, dd { unicode-bidi: isolate; direction: ltr; overflow: hidden; }
        .name { color: var(--soft); }
        summary { cursor: pointer; color: var(--link); width: max-content; }
        dl { margin: .25rem 0; } dl div { display: grid; grid-template-columns: 10rem 1fr; gap: 0 1rem; }
        dt { color: var(--soft); overflow-wrap: anywhere; } dd { margin: 0; overflow-wrap: anywhere; }
        thead button { all: unset; cursor: pointer; color: var(--link); }
        thead button:hover { text-decoration: underline; }
        thead button:focus-visible { outline: 3px solid var(--focus); }
        th[aria-sort=ascending] button::after { content: " \25B2"; content: " \25B2" / ""; }
        th[aria-sort=descending] button::after { content: " \25BC"; content: " \25BC" / ""; }
        .controls { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center; padding: .5rem .75rem;
          background: var(--band); margin: .5rem 0; }
        .controls[hidden], .picture[hidden] { display: none; }
        .controls fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0 .75rem; }
        .controls legend { float: left; padding: 0; margin-right: .75rem; }
        .controls select { max-width: 20rem; }
        .controls #chosen { flex-basis: 100%; }
        input, select, .controls button, .label button { font: inherit; color: inherit; }
        .controls input:not([type=checkbox]), .controls select, .controls button { background: var(--page);
          border: 1px solid var(--soft); border-radius: .25rem; padding: .15rem .5rem; }
        .controls button { cursor: pointer; } .controls button:disabled { color: var(--soft); cursor: default; }
        .legend { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style: none; padding: 0; margin: .75rem 0; }
        .legend li { display: flex; align-items: center; gap: .5rem; font-size: .875rem; }
        .sample { width: 32px; height: 22px; flex: none; }
        .patterns { position: absolute; width: 0; height: 0; }
        .picture { max-height: 36rem; overflow-y: auto; border: 1px solid var(--line); padding: 0 .75rem; }
        .row { display: grid; grid-template-columns: 18rem 1fr; gap: 1rem; align-items: center; padding: .15rem 0; }
        .row svg { width: 100%; height: 22px; overflow: visible; display: block; }
        .row + .row { border-top: 1px solid var(--line); }
        .axis { position: sticky; top: 0; background: var(--page); z-index: 1; color: var(--soft); }
        .axis text { font-size: .8125rem; fill: var(--soft); } .axis line { stroke: var(--soft); }
        .label { font-size: .875rem; overflow-wrap: anywhere; overflow: hidden; unicode-bidi: isolate; direction: ltr; }
        .label button { all: unset; cursor: pointer; }
        .label span, .trail { display: block; } .label .trail, #table .trail { color: var(--soft); }
        .label button:hover { text-decoration: underline; }
        .label button:focus-visible { outline: 3px solid var(--focus); outline-offset: -3px; }
        rect.nothing { fill: transparent; } rect.backfill { fill: var(--proven); } rect.proven { fill: var(--proven); }
        rect.unproven { fill: url(#unproven); } rect.gap { fill: url(#gap); stroke: var(--gap-mark); }
        rect.missing { fill: url(#missing); stroke: var(--missing-mark); stroke-width: 1.5; }
        rect.violation { fill: url(#violation); }
        rect.unproven.thin { fill: var(--amber-thin); } rect.gap.thin { fill: var(--gap); }
        rect.missing.thin { fill: var(--missing-mark); stroke: none; } rect.violation.thin { fill: var(--red); }
        .legend rect.nothing { stroke: var(--line); }
        #unproven .base { fill: var(--amber); } #gap .base { fill: var(--gap); } #missing .base { fill: var(--missing); }
        #violation .base { fill: var(--red); }
        .mark { fill: none; stroke-width: 1.5; }
        #unproven .mark { stroke: var(--amber-mark); } #gap .mark { fill: var(--gap-mark); }
        #missing .mark { stroke: var(--missing-mark); stroke-width: 1; } #violation .mark { stroke: var(--red-mark); }
        rect[role=button] { cursor: pointer; } rect[role=button]:focus { outline: 3px solid var(--focus); outline-offset: 2px; }
        .pointed { max-width: none; position: sticky; bottom: 0; background: var(--band); padding: .25rem .75rem; overflow-wrap: anywhere; }
        @media screen and (max-width: 50rem) {
          body { padding: .75rem .75rem 2rem; }
          .controls label, .controls select, .controls input { max-width: 100%; }
          .row { grid-template-columns: 1fr; gap: 0; } .axis .label { display: none; }
          .axis text:nth-of-type(even) { display: none; }
          #table, #table thead, #table tbody, #table tr, #table td, #table th { display: block; min-width: 0; width: auto; }
          #table tbody tr { border-bottom: 2px solid var(--line); padding: .4rem 0; }
          #table tbody td, #table tbody th { border: 0; padding: .1rem 0; }
          #table th:nth-child(n) { width: auto; }
          #table thead tr { display: flex; flex-wrap: wrap; gap: 0 1rem; }
          .facts, .facts tbody, .facts tr, .facts th, .facts td { display: block; } .facts th { border: 0; padding-bottom: 0; }
          dl div { grid-template-columns: 1fr; } dd { margin-bottom: .25rem; }
        }
        @media print {
          :root { color-scheme: light; --page: #fff; --text: #000; --soft: #333; --line: #999; --band: #fff; --link: #000;
            --violation: #a81b0c; --unverified: #7a4b00; --notice: #333; --valid: #1c6b45; --on: #fff; --proven: #3f8fb5;
            --amber: #f0b429; --amber-mark: #6b4200; --amber-thin: #b97700; --gap: #e3e5e8; --gap-mark: #4b4f55; --missing: #fff;
            --missing-mark: #111; --red: #b81f0a; --red-mark: #ff9d8a; }
          @page { size: A4 landscape; margin: 10mm; }
          html { font-size: 7pt; } body { padding: 0; max-width: none; line-height: 1.2; print-color-adjust: exact;
            -webkit-print-color-adjust: exact; }
          code, .name, dd, .facts td { font-size: .8125rem; }
          .skip, nav, .controls, #pager, .pointed, .scripted, summary, .again, td br { display: none; }
          h2 { margin-top: 1rem; break-after: avoid; } section > p { max-width: none; }
          .picture { max-height: none; overflow: visible; } .axis { position: static; }
          .row { grid-template-columns: 34rem 1fr; padding: 0; height: 1.5rem; break-inside: avoid; }
          .label span { display: inline; } .trail { display: inline; }
          .scroll { overflow: visible; } .kinds { min-width: 0; }
          tr { break-inside: avoid; } th, td { padding-top: .1rem; padding-bottom: .1rem; }
          #table, #table tbody { display: block; min-width: 0; } #table thead { display: none; }
          #table tr { display: block; border-bottom: 1px solid var(--line); padding: .2rem 0; }
          #table td, #table th { display: inline; border: 0; padding: 0 .75rem 0 0; overflow: visible; }
          #table td:last-child { display: contents; }
          #table tbody th { font-weight: 600; } .time, .place { white-space: normal; }
          #table td p { display: inline; overflow: visible; } #table td p.name { display: block; color: var(--text); }
          dl { margin: 0; } dl div { display: inline; padding-right: 1rem; } dt, dd { display: inline; overflow: visible; }
          .badge { padding: 0 .2rem; font-size: inherit; }
        }

        """#
}
