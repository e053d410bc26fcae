// The points of a live chart by keyboard: each is reached, says its numbers, and shows what a pointer at it would.
(function () {
  'use strict';

  const POINTS = '.role-mark:is(.mark-symbol, .mark-rect) path';
  const HINT = 'Arrow keys: left and right within a row, up and down from row to row.';

  // The points of each row, in the order of the chart's records.
  function rowsOf(place) {
    const rows = new Map();
    for (const point of place.querySelectorAll(POINTS)) {
      const { row } = point.__data__.datum;
      rows.set(row, [...(rows.get(row) || []), point]);
    }
    return [...rows.values()];
  }

  // Where a key leads from a point; where there is one point a row, all four arrows lead from row to row.
  function next(rows, point, key) {
    const all = rows.flat();
    const at = all.indexOf(point);
    const r = rows.findIndex((row) => row.includes(point));
    const below = (other) => other && other[Math.min(rows[r].indexOf(point), other.length - 1)];
    return {
      ArrowRight: () => all[at + 1], ArrowLeft: () => all[at - 1],
      ArrowDown: () => below(rows[r + 1]), ArrowUp: () => below(rows[r - 1]),
      Home: () => all[0], End: () => all[all.length - 1],
    }[key];
  }

  // Where the nearest point is looked for, a pointer meets the cell around a point instead.
  function met(place, point) {
    const cells = place.querySelectorAll('.role-mark.mark-path path');
    return Array.from(cells).find((cell) => cell.__data__.datum === point.__data__) || point;
  }

  function send(place, point, ...kinds) {
    const box = point.getBoundingClientRect();
    const at = { bubbles: true, clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
    for (const kind of kinds) met(place, point).dispatchEvent(new PointerEvent(kind, at));
  }

  // Let a keyboard into a chart: one point is in the order of tabs, arrows lead to the others.
  function open(place, title) {
    const rows = rowsOf(place);
    place.ariaLabel = `${title}. ${HINT}`;
    rows.flat().forEach((point, i) => point.setAttribute('tabindex', i ? '-1' : '0'));
    place.addEventListener('focusin', ({ target }) => send(place, target, 'pointerover', 'pointermove'));
    place.addEventListener('focusout', ({ target }) => send(place, target, 'pointerout', 'mouseout'));
    place.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') send(place, event.target, 'pointerout', 'mouseout');
      const lead = next(rows, event.target, event.key);
      if (!lead) return;
      event.preventDefault();
      const point = lead() || event.target;
      event.target.setAttribute('tabindex', '-1');
      point.setAttribute('tabindex', '0');
      point.focus();
    });
    const hint = document.createElement('p');
    hint.className = 'hint';
    hint.textContent = HINT;
    place.append(hint);
    return rows.flat()[0];
  }

  window.points = { open };
})();
