export const diffStyle = `
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
