/** The style of the HTML report. */

const baseStyle = `
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
main, .overview, footer { max-width: 64rem; margin-inline: auto; padding-inline: clamp(1rem, 4vw, 2rem); }
main > article { padding-block: clamp(1.5rem, 5vw, 3rem) 2rem; }
main > article + article { border-top: 1px solid var(--line); }
h1, h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
ul { list-style: none; }
h2 { font-size: 1.0625rem; letter-spacing: -.01em; }
code, pre, h3, .digest, .names { font-family: ui-monospace, "SF Mono", SFMono-Regular, "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { font-size: .875em; }
a { color: inherit; }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; border-radius: .4rem; }
.soft { color: var(--soft); font-weight: 400; }
.sides, .hint { color: var(--soft); font-size: .875rem; }
.label { color: var(--soft); font-size: .8125rem; font-weight: 600; }
.pill {
  display: inline-block; padding: .05rem .55rem; border-radius: 99rem;
  background: var(--tint); color: var(--tone); font-size: .8125rem; font-weight: 600; white-space: nowrap;
}
table { width: 100%; border-collapse: collapse; font-size: .9375rem; overflow-wrap: break-word; }
th, td { padding: .55rem .75rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
thead th { color: var(--soft); font-size: .8125rem; font-weight: 600; }
tbody tr:last-child > * { border-bottom: 0; }
tbody th { font-weight: 600; }
.number { text-align: end; }
.scroll { overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; }
summary { cursor: pointer; padding: .25rem 0; font-weight: 550; }
summary::marker { color: var(--soft); }
summary:hover { color: var(--blue); }
footer { padding-block: 1rem 2.5rem; color: var(--soft); font-size: .8125rem; }
`;

const cardStyle = `
.group { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: 0 1.5rem; padding-top: 1.1rem; border-top: 1px solid var(--line); }
.group, .counters + .group { margin-top: 1.75rem; }
.group h2 { display: flex; gap: .5rem; align-items: baseline; align-self: start; position: sticky; top: 1rem; margin: .55rem 0 0; }
.body > * + * { margin-top: .7rem; }
@media (max-width: 48rem) { .group { grid-template-columns: minmax(0, 1fr); } .group h2 { position: static; margin: 0 0 .6rem; } }
.card {
  padding: .95rem 1.15rem 1rem; border: 1px solid var(--line); border-radius: .75rem;
  background: var(--surface); box-shadow: var(--shadow);
}
.card > header { display: flex; align-items: center; gap: .65rem; margin-bottom: .35rem; }
.card h3 { flex: 1; font-size: 1.0313rem; font-weight: 650; letter-spacing: -.01em; }
.verb { color: var(--tone); font-size: .875rem; font-weight: 600; white-space: nowrap; }
.card > p + p, .card > details { margin-top: .4rem; }
.card .lift code { padding: .1rem .45rem; border-radius: .35rem; background: var(--tint); color: var(--tone); font-weight: 600; }
.card.known, .card.kept { box-shadow: none; }
.card > details { padding-top: .4rem; border-top: 1px solid var(--line); }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .75rem; margin-block: .6rem; }
figure { margin: 0; }
figcaption { color: var(--soft); font-size: .8125rem; font-weight: 600; }
img { display: block; width: 100%; height: auto; border: 1px solid var(--line); border-radius: .35rem; background: #fff; }
.uses { margin: .25rem 0 0 1.1rem; list-style: disc; }
.uses li { padding-block: .1rem; }
.note p + p { margin-top: .1rem; }
.note { padding-top: .55rem; color: var(--soft); font-size: .9375rem; }
.findings > li { padding: .8rem 1.15rem; border: 1px solid var(--line); background: var(--surface); }
.findings > li + li { border-top: 0; }
.findings > li:first-child { border-start-start-radius: .75rem; border-start-end-radius: .75rem; }
.findings > li:last-child { border-end-start-radius: .75rem; border-end-end-radius: .75rem; }
.findings p + p { margin-top: .2rem; }
.folded .findings { margin-top: .6rem; }
.folded .findings > li { padding-inline: 0; border-width: 1px 0 0; border-radius: 0; }
.folded { padding: .7rem 1.15rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--surface); }
.names { columns: 14rem; gap: 1.5rem; margin-top: .5rem; font-size: .875rem; }
.names li { padding-block: .1rem; break-inside: avoid; }
.digest { user-select: all; font-size: .8125rem; }
`;

/** Light and dark. All text has a contrast of at least 4.5 on every background it appears on (WCAG AA). */
const colours = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --surface: #ffffff; --sunk: #f0f2f5; --line: #dde1e7; --ink: #17202b; --soft: #566170;
  --green: #146c43; --green-tint: #e3f4ea; --blue: #1d5bb5; --blue-tint: #e6effb;
  --violet: #6d3bb8; --violet-tint: #f0e9fb; --red: #b3261e; --red-tint: #fce9e7;
  --amber: #875300; --amber-tint: #fdf1dc; --grey: #566170; --grey-tint: #eceff3;
  --shadow: 0 1px 2px rgb(23 32 43 / 6%), 0 4px 16px rgb(23 32 43 / 5%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1318; --surface: #181e26; --sunk: #11161c; --line: #2a323d; --ink: #e7ebf0; --soft: #a0abb8;
    --green: #6fd39c; --green-tint: #14301f; --blue: #8db8f5; --blue-tint: #152a47;
    --violet: #c3a2f2; --violet-tint: #2a1d44; --red: #f5a39c; --red-tint: #3f1815;
    --amber: #f0bf6a; --amber-tint: #38270a; --grey: #a0abb8; --grey-tint: #232b35;
    --shadow: 0 1px 2px rgb(0 0 0 / 40%);
  }
}
.create, .good, .added, .plus { --tone: var(--green); --tint: var(--green-tint); }
.update, .news, .changed, .differs { --tone: var(--blue); --tint: var(--blue-tint); }
.replace { --tone: var(--violet); --tint: var(--violet-tint); }
.delete, .bad, .removed, .minus, .worse { --tone: var(--red); --tint: var(--red-tint); }
.blocked, .drift, .attention { --tone: var(--amber); --tint: var(--amber-tint); }
.kept, .known, .same, .none { --tone: var(--grey); --tint: var(--grey-tint); }
`;

const diffStyle = `
.differences > :not(summary) { margin-top: .45rem; }
.file { font-size: .9375rem; }
.kind { display: inline-block; min-width: 4.6rem; color: var(--tone); font-size: .8125rem; font-weight: 600; }
summary .kind { min-width: 3.6rem; }
.fields { font-size: .875rem; }
pre {
  margin: .35rem 0 .6rem; padding: .6rem 0; overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem;
  background: var(--sunk); font-size: .8125rem; line-height: 1.5; overflow-wrap: normal; tab-size: 4; max-height: 34rem;
}
.line { display: block; min-width: max-content; padding-inline: .9rem; color: var(--ink); }
.line.plus, .line.minus { background: var(--tint); color: var(--tone); }
.line.hunk { color: var(--soft); }
`;

const headStyle = `
.brand { display: inline-flex; align-items: center; gap: .5rem; color: var(--soft); font-size: .875rem; font-weight: 650; letter-spacing: .01em; }
.brand::before { content: ""; width: .7rem; height: .7rem; border-radius: 50%; border: .2rem solid var(--green); }
.head { display: grid; grid-template-columns: 1fr auto; align-items: end; gap: .35rem 1.5rem; }
.head .brand, .head .facts { grid-column: 1 / -1; }
h1 { font-size: clamp(1.75rem, 5vw, 2.5rem); line-height: 1.15; font-weight: 700; letter-spacing: -.025em; }
.verdict {
  display: inline-flex; align-items: center; gap: .55rem; padding: .4rem .95rem .4rem .45rem; border-radius: 99rem;
  background: var(--tint); color: var(--tone); font-weight: 650;
}
.mark {
  display: inline-grid; place-items: center; width: 1.6rem; height: 1.6rem; border-radius: 50%;
  background: var(--tone); color: var(--surface); font-size: .9375rem; line-height: 1;
}
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin-top: 1rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.facts dt { color: var(--soft); font-size: .8125rem; }
.facts dd { font-size: .9375rem; font-weight: 550; }
.overview ~ main .brand { display: none; }
.overview ~ main h1 { font-size: clamp(1.5rem, 4vw, 2rem); }
.overview { padding-block: clamp(1.5rem, 5vw, 3rem) .5rem; }
.overview .scroll { margin-block: 1.25rem .75rem; box-shadow: var(--shadow); }
.callout {
  margin-top: 1.5rem; padding: 1rem 1.25rem; border: 1px solid var(--red); border-radius: .75rem;
  background: var(--red-tint);
}
.callout .label { color: var(--red); }
.callout .message { font-weight: 600; }
.callout .hint, .callout .sides { margin-top: .25rem; color: var(--ink); }
.counters { margin-top: 1.5rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .6rem; }
.tile { position: relative; border-radius: .75rem; background: var(--surface); border: 1px solid var(--line); box-shadow: var(--shadow); }
.tile a, .tile.none { display: block; padding: .8rem 1rem .7rem; color: inherit; text-decoration: none; }
.tile strong { display: block; font-size: 2rem; line-height: 1.1; font-weight: 700; letter-spacing: -.03em; color: var(--tone); }
.tile .symbol { position: absolute; inset-block-start: .75rem; inset-inline-end: .85rem; }
.tile a:hover { background: var(--tint); border-radius: inherit; }
.tile.none { box-shadow: none; background: none; }
.tile.none, .tile.none strong { color: var(--soft); }
.tile.none strong { font-weight: 400; }
.tile.none .symbol { background: none; color: var(--soft); }
.symbol {
  display: inline-grid; place-items: center; flex: none; width: 1.5rem; height: 1.5rem; border-radius: .45rem;
  background: var(--tint); color: var(--tone); font-weight: 700; line-height: 1;
}
.bar { display: block; margin: .9rem 0 .5rem; border-radius: 99rem; background: var(--grey-tint); }
.bar rect { fill: var(--tone); }
.bar .same, .bar .kept, .bar .known { fill: var(--line); }
@media (max-width: 36rem) { .head { grid-template-columns: 1fr; justify-items: start; } .tiles { grid-template-columns: repeat(3, 1fr); } .tile a, .tile.none { padding-inline: .75rem; } }
`;

/** On paper: light, without shadows, cards unbroken. What is folded on the screen stays folded. */
const printStyle = `
@media print {
  body { background: none; }
  main, .overview, footer { max-width: none; padding-inline: 0; }
  .card, .tile, .findings > li, .callout { break-inside: avoid; box-shadow: none; }
  h2 { break-after: avoid; }
  pre { max-height: none; white-space: pre-wrap; }
  .line { min-width: 0; }
}
`;

/** The page's only style sheet: its hash is in the page's policy, so no other style applies. */
export const style = [colours, baseStyle, headStyle, cardStyle, diffStyle, printStyle].join('');
