export const headStyle = `
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
