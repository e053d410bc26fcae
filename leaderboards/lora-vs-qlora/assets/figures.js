// What a cell of a table says of a score and of a difference, as bench/site/figures.py says it.
(function () {
  'use strict';

  const { page, stats } = window;
  const { percent, points } = page;

  function describe(score) {
    const how = score.interval === 'clustered' ? 'clustered by database' : 'Wilson';
    const k = Number.isInteger(score.k) ? score.k : score.k.toFixed(1);
    return `${k} of ${score.n}; 95 % interval ${percent(score.low)} to ${percent(score.high)} (${how})`;
  }

  function proportion(score) {
    return score.n ? { text: percent(score.value), number: score.value, title: describe(score), score } : { text: '–' };
  }

  function difference(one, adjusted) {
    const bounds = one.low === null ? ''
      : `95 % interval ${points(Math.max(-1, one.low))} to ${points(Math.min(1, one.high))}, `;
    return {
      text: points(one.value),
      number: one.value,
      title: `${bounds}${page.amount(one.gained)} question${one.gained === 1 ? '' : 's'} gained, ${page.amount(one.lost)} lost; `
        + `exact McNemar p ${page.chance(one.p)}, by Holm ${page.chance(adjusted)}`,
      told: adjusted <= stats.ALPHA,
    };
  }

  window.figures = { proportion, difference };
})();
