// The tables of gains and costs: one method of a model against another, on the questions that are chosen.
// Every pair of rows is tested once, whichever way round and however often it is shown.
(function () {
  'use strict';

  const { Cell, figures, page, stats } = window;

  class Gains {
    constructor(section, results) {
      this.results = results;
      this.tables = Array.from(section.querySelectorAll('table.gains'), (table) => {
        const keys = Array.from(table.tHead.rows[0].cells, (header) => header.dataset.key);
        const rows = Array.from(table.tBodies[0].rows, (row) => ({
          row,
          first: Number(row.dataset.first),
          second: Number(row.dataset.second),
          cells: new Map(['gain', 'score', 'seconds per question'].map((key) => [key, new Cell(row.cells[keys.indexOf(key)])])),
        }));
        const fold = table.closest('details');
        const met = fold && fold.querySelector('.met');
        return { rows, met, all: met && met.textContent, whole: fold || table.parentElement };
      });
    }

    // Show the pairs of which both rows are chosen; without a choice, all as made.
    show(reading) {
      const found = reading.partial ? this.test(reading) : null;
      for (const { rows, met, all, whole } of this.tables) {
        for (const { row, first, second, cells } of rows) {
          row.hidden = !reading.shown.has(first) || !reading.shown.has(second);
          if (row.hidden) continue;
          cells.get('gain').show(found && found.get(`${first} ${second}`));
          cells.get('score').show(reading.filtered ? this.ratio(reading, first, second) : undefined);
          cells.get('seconds per question').show(
            reading.filtered ? { text: '–', title: 'not known for a part of the questions' } : undefined);
        }
        const left = rows.filter(({ row }) => !row.hidden).length;
        whole.hidden = left === 0;
        if (met) met.textContent = left < rows.length ? `${left} of ${all}` : all;
      }
    }

    // Every pair's difference, seen from both sides, by Holm over all pairs that are shown.
    test(reading) {
      const shown = this.tables.flatMap(({ rows }) => rows)
        .filter(({ first, second }) => reading.shown.has(first) && reading.shown.has(second))
        .map(({ first, second }) => [Math.min(first, second), Math.max(first, second)].join(' '));
      const pairs = [...new Set(shown)].map((pair) => pair.split(' ').map(Number));
      const tested = pairs.flatMap(([a, b]) => [[a, b], [b, a]]).map(([first, second]) => [
        `${first} ${second}`,
        stats.paired(reading.pick(second), reading.pick(first), reading.clusters, this.results.data.t),
      ]);
      const adjusted = stats.holm(pairs.map((_, at) => tested[2 * at][1].p));
      return new Map(tested.map(([pair, one], at) => [pair, figures.difference(one, adjusted[at >> 1])]));
    }

    ratio(reading, ...rows) {
      const [a, b] = rows.map((i) => this.results.mean(i, reading.chosen));
      if (!a || !b) return { text: '–' };
      const [first, second] = [a, b].map((value) => Number(value.toPrecision(4)));
      return { text: page.thousands((a / b + 1e-9).toFixed(2)), number: a / b, title: `${first} against ${second}` };
    }
  }

  window.Gains = Gains;
})();
