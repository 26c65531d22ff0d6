/*
 * A supernova of nebula.js: progress-ring.qext says "supernova": true, and this UMD module gives a function of
 * the environment. Written by hand so that it can be read; `nebula build` would bundle and minify one like it, and
 * `nebula sense` would put it in dist/ behind a one-line entry. The host provides @nebula.js/stardust.
 */
((root, factory) => {
  if (typeof define === 'function' && define.amd) define(['@nebula.js/stardust'], factory);
  else if (typeof module === 'object' && module.exports)
    module.exports = factory(require('@nebula.js/stardust'));
  else root['progress-ring'] = factory(root.stardust);
})(typeof self === 'undefined' ? this : self, (stardust) => {
  'use strict';

  const { useEffect, useElement, useLayout, useRect } = stardust;
  const SVG = 'http://www.w3.org/2000/svg';
  const RADIUS = 40;
  const LENGTH = 2 * Math.PI * RADIUS;

  const properties = {
    qHyperCubeDef: {
      qDimensions: [],
      qMeasures: [],
      qInitialDataFetch: [{ qWidth: 2, qHeight: 1 }],
    },
    ring: { color: '#009845', thickness: 10 },
  };

  // First measure: where we are. Second measure: where we want to be; 1 (100 %) where there is none.
  const targets = [{ path: '/qHyperCubeDef', dimensions: { min: 0, max: 0 }, measures: { min: 1, max: 2 } }];

  const definition = {
    type: 'items',
    component: 'accordion',
    items: {
      data: { uses: 'data' },
      settings: {
        uses: 'settings',
        items: {
          ring: {
            type: 'items',
            label: 'Ring',
            items: {
              color: { ref: 'ring.color', type: 'string', label: 'Colour', expression: 'optional' },
              thickness: {
                ref: 'ring.thickness',
                type: 'number',
                component: 'slider',
                label: 'Thickness',
                min: 4,
                max: 20,
                step: 1,
              },
            },
          },
        },
      },
    },
  };

  return () => ({
    qae: { properties, data: { targets } },
    ext: { definition, support: { snapshot: true, export: true, exportData: true } },
    component() {
      const element = useElement();
      const layout = useLayout();
      const { width, height } = useRect();

      useEffect(() => {
        const size = Math.min(width, height);
        if (size > 0) element.replaceChildren(drawRing(layout, size));
      }, [element, layout, width, height]);
    },
  });

  function drawRing({ qHyperCube, ring }, size) {
    const row = (qHyperCube.qDataPages[0] && qHyperCube.qDataPages[0].qMatrix[0]) || [];
    const [value, target] = row;
    const share = value ? clamp(value.qNum / (target ? target.qNum : 1)) : 0;

    const svg = shape('svg', { viewBox: '0 0 100 100', width: size, height: size, role: 'img' });
    svg.setAttribute('aria-label', value ? value.qText : '');
    svg.append(
      circle({ stroke: '#e6e6e6', 'stroke-width': ring.thickness }),
      circle({
        stroke: ring.color,
        'stroke-width': ring.thickness,
        'stroke-dasharray': `${LENGTH * share} ${LENGTH}`,
        transform: 'rotate(-90 50 50)',
      }),
      label(value ? value.qText : '-'),
    );
    return svg;
  }

  function circle(attributes) {
    return shape('circle', { cx: 50, cy: 50, r: RADIUS, fill: 'none', ...attributes });
  }

  function label(text) {
    const element = shape('text', { x: 50, y: 50, 'text-anchor': 'middle', 'dominant-baseline': 'central' });
    element.textContent = text;
    return element;
  }

  function shape(name, attributes) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  }

  // NaN, which an empty selection gives, counts as nothing reached.
  function clamp(share) {
    return share > 0 ? Math.min(share, 1) : 0;
  }
});
