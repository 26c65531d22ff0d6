/*
 * The entry of an extension of several files: what Qlik calls is here, what it is made of is beside it.
 * Paths that begin with ./ are relative to this file, wherever Qlik serves the extension from.
 */
define([
  'qlik',
  './properties',
  './tiles',
  './translate',
  'text!./styles/board.css',
  'text!./styles/tile.css',
], function (qlik, properties, tiles, translate, boardCss, tileCss) {
  'use strict';

  const style = document.createElement('style');
  style.textContent = boardCss + tileCss;
  document.head.appendChild(style);

  return {
    initialProperties: properties.initial,
    definition: properties.definition,
    support: { snapshot: true, export: true, exportData: true },

    paint: function ($element, layout) {
      const rows = readRows(layout.qHyperCube);
      const board = document.createElement('div');
      board.className = 'status-board';
      if (rows.length === 0) board.textContent = translate('board.empty');
      board.append(...rows.map((row) => tiles.create(row, layout.limits)));

      // One listener for all tiles; selecting is Qlik's, so undo and the selection bar work.
      board.addEventListener('click', (event) => {
        const tile = event.target.closest('[data-value]');
        if (tile) this.backendApi.selectValues(0, [Number(tile.dataset.value)], true);
      });

      $element.empty().append(board);
      return qlik.Promise.resolve();
    },
  };

  function readRows(cube) {
    return cube.qDataPages
      .flatMap((page) => page.qMatrix)
      .filter(([dimension]) => dimension.qElemNumber >= 0)
      .map(([dimension, measure]) => ({
        value: dimension.qElemNumber,
        label: dimension.qText,
        number: measure.qNum,
        text: measure.qText,
      }));
  }
});
