/**
 * Types of objects that come with Qlik itself, so that an app with one refers to no extension.
 *
 * Sources: Qlik's help on the Visualization API ("<type> properties", one page a chart), qlik.dev's pages of the `sn-`
 * charts, Qlik's client library (`@qlik/api`, its lists and their `qType`), and Qlik's own sample layouts. The list is
 * for `--missing` only: a type that Qlik adds later shows up there until it is named here, and what the tenant holds
 * (bundled extensions too) never does.
 */

const charts = [
  'action-button',
  'auto-chart',
  'barchart',
  'boxplot',
  'bulletchart',
  'combochart',
  'container',
  'distributionplot',
  'filterpane',
  'gauge',
  'histogram',
  'kpi',
  'linechart',
  'listbox',
  'map',
  'mekkochart',
  'piechart',
  'pivot-table',
  'qlik-funnel-chart-ext',
  'qlik-sankey-chart-ext',
  'scatterplot',
  'table',
  'text-image',
  'treemap',
  'waterfallchart',
];

const nebulaCharts = [
  'sn-animator',
  'sn-calendar',
  'sn-filter-pane',
  'sn-grid-chart',
  'sn-image',
  'sn-layout-container',
  'sn-line-chart',
  'sn-nav-menu',
  'sn-org-chart',
  'sn-pivot-table',
  'sn-shape',
  'sn-slider',
  'sn-tabbed-container',
  'sn-table',
  'sn-text',
  'sn-video-player',
];

/** What an app consists of besides its charts. */
const parts = [
  'ColorMap',
  'LoadModel',
  'appprops',
  'bookmark',
  'dimension',
  'dynamicappview',
  'embeddedsnapshot',
  'hiddenbookmark',
  'masterobject',
  'measure',
  'odagapplink',
  'sheet',
  'slide',
  'slideitem',
  'snapshot',
  'story',
  'variable',
];

/** Sense Classic, Focus, Breeze and Horizon. */
const themes = ['theme:sense', 'theme:card', 'theme:breeze', 'theme:horizon'];

const native: ReadonlySet<string> = new Set([...charts, ...nebulaCharts, ...parts, ...themes]);

/** Lists such as `SheetList` exist for a session only, and an empty type says nothing. */
export function isNative(type: string): boolean {
  return type === '' || native.has(type) || /^[A-Z]\w*List$/.test(type);
}

/** An extension of this name cannot be told from what comes with Qlik. */
export function isOwnedByQlik(name: string): boolean {
  return native.has(name);
}
