export const baseStyle = `
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
