// Any two days that a board kept, or one of them and now, set against each other; they stand in the address.
(function () {
  'use strict';

  const { Cell, figures, page, stats } = window;
  const BLANK = { text: '–' };

  class Between {
    constructor(table, sheet, { z, t }) {
      Object.assign(this, { ...sheet, z, t, last: sheet.asked.length - 1, whole: table.parentElement });
      this.heads = Array.from(table.tHead.rows[0].cells).slice(2, 4);
      this.rows = Array.from(table.tBodies[0].rows, (row) => Array.from(row.cells).slice(2).map((cell) => new Cell(cell)));
    }

    // A row's headline on a day, question by question; nothing where it was not run.
    marks(line, day) {
      const [n, ...seeds] = this.lines[line][day];
      return seeds.length ? stats.mean(seeds.map((seed) => page.unpack(seed, n))) : null;
    }

    // Which database a question is on is known of the questions of now alone.
    clusters(day, n) { return this.asked[day] === this.asked[this.last] ? this.database : new Uint8Array(n); }

    score(values, day) {
      if (!values) return BLANK;
      if (this.asked[day] === this.asked[this.last]) return figures.proportion(stats.estimate(values, this.database, this.z, this.t));
      const share = stats.sum(values) / values.length;
      return { text: page.percent(share), number: share, title: 'on other questions' };
    }

    show(days, names) {
      this.heads.forEach((head, side) => { head.textContent = names[side]; });
      const met = this.rows.map((_, line) => days.map((day) => this.marks(line, day)));
      const alike = this.asked[days[0]] === this.asked[days[1]];
      const tested = met.map(([then, now]) => (alike && then && now
        ? stats.paired(then, now, this.clusters(days[0], then.length), this.t) : null));
      const adjusted = stats.holm(tested.filter(Boolean).map((one) => one.p));
      this.rows.forEach((cells, line) => {
        days.forEach((day, side) => cells[side].show(this.score(met[line][side], day)));
        cells[2].show(tested[line] ? figures.difference(tested[line], adjusted.shift())
          : { ...BLANK, title: alike ? '' : 'other questions on these two days' });
      });
      this.whole.hidden = false;
    }
  }

  window.releases = function releases(data) {
    const form = document.getElementById('days');
    const sheets = Array.from(document.querySelectorAll('table.between'), (table, i) => new Between(table, data.sheets[i], data));
    const sides = [form.elements.from, form.elements.to];

    // Without a wish: the first day that was kept, and now.
    function apply() {
      const words = page.read();
      sides.forEach((select, side) => {
        const asked = Array.from(select.options).find((option) => option.text === words.get(select.name));
        select.value = asked ? asked.value : side * (select.options.length - 1);
      });
      const names = sides.map((select) => select.selectedOptions[0].text);
      sheets.forEach((sheet) => sheet.show(sides.map((select) => Number(select.value)), names));
      page.say(`${names[0]} against ${names[1]}`);
      document.documentElement.dataset.ready = names.join(' ');
    }

    form.addEventListener('change', () => page.write(new URLSearchParams(sides.map((select) => [select.name, select.selectedOptions[0].text]))));
    form.addEventListener('submit', (event) => event.preventDefault());
    addEventListener('hashchange', apply);
    form.hidden = false;
    apply();
  };
})();
