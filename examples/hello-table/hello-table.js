/*
 * An extension in the AMD style: Qlik loads hello-table.js because it stands beside hello-table.qext under the
 * same name, and RequireJS loads what the first argument lists. `text!` gives a file's content as a string.
 */
define(['qlik', 'text!./hello-table.css', 'text!./template.html'], function (qlik, css, template) {
  'use strict';

  const style = document.createElement('style');
  style.textContent = css;
  document.head.appendChild(style);

  return {
    // What a new object starts with: an empty hypercube and how much of it arrives with the layout.
    initialProperties: {
      qHyperCubeDef: {
        qDimensions: [],
        qMeasures: [],
        qInitialDataFetch: [{ qWidth: 8, qHeight: 1000 }],
      },
    },

    // The property panel.
    definition: {
      type: 'items',
      component: 'accordion',
      items: {
        dimensions: { uses: 'dimensions', min: 1, max: 4 },
        measures: { uses: 'measures', min: 0, max: 4 },
        sorting: { uses: 'sorting' },
        settings: {
          uses: 'settings',
          items: {
            table: {
              type: 'items',
              label: 'Table',
              items: {
                selectable: {
                  ref: 'props.selectable',
                  type: 'boolean',
                  label: 'Rows can be selected',
                  defaultValue: true,
                },
              },
            },
          },
        },
      },
    },

    support: { snapshot: true, export: true, exportData: true },

    // Called at first, and whenever data, properties or size change.
    paint: function ($element, layout) {
      const cube = layout.qHyperCube;
      const page = cube.qDataPages[0];
      const table = createTable();
      const columns = [...cube.qDimensionInfo, ...cube.qMeasureInfo];

      table
        .querySelector('thead tr')
        .append(...columns.map((column) => cell('th', column.qFallbackTitle, isNumber(column))));
      table.querySelector('tbody').append(...(page ? page.qMatrix : []).map((row) => tableRow(row, columns)));

      if (layout.props && layout.props.selectable) {
        const { backendApi } = this;
        table.classList.add('clickable');
        table.querySelectorAll('tbody tr').forEach((tr, index) => {
          const value = page.qMatrix[index][0].qElemNumber;
          // Negative numbers stand for totals and nulls, which cannot be selected.
          if (value >= 0) tr.addEventListener('click', () => backendApi.selectValues(0, [value], true));
        });
      }

      $element.empty().append(table);
      return qlik.Promise.resolve();
    },
  };

  function createTable() {
    const holder = document.createElement('div');
    holder.innerHTML = template;
    return holder.firstElementChild;
  }

  function tableRow(row, columns) {
    const tr = document.createElement('tr');
    tr.append(...row.map((value, index) => cell('td', value.qText, isNumber(columns[index]))));
    return tr;
  }

  // textContent, never innerHTML: field values are data, not markup.
  function cell(tag, text, number) {
    const element = document.createElement(tag);
    element.textContent = text;
    if (number) element.className = 'number';
    return element;
  }

  // Dimensions know the fields they come from, measures do not.
  function isNumber(column) {
    return column.qGroupFieldDefs === undefined;
  }
});
