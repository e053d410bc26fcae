// The board's tables: DataTables sorts and hides rows and columns; what a row shows comes of a reading.
// The rows that the window can show come first; the others follow when those are painted.
(function () {
  'use strict';

  const { page, Cell, Gains, Reading, DataTable } = window;
  const LEAST = 24; // pixels: no row is lower
  const idle = window.requestIdleCallback || ((task) => setTimeout(task, 50));

  // A missing value is the empty string; it comes last in both directions.
  function order(direction) {
    return (a, b) => (a === '' || b === '' ? (a === '') - (b === '') : direction * (a - b));
  }
  DataTable.type('figure', { detect: () => false, order: { asc: order(1), desc: order(-1) } });

  class Sheet {
    constructor(section, results) {
      this.section = section;
      this.results = results;
      const element = section.querySelector('table.board');
      const headers = Array.from(element.querySelectorAll('.names th'));
      this.body = element.tBodies[0];
      this.frame = element.closest('.scroll');
      this.keys = headers.map((header) => header.dataset.key);
      this.ways = headers.map((header) => (header.matches('.number:not([data-less])') ? ['desc', 'asc', ''] : ['asc', 'desc', '']));
      this.spare = headers.map((header) => 'spare' in header.dataset);
      this.rows = Array.from(this.body.rows, (row) => new Map(this.keys.map((key, at) => [key, new Cell(row.cells[at])])));
      this.pivot = Array.from(section.querySelectorAll('.pivot tbody tr'), (row) => [
        row, Array.from(row.querySelectorAll('[data-line]'), (cell) => [Number(cell.dataset.line), new Cell(cell)])]);
      this.power = section.querySelector('.power');
      this.told = this.power && this.power.textContent;
      this.asked = section.querySelector('.asked');
      this.all = this.asked.textContent;
      this.gains = new Gains(section, results);
      this.table = this.enhance(element);
      this.shows = 0;
      idle(() => results.prepare());
    }

    enhance(element) {
      DataTable.ext.order[this.section.dataset.sheet] = (_settings, at) => this.column(this.keys[at]);
      const table = new DataTable(element, {
        pageLength: this.room(), info: false, autoWidth: false, titleRow: 1, order: [], orderMulti: false,
        orderDescReverse: false, orderClasses: false, ordering: { handler: false },
        layout: { topStart: null, topEnd: null, bottomStart: null, bottomEnd: null },
        columnDefs: [
          { targets: 'number', type: 'figure', orderDataType: this.section.dataset.sheet },
          { targets: ['model', 'method'], type: 'string' },
          ...this.ways.map((orderSequence, at) => ({ targets: at, orderSequence })),
          { targets: this.spare.flatMap((spare, at) => (spare ? [at] : [])), visible: false },
        ],
      });
      table.search.fixed('state', (_text, _data, i) => !this.reading || this.reading.shown.has(i));
      table.on('preDraw', () => table.rows({ page: 'current' }).indexes().each((i) => this.fit(i)));
      table.on('draw', () => this.regroup());
      return table;
    }

    // Say which column a reader asks to sort by, and its directions in turn: the best first.
    onSort(tell) {
      const names = this.section.querySelector('.names');
      const ask = (event) => {
        const { key } = event.target.closest('th').dataset;
        tell(key, this.ways[this.keys.indexOf(key)]);
      };
      names.addEventListener('click', ask);
      names.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        ask(event);
      });
    }

    // What a column sorts by, row by row.
    column(key) {
      return this.rows.map((row, i) => {
        const figure = this.reading && this.reading.figure(i, key);
        if (!figure || figure.made) return row.get(key).number;
        return figure.number === undefined ? '' : figure.number;
      });
    }

    // How many rows the window may show, asked while nothing is touched that the answer would be laid out for.
    room() {
      if (page.returned && !document.documentElement.dataset.ready) return this.results.lines.length;
      const above = this.body.getBoundingClientRect().top;
      return Math.max(1, Math.ceil((1.25 * innerHeight - above) / LEAST));
    }

    // Write what a row shows, before it is drawn; columns that are not seen wait until they are.
    fit(i) {
      const { makers } = this.reading;
      for (const [key, cell] of this.rows[i]) {
        if (this.seen.has(key) && (cell.made || makers.has(key))) cell.show(this.reading.figure(i, key));
      }
    }

    // Show one state of the page.
    show(state) {
      const room = this.room();
      const tall = this.frame.offsetHeight;
      this.read(state);
      const { chosen, shown } = this.reading;
      this.section.hidden = chosen.length === 0 || (state.set !== '' && state.set !== this.results.questions.name);
      this.seen = new Set(this.keys.filter((key, at) => (this.spare[at] ? state.show.includes(key) : !state.hide.includes(key))));
      this.keys.forEach((key, at) => {
        const visible = this.seen.has(key);
        if (this.table.column(at).visible() !== visible) this.table.column(at).visible(visible, false);
      });
      const at = this.keys.indexOf(state.sort.key);
      this.table.order(at >= 0 ? [[at, state.sort.direction]] : []);
      this.frame.style.minHeight = shown.size > room ? `${tall}px` : '';
      this.table.page.len(room).draw();
      this.asked.textContent = this.reading.filtered ? this.reading.asked : this.all;
      this.turn(state.view === 'pivot');
      this.follow(room);
      return this.section.hidden ? null : [shown.size, this.results.lines.length, chosen.length, this.results.n];
    }

    // The same rows and questions in another order or with other columns have the same figures.
    read({ sort, view, show, hide, ...chosen }) {
      const words = JSON.stringify(chosen);
      if (words !== this.words) this.reading = new Reading(this.results, chosen);
      this.words = words;
    }

    // Once all this is painted: the other rows, for which room was kept, and what stands below.
    follow(room) {
      const { reading } = this;
      this.shows += 1;
      const now = this.shows;
      const rest = () => {
        if (now !== this.shows) return;
        if (reading.shown.size > room) this.table.page.len(-1).draw('page');
        this.frame.style.minHeight = '';
        if (reading === this.followed) return;
        if (this.power) this.power.textContent = reading.partial ? reading.power : this.told;
        this.gains.show(reading);
        window.charts.follow(this.section, reading.view);
        this.followed = reading;
      };
      if (reading.shown.size > room) requestAnimationFrame(() => idle(rest, { timeout: 500 }));
      else rest();
    }

    // Show rows, or methods side by side with what the reading makes of them.
    turn(pivot) {
      this.section.querySelector('.rows-view').hidden = pivot;
      this.section.querySelector('.pivot-view').hidden = !pivot;
      if (!pivot) return;
      const { reading, results } = this;
      for (const [row, cells] of this.pivot) {
        row.hidden = !cells.some(([i]) => reading.shown.has(i));
        for (const [i, cell] of cells) {
          const figure = reading.figure(i, results.head);
          if (!reading.shown.has(i)) cell.show({ text: 'filtered out', title: 'not among the rows that are chosen' });
          else cell.show(figure && !figure.made ? { ...figure, told: false } : undefined);
        }
      }
    }

    regroup() {
      let model = null;
      for (const row of this.table.rows({ page: 'current' }).nodes().toArray()) {
        const own = this.results.lines[row.dataset.line].model;
        row.classList.toggle('opens', own !== model);
        model = own;
      }
    }
  }

  window.Sheet = Sheet;
})();
