export const cardStyle = `
.card {
  margin-top: .7rem; padding: .95rem 1.15rem 1rem; border: 1px solid var(--line); border-radius: .75rem;
  background: var(--surface); box-shadow: var(--shadow);
}
.card > header { display: flex; align-items: center; gap: .65rem; margin-bottom: .35rem; }
.card h3 { flex: 1; font-size: 1.0313rem; font-weight: 650; letter-spacing: -.01em; }
.verb { color: var(--tone); font-size: .875rem; font-weight: 600; white-space: nowrap; }
.card > p + p, .card > details { margin-top: .4rem; }
.card .lift code { padding: .1rem .45rem; border-radius: .35rem; background: var(--tint); color: var(--tone); font-weight: 600; }
.card.known, .card.kept { box-shadow: none; }
.card > details { padding-top: .4rem; border-top: 1px solid var(--line); }
.uses { margin: .25rem 0 0 1.1rem; list-style: disc; }
.uses li { padding-block: .1rem; }
.note p + p { margin-top: .1rem; }
.note { margin-top: 1rem; font-size: .9375rem; }
.findings > li { padding: .8rem 1.15rem; border: 1px solid var(--line); background: var(--surface); }
.findings > li + li { border-top: 0; }
.findings > li:first-child { border-start-start-radius: .75rem; border-start-end-radius: .75rem; }
.findings > li:last-child { border-end-start-radius: .75rem; border-end-end-radius: .75rem; }
.findings p + p { margin-top: .2rem; }
.group > details, .folded { margin-top: 1rem; }
.group > details > ul { margin-top: .5rem; }
.folded { padding: .7rem 1.15rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--surface); }
.names { columns: 14rem; gap: 1.5rem; margin-top: .5rem; font-size: .875rem; }
.names li { padding-block: .1rem; break-inside: avoid; }
.forecast { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin-top: 2rem; padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: .9375rem; }
.digest { user-select: all; color: var(--soft); }
`;
