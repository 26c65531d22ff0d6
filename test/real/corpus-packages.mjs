/** Packages of npm that hold a `.qext`, in the versions that the corpus is made of. */

const nebula = {
  'action-button': ['1.23.0'],
  'bar-chart': ['1.12.20', '1.39.14', '2.14.0'],
  'bullet-chart': ['1.9.19', '1.19.6', '1.22.1'],
  'combo-chart': ['1.8.12', '1.17.7', '1.26.5'],
  'filter-pane': ['0.14.0'],
  'funnel-chart': ['0.3.7', '1.3.13', '1.6.1'],
  'grid-chart': ['1.4.21', '1.8.6', '1.11.1'],
  kpi: ['0.6.0', '0.9.0', '1.0.0'],
  'line-chart': ['1.30.10', '1.47.7'],
  map: ['0.9.2'],
  'mekko-chart': ['1.0.6', '1.4.7'],
  'nav-menu': ['0.14.1'],
  'org-chart': ['1.0.3'],
  'pie-chart': ['1.17.0', '1.26.7'],
  'pivot-table': ['1.0.2', '2.3.0', '2.6.1'],
  'sankey-chart': ['0.5.17', '1.4.29', '1.10.0'],
  'scatter-plot': ['1.0.2', '3.7.0', '3.44.0'],
  slider: ['0.20.0'],
  table: ['1.4.1', '1.14.0', '2.9.1'],
};

const others = ['sense-extension-recipes@0.2.1', 'qliksense-extension-tutorial@0.14.1'];

/** `name@version` */
export const corpus = [
  ...Object.entries(nebula).flatMap(([name, versions]) =>
    versions.map((version) => `@nebula.js/sn-${name}@${version}`),
  ),
  ...others,
];
