// The board's table: DataTables sorts and hides, this chooses rows and questions and computes again.
// All that differs from the page as it was made stands in the address, so a link and Back restore it.
(function () {
  'use strict';

  const { page, stats, DataTable } = window;
  const ROWS = 40;
  const FIELDS = ['q', 'set', 'model', 'method', 'size', 'level', 'db', 'known', 'base', 'view'];

  // A missing value is the empty string; it comes last in both directions.
  function order(direction) {
    return (a, b) => (a === '' || b === '' ? (a === '') - (b === '') : direction * (a - b));
  }
  DataTable.type('figure', { detect: () => false, order: { asc: order(1), desc: order(-1) } });

  const percent = (value) => page.percent(value);
  const points = (value) => page.points(value);

  function describe(score) {
    const how = score.interval === 'clustered' ? 'clustered by database' : 'Wilson';
    const k = Number.isInteger(score.k) ? score.k : score.k.toFixed(1);
    return `${k} of ${score.n}; 95 % interval ${percent(score.low)} to ${percent(score.high)} (${how})`;
  }

  function entitle(cell, title) {
    if (title) cell.title = title;
    else cell.removeAttribute('title');
  }

  function write(cell, figure) {
    cell.textContent = figure.text;
    cell.dataset.order = figure.number === undefined ? '' : figure.number;
    entitle(cell, figure.title);
    const kept = cell.className.split(' ').filter((name) => !/^(score|number|none|leads|[lvh]\d+)$/.test(name));
    const kind = figure.score ? ['score', ...page.places(figure.score)] : [figure.number === undefined ? 'none' : 'number'];
    cell.className = [...kind, ...kept, ...(figure.told ? ['leads'] : [])].join(' ');
    if (figure.shares) {
      const words = document.createElement('span');
      words.className = 'unseen';
      words.textContent = figure.title;
      cell.append(words, page.stack(figure.shares));
    }
  }

  function proportion(score) {
    return score.n ? { text: percent(score.value), number: score.value, title: describe(score), score } : { text: '–' };
  }

  class Sheet {
    constructor(section, questions, data) {
      this.section = section;
      this.questions = questions;
      this.data = data;
      const element = section.querySelector('table.board');
      const headers = Array.from(element.querySelectorAll('.names th'));
      this.keys = headers.map((header) => header.dataset.key);
      this.spare = headers.map((header) => 'spare' in header.dataset);
      this.rows = Array.from(element.tBodies[0].rows);
      this.cells = this.rows.map((row) => Array.from(row.cells));
      this.made = new Map(); // cells that were computed again → what they were made with
      this.body = element.tBodies[0];
      this.lines = questions.lines.map((line) => ({
        ...line, marks: this.unpack(line.marks), ends: line.ends.map((seed) => Uint8Array.from(seed, (end) => parseInt(end, 36))),
      }));
      this.known = new Set(questions.known);
      this.power = section.querySelector('.power');
      this.whole = this.power && this.power.textContent;
      this.sizes = new Map(this.lines.filter((line) => line.size).map((line) => [line.model, line.size]));
      this.table = new DataTable(element, {
        paging: false, info: false, autoWidth: false, titleRow: 1, order: [], orderMulti: false,
        orderDescReverse: false, layout: { topStart: null, topEnd: null, bottomStart: null, bottomEnd: null },
        columnDefs: [
          { targets: 'number', type: 'figure', orderSequence: ['desc', 'asc', ''] },
          { targets: ['model', 'method'], type: 'string', orderSequence: ['asc', 'desc', ''] },
        ],
      });
      this.table.on('draw', () => this.regroup());
    }

    unpack(marks) {
      return Object.fromEntries(Object.entries(marks).map(([name, packed]) => [name, page.unpack(packed, this.questions.level.length)]));
    }

    // Show one state of the page.
    show(state) {
      this.brief();
      const chosen = this.questionsOf(state);
      this.section.hidden = chosen.length === 0 || (state.set !== '' && state.set !== this.questions.name);
      this.table.search.fixed('state', (_text, _data, index) => this.matches(state, index));
      this.keys.forEach((key, at) => {
        const visible = this.spare[at] ? state.show.includes(key) : !state.hide.includes(key);
        if (this.table.column(at).visible() !== visible) this.table.column(at).visible(visible, false);
      });
      const at = this.keys.indexOf(state.sort.key);
      this.table.order(at >= 0 ? [[at, state.sort.direction]] : []);
      this.stale = new Set(this.made.keys());
      const shown = this.lines.map((_, i) => i).filter((i) => this.matches(state, i));
      const ranked = shown.filter((i) => this.lines[i].marks[this.head]);
      const filtered = chosen.length < this.questions.level.length;
      if (filtered || state.base || ranked.length < this.lines.filter((line) => line.marks[this.head]).length) {
        this.compute(state, chosen, ranked, filtered);
      } else if (this.power) this.power.textContent = this.whole;
      const touched = new Set(Array.from(this.made.values(), (made) => made.row));
      this.stale.forEach((cell) => this.restore(cell));
      if (touched.size) this.table.rows(Array.from(touched)).invalidate('dom');
      this.table.draw(false);
      const pivot = state.view === 'pivot';
      this.section.querySelector('.rows-view').hidden = pivot;
      this.section.querySelector('.pivot-view').hidden = !pivot;
      this.follow(state, new Set(shown), chosen, filtered);
      if (this.section.hidden) return null;
      return [shown.length, this.lines.length, chosen.length, this.questions.level.length];
    }

    // Tell the charts which rows and questions are chosen.
    follow(state, shown, chosen, filtered) {
      const mean = (values) => (values.length ? values.reduce((a, b) => a + b, 0) / values.length : null);
      const pick = (i, questions) => mean(questions.map((q) => this.lines[i].marks[this.head][q]));
      const names = this.questions.levels.map(page.visible);
      window.charts.follow(this.section, {
        whole: !filtered && shown.size === this.lines.length,
        filtered,
        shows: (i) => shown.has(i),
        headline: (i) => pick(i, chosen),
        level: (i, name) => pick(i, chosen.filter((q) => names[this.questions.level[q]] === name)),
        ending: (i, words) => this.shares(i, chosen)[this.data.endings.findIndex((end) => end[1] === words)],
      });
    }

    // How a row's answers to some questions ended: the share of each ending, over all seeds.
    shares(i, chosen) {
      const counts = this.data.endings.map(() => 0);
      for (const seed of this.lines[i].ends) for (const q of chosen) counts[seed[q]] += 1;
      const whole = this.lines[i].ends.length * chosen.length || 1;
      return counts.map((count) => count / whole);
    }

    get head() { return this.data.metrics[0]; }

    questionsOf(state) {
      const level = this.questions.levels.indexOf(state.level);
      const database = this.questions.databases.findIndex(([name]) => name === state.db);
      return this.questions.level.map((_, i) => i).filter((i) => (
        (!state.level || this.questions.level[i] === level) && (!state.db || this.questions.database[i] === database)
        && (!state.known || !this.known.has(i))
      ));
    }

    matches(state, i) {
      const { model, method } = this.lines[i];
      const text = `${model} ${method}`.toLowerCase();
      return (!state.model || state.model === model) && (!state.method || state.method === method)
        && (!state.size || this.sizes.get(model) <= 1e6 * state.size)
        && state.q.toLowerCase().split(/\s+/).every((word) => text.includes(word));
    }

    // Rows below the window follow once those in it are painted: laying out all takes several times as long.
    // Asked first, while nothing has been touched that the answer would have to be laid out for.
    brief() {
      const below = this.body.rows[ROWS];
      if (!below || below.getBoundingClientRect().top < 1.5 * innerHeight) return;
      this.body.classList.add('brief');
      requestAnimationFrame(() => setTimeout(() => this.body.classList.remove('brief')));
    }

    // The cell of a row and column, with what it was made with kept.
    kept(row, key) {
      const cell = this.cell(row, key);
      if (!this.made.has(cell)) {
        this.made.set(cell, {
          row, nodes: Array.from(cell.childNodes), order: cell.dataset.order, title: cell.title, css: cell.className,
        });
      }
      return cell;
    }

    put(i, key, figure) {
      const cell = this.kept(i, key);
      this.stale.delete(cell);
      write(cell, figure);
    }

    lead(i, told) {
      const cell = this.cell(i, this.head);
      if (this.stale.delete(cell)) this.restore(cell);
      this.kept(i, this.head).classList.toggle('leads', told);
    }

    restore(cell) {
      const made = this.made.get(cell);
      this.made.delete(cell);
      cell.replaceChildren(...made.nodes);
      cell.className = made.css;
      cell.dataset.order = made.order;
      entitle(cell, made.title);
    }

    cell(i, key) { return this.cells[i][this.keys.indexOf(key)]; }

    compute(state, chosen, ranked, filtered) {
      const pick = (i, metric, questions) => questions.map((q) => this.lines[i].marks[metric][q]);
      const clusters = (questions) => questions.map((q) => this.questions.database[q]);
      if (filtered) {
        const n = { text: chosen.length.toLocaleString('en'), number: chosen.length };
        const parts = this.data.metrics.map((metric) => [metric, metric, chosen]);
        this.questions.levels.forEach((level, at) => {
          parts.push([`level:${level}`, this.head, chosen.filter((q) => this.questions.level[q] === at)]);
        });
        for (const [key, metric, questions] of parts) {
          const groups = clusters(questions);
          for (const i of ranked) {
            this.put(i, key, proportion(stats.estimate(pick(i, metric, questions), groups, this.data.z, this.data.t)));
          }
        }
        for (const i of ranked) {
          this.put(i, 'n', n);
          this.end(i, this.shares(i, chosen));
        }
      }
      const values = new Map(ranked.map((i) => [i, pick(i, this.head, chosen)]));
      this.place(ranked, values);
      if (this.power) this.able(ranked.map((i) => values.get(i)), chosen.length);
      this.differ(state, ranked, (i) => values.get(i) || pick(i, this.head, chosen), clusters(chosen));
    }

    // What difference the rows shown could have told on these questions.
    able(rows, n) {
      const share = rows.length > 1 && n ? stats.discord(rows) : 0;
      const least = this.data.power * Math.sqrt(share / n);
      this.power.textContent = rows.length < 2 || !n ? '' : `Two typical rows disagree on ${percent(share)} % of these `
        + `${n.toLocaleString('en')} ${n === 1 ? 'question' : 'questions'}: a true difference of ${percent(least)} points `
        + 'would be found four times in five, a smaller one less often.';
    }

    // Costs are known of all questions together, not of some.
    end(i, shares) {
      const named = shares.map((share, at) => [this.data.endings[at], share]);
      const of = (...ends) => named.reduce((sum, [[end], share]) => sum + (ends.includes(end) ? share : 0), 0);
      const told = named.filter(([, share]) => share).map(([[, words], share]) => `${words} ${percent(share)} %`);
      this.put(i, 'ends', { text: '', number: of('correct'), title: told.join(', '), shares });
      for (const [key, share] of [['valid', of('correct', 'wrong_result')], ['timeout', of('timeout')]]) {
        this.put(i, key, { text: percent(share), number: share });
      }
      for (const key of ['tokens', 'pace']) this.put(i, key, { text: '–', title: 'not known for a part of the questions' });
    }

    place(ranked, values) {
      stats.ranks(ranked.map((i) => values.get(i))).forEach(([best, worst], at) => {
        const alone = ranked.length < 2;
        this.put(ranked[at], 'rank', alone ? { text: '–' } : {
          text: best === worst ? String(best) : `${best}–${worst}`,
          number: best + worst / 1000, title: best === 1 ? 'tied with the best' : '', told: best === 1,
        });
        this.lead(ranked[at], !alone && best === 1);
      });
    }

    differ(state, ranked, values, clusters) {
      const named = this.lines.findIndex((line) => `${line.model}/${line.method}` === state.base);
      const baseline = (i) => (named >= 0 ? named
        : this.lines.findIndex((line) => line.model === this.lines[i].model && line.marks[this.head]));
      const others = ranked.filter((i) => baseline(i) !== i && this.lines[baseline(i)].marks[this.head]);
      const found = others.map((i) => stats.paired(values(baseline(i)), values(i), clusters, this.data.t));
      const adjusted = stats.holm(found.map((one) => one.p));
      for (const i of ranked) this.put(i, 'difference', { text: baseline(i) === i ? 'baseline' : '–' });
      found.forEach((one, at) => {
        const low = points(Math.max(-1, one.low));
        const high = points(Math.min(1, one.high));
        const bounds = one.low === null ? '' : `95 % interval ${low} to ${high}, `;
        this.put(others[at], 'difference', {
          text: points(one.value),
          number: one.value,
          title: `${bounds}${one.gained} questions gained, ${one.lost} lost; `
            + `exact McNemar p ${page.chance(one.p)}, by Holm ${page.chance(adjusted[at])}`,
          told: adjusted[at] <= stats.ALPHA,
        });
      });
    }

    regroup() {
      let model = null;
      for (const row of this.table.rows({ search: 'applied', order: 'applied' }).nodes().toArray()) {
        const own = this.lines[row.dataset.line].model;
        row.classList.toggle('opens', own !== model);
        model = own;
      }
    }
  }

  function read() {
    const words = page.read();
    const state = Object.fromEntries(FIELDS.map((name) => [name, words.get(name) || '']));
    const [key, direction] = (words.get('sort') || '').split('~');
    return { ...state, show: words.getAll('show'), hide: words.getAll('hide'), sort: { key, direction } };
  }

  function save(state, typing) {
    const words = new URLSearchParams();
    for (const name of FIELDS) if (state[name]) words.set(name, state[name]);
    if (state.sort.key) words.set('sort', `${state.sort.key}~${state.sort.direction}`);
    state.show.forEach((key) => words.append('show', key));
    state.hide.forEach((key) => words.append('hide', key));
    page.write(words, typing);
  }

  function fill(form, state) {
    for (const name of FIELDS) if (form.elements[name]) form.elements[name].value = state[name];
    for (const box of form.querySelectorAll('[name=column]')) {
      box.checked = box.defaultChecked ? !state.hide.includes(box.value) : state.show.includes(box.value);
    }
  }

  function chosen(form, sort) {
    const boxes = Array.from(form.querySelectorAll('[name=column]'));
    const state = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name]?.value || '']));
    state.show = boxes.filter((box) => box.checked && !box.defaultChecked).map((box) => box.value);
    state.hide = boxes.filter((box) => !box.checked && box.defaultChecked).map((box) => box.value);
    return { ...state, sort };
  }

  window.board = function board(data) {
    const form = document.getElementById('controls');
    const sheets = Array.from(document.querySelectorAll('section.sheet'),
      (section, i) => new Sheet(section, data.sheets[i], data));
    let applying = false;

    function apply() {
      const state = read();
      applying = true;
      fill(form, state);
      const shown = sheets.map((sheet) => sheet.show(state));
      applying = false;
      const counts = shown.filter(Boolean).map(([rows, all, asked, every]) => `${rows} of ${all} rows, ${asked} of ${every} questions`);
      form.elements.shown.textContent = counts.join('; ');
      const { key, direction } = state.sort;
      page.say(counts.join('; ') + (key ? `, sorted by ${key}, ${direction}ending` : ''));
    }

    sheets.forEach((sheet) => sheet.table.on('order', () => {
      if (applying) return;
      const [at] = sheet.table.order();
      const sort = at && at[1] ? { key: sheet.keys[at[0]], direction: at[1] } : {};
      save({ ...read(), sort });
    }));
    form.addEventListener('input', (event) => {
      const typing = ['q', 'size'].includes(event.target.name);
      save(chosen(form, read().sort), typing);
      if (typing) apply();
    });
    form.addEventListener('reset', (event) => { event.preventDefault(); page.write(new URLSearchParams()); });
    form.addEventListener('submit', (event) => event.preventDefault());
    document.getElementById('copy').addEventListener('click', () => page.copy(location.href));
    addEventListener('hashchange', apply);
    form.hidden = false;
    apply();
    document.documentElement.dataset.ready = 'yes';
    performance.mark('ready');
  };
})();
