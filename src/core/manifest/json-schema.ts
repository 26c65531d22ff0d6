/**
 * `qext.schema.json`, for editors. Only the build loads this. The fields that `fields.ts` checks are required and typed;
 * the others are those that Qlik documents (qlik.dev, "Configure your extension package" and the Extensions API) or that
 * real files hold. Qlik ignores unknown fields, so they are allowed, and treats `null` and `""` as absent.
 */

function text(description: string, ...examples: readonly string[]) {
  return { type: ['string', 'null'], description, ...(examples.length > 0 && { examples }) };
}

const person = {
  name: text('Their name.', 'Acme Analytics'),
  email: text('Their address for mail.', 'charts@example.com'),
  url: text('Their page.', 'https://example.com'),
};

const properties = {
  name: {
    type: 'string',
    minLength: 1,
    description:
      'What people see in the assets panel. The identity is the name of this file, which the script beside it shares.',
    examples: ['KPI card'],
  },
  type: {
    type: 'string',
    minLength: 1,
    description: 'What this is. qlik-sync deploys visualizations and skips other types with a notice.',
    examples: ['visualization', 'theme', 'mashup', 'widget-library', 'visualization-template'],
    default: 'visualization',
  },
  version: {
    type: ['string', 'number', 'null'],
    description:
      'The version of the extension. Semantic versioning lets qlik-sync tell higher from lower. Prefer text: the number 1.10 is 1.1.',
    examples: ['1.0.0'],
  },
  description: text('Shown in the preview.', 'One measure against its target'),
  icon: text(
    'The icon in the assets panel, by its name in the icon set of Qlik. Default: extension.',
    ...['extension', 'bar-chart-vertical', 'filterpane', 'gauge-chart', 'line-chart', 'list', 'map'],
    ...['pie-chart', 'scatter-chart', 'table', 'text-image', 'treemap'],
  ),
  preview: text('The preview image, relative to this file. Default: the icon.', 'preview.png'),
  supernova: {
    type: ['boolean', 'null'],
    description: 'true: built with nebula.js. Qlik can turn this on in place, but never off. Default: false.',
  },
  author: {
    type: ['string', 'object', 'null'],
    properties: person,
    description: 'Who wrote it. Qlik keeps text only.',
    examples: ['Acme Analytics', { name: 'Acme Analytics', email: 'charts@example.com' }],
  },
  contributors: {
    type: ['array', 'null'],
    items: { type: ['string', 'object'], properties: person },
    description: 'Who else worked on it.',
  },
  title: text('Another name to show.'),
  keywords: {
    type: ['string', 'array', 'null'],
    items: { type: 'string' },
    description: 'Words to search by, separated by commas. Qlik keeps text only.',
    examples: ['qlik-sense, visualization, kpi'],
  },
  license: text('The licence, as an SPDX identifier.', 'MIT'),
  homepage: text('The address of its page.', 'https://example.com/kpi-card'),
  repository: {
    type: ['string', 'object', 'null'],
    description: 'The address of its source. Qlik keeps text only.',
    examples: ['https://example.com/kpi-card.git'],
  },
  supplier: text('Who supplies it.', 'Acme Analytics'),
  dependencies: {
    type: ['object', 'null'],
    additionalProperties: { type: 'string' },
    description: 'What it needs, as ranges of versions by name.',
    examples: [{ 'qlik-sense': '>=3.0.x' }],
  },
  bundle: {
    type: ['object', 'null'],
    properties: {
      id: text('The identity of the bundle.', 'acme-charts'),
      name: text('What people see.', 'Acme charts'),
      description: text('What is in it.'),
      url: text('The address of its page.'),
    },
    description: 'The bundle that it belongs to.',
  },
  deprecated: text('The date since when it should not be used any more.', '2026-12-31'),
  loadpath: text('The entry script, relative to this file. Default: the script with the name of this file.'),
};

export const qextJsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'urn:qlik-sync:qext.schema.json',
  title: 'Qlik extension manifest (.qext)',
  description: 'What a Qlik Sense or Qlik Cloud extension says of itself.',
  type: 'object',
  properties,
  required: ['name', 'type'],
  examples: [
    {
      name: 'KPI card',
      description: 'One measure against its target',
      type: 'visualization',
      version: '1.0.0',
      icon: 'gauge-chart',
      preview: 'preview.png',
      author: 'Acme Analytics',
      supernova: true,
    },
  ],
};
