// Where the names of points stand in a chart of other questions, as bench/site/lettering.py finds it.
(function () {
  'use strict';

  const [GLYPH, LINE, POINT] = [6.3, 13, 6];
  const PLACES = [
    [9, 0, 'left'], [-9, 0, 'right'], [7, -11, 'left'], [7, 11, 'left'],
    [0, -14, 'center'], [0, 14, 'center'], [-7, -11, 'right'], [-7, 11, 'right'],
  ];
  const SHARE = { left: 0, right: 1, center: 0.5 };

  function around(x, y, align, name) {
    const wide = GLYPH * Array.from(name).length;
    const left = x - SHARE[align] * wide;
    return [left, y - LINE / 2, left + wide, y + LINE / 2];
  }

  const touch = (one, other) => one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];

  // A place for each name, the most important first; null where every place is taken.
  function letter(points, width, height, walls = []) {
    const taken = [...points.map(([x, y]) => [x - POINT, y - POINT, x + POINT, y + POINT]), ...walls];
    return points.map(([x, y, name], i) => {
      for (const [dx, dy, align] of PLACES) {
        const box = around(x + dx, y + dy, align, name);
        const inside = box[0] >= 0 && box[2] <= width && box[1] >= -LINE && box[3] <= height;
        if (inside && !taken.some((other, at) => at !== i && touch(box, other))) {
          taken.push(box);
          return { dx, dy, align };
        }
      }
      return null;
    });
  }

  // The lines of a front: along to the next point, then up to it.
  function walls(steps) {
    const next = steps.slice(1).map((to, i) => [steps[i], to]);
    return [
      ...next.map(([[x, y], [toX]]) => [x, y - 2, toX, y + 2]),
      ...next.map(([[, y], [toX, toY]]) => [toX - 2, toY, toX + 2, y]),
    ];
  }

  // Name the rows of a chart of costs, those on the front first, then the better ones.
  function named(rows, { width, height, layer }, top) {
    const [low, high] = layer[0].encoding.x.scale.domain;
    const across = (row) => width * Math.log10(row.cost / low) / Math.log10(high / low);
    const order = [...rows].sort((a, b) => b.front - a.front || b.gain - a.gain);
    const points = order.map((row) => [across(row), height * (1 - row.gain / top), row.row]);
    const steps = points.filter((_, i) => order[i].front).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const places = new Map(letter(points, width, height, walls(steps)).map((place, i) => [order[i], place]));
    return rows.map((row) => ({ ...row, named: places.get(row) !== null, ...places.get(row) }));
  }

  window.lettering = { letter, named };
})();
