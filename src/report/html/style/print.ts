/** On paper: light, without shadows, cards whole. What is folded on the screen stays folded. */

export const printStyle = `
@media print {
  body { background: none; }
  main, .overview, footer { max-width: none; padding-inline: 0; }
  .card, .tile, .findings > li, .callout { break-inside: avoid; box-shadow: none; }
  h2 { break-after: avoid; }
  pre { max-height: none; white-space: pre-wrap; }
  .line { min-width: 0; }
}
`;
