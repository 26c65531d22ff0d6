/* What a new board starts with, and its property panel. */
define(['./translate'], function (translate) {
  'use strict';

  const limit = (name) => ({
    ref: `limits.${name}`,
    type: 'number',
    label: translate(`limits.${name}`),
    expression: 'optional',
  });

  return {
    initial: {
      qHyperCubeDef: {
        qDimensions: [],
        qMeasures: [],
        qInitialDataFetch: [{ qWidth: 2, qHeight: 500 }],
      },
      limits: { warning: 80, alarm: 50 },
    },

    definition: {
      type: 'items',
      component: 'accordion',
      items: {
        dimensions: { uses: 'dimensions', min: 1, max: 1 },
        measures: { uses: 'measures', min: 1, max: 1 },
        sorting: { uses: 'sorting' },
        settings: {
          uses: 'settings',
          items: {
            limits: {
              type: 'items',
              label: translate('limits.title'),
              items: { warning: limit('warning'), alarm: limit('alarm') },
            },
          },
        },
      },
    },
  };
});
