/* One tile. The icons are part of the extension: an image from another host would need a CSP entry. */
define([
  './translate',
  'text!./icons/ok.svg',
  'text!./icons/warning.svg',
  'text!./icons/alarm.svg',
], function (translate, ok, warning, alarm) {
  'use strict';

  const icons = { ok, warning, alarm };

  return { create };

  function create(row, limits) {
    const status = statusOf(row.number, limits);
    const tile = document.createElement('button');
    tile.type = 'button';
    tile.className = `status-tile ${status}`;
    tile.dataset.value = row.value;
    tile.title = translate(`status.${status}`);

    const icon = document.createElement('span');
    icon.className = 'icon';
    icon.innerHTML = icons[status];
    tile.append(icon, text('label', row.label), text('measure', row.text));
    return tile;
  }

  function statusOf(number, { warning: warningBelow, alarm: alarmBelow }) {
    if (number < alarmBelow) return 'alarm';
    return number < warningBelow ? 'warning' : 'ok';
  }

  function text(className, content) {
    const element = document.createElement('span');
    element.className = className;
    element.textContent = content;
    return element;
  }
});
