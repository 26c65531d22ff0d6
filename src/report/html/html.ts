/** A run as one self-contained page: no script, nothing loaded, readable in the dark, on paper and without a mouse. */

import { createHash } from 'node:crypto';
import { html } from '../escape-html.js';
import type { RunResult } from '../run-result.js';
import { titleOf } from '../title.js';
import { verdictOf } from '../verdict.js';
import { renderOverview } from './overview.js';
import { renderPart } from './part.js';
import { style } from './style.js';

export function renderHtml(result: RunResult): string {
  const { parts, tool } = result;
  const [first] = parts;
  const title = first === undefined || parts.length > 1 ? result.command : titleOf(first);
  const words =
    first === undefined || parts.length > 1 ? `${parts.length} environments` : verdictOf(first).words;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="${tool}">
<title>${title}: ${words} – qlik-sync</title>
<style>${{ markup: style }}</style>
</head>
<body>
${parts.length > 1 ? renderOverview(result) : undefined}
<main>
${parts.map((part, index) => renderPart(part, index))}
</main>
<footer>${tool}</footer>
</body>
</html>
`;
  return page.markup;
}

/** Nothing may be loaded, run, sent or framed; only this very style sheet applies. */
function policy(): string {
  const hash = createHash('sha256').update(style).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}
