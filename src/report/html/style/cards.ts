export const cardStyle = `
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
