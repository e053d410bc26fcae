// Two rows of a board, question by question: counts, levels, databases, and both answers against gold.
(function () {
  'use strict';

  const { page, stats } = window;
  const SHOWN = 200;
  const LONGEST = 400; // tokens of a statement that are compared
  const shards = new Map();
  let named; // the question that the address has opened

  // Classic scripts are the one form of data that a page on a disk may load.
  function load(address, name) {
    if (!shards.has(address)) {
      shards.set(address, new Promise((resolve, reject) => {
        const script = document.createElement('script');
        script.src = address;
        script.onload = () => resolve(window[`${name}Loaded`]);
        script.onerror = () => reject(new Error(address));
        document.head.append(script);
      }));
    }
    return shards.get(address);
  }
  window.questions = (value) => { window.questionsLoaded = value; };
  window.statements = (value) => { window.statementsLoaded = value; };

  function element(name, text, css) {
    const node = document.createElement(name);
    if (text !== undefined) node.textContent = page.visible(String(text));
    if (css) node.className = css;
    return node;
  }

  function row(head, values) {
    const line = element('tr');
    const name = element('th', head);
    name.scope = 'row';
    line.append(name, ...values.map((value) => element('td', value, 'number')));
    return line;
  }

  // Words of a statement that the other does not have, by the longest common subsequence.
  function extra(words, other) {
    const a = words.slice(0, LONGEST).map((word) => word.toLowerCase());
    const b = other.slice(0, LONGEST).map((word) => word.toLowerCase());
    const longest = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
    for (let i = a.length - 1; i >= 0; i -= 1) {
      for (let j = b.length - 1; j >= 0; j -= 1) {
        longest[i][j] = a[i] === b[j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
      }
    }
    const marked = new Set();
    for (let i = 0, j = 0; i < a.length;) {
      if (j < b.length && a[i] === b[j]) { i += 1; j += 1; }
      else if (j < b.length && longest[i + 1][j] < longest[i][j + 1]) j += 1;
      else { marked.add(i); i += 1; }
    }
    return marked;
  }

  const cut = (sql) => sql.match(/\s+|'(?:[^']|'')*'|\w+|./gsu) || [];

  function statement(title, sql, gold) {
    const figure = element('figure');
    const code = element('pre', undefined, 'sql');
    if (sql === gold || !gold) code.textContent = page.visible(sql || 'no SQL');
    else {
      const own = cut(sql);
      const words = own.filter((word) => word.trim());
      const marked = extra(words, cut(gold).filter((word) => word.trim()));
      let at = -1;
      for (const piece of own) {
        if (piece.trim()) at += 1;
        code.append(piece.trim() && marked.has(at) ? element('mark', piece) : page.visible(piece));
      }
    }
    figure.append(element('figcaption', title), code);
    return figure;
  }

  // Who is right where: of one seed each in a word, of several by their number.
  function told(a, b, seeds) {
    if (seeds[0] === 1 && seeds[1] === 1) return a > b ? 'only A is right' : 'only B is right';
    const [first, second] = [a, b].map((mean, i) => `${Math.round(mean * seeds[i])} of ${seeds[i]}`);
    return `right in seeds: A ${first}, B ${second}`;
  }

  function flip(sheet, [q, a, b], texts, sides) {
    const details = element('details', undefined, 'answer');
    details.dataset.question = sheet.anchors[q];
    const summary = element('summary');
    const seeds = sides.map((side) => side.seeds);
    summary.append(element('span', a > b ? 'A' : 'B', 'mark'), element('span', texts[q][0], 'ask'),
      element('span', told(a, b, seeds), 'end'));
    details.append(summary);
    details.addEventListener('toggle', () => {
      if (!details.open || details.childElementCount > 1) return;
      const inside = element('div', undefined, 'inside');
      const pair = element('div', undefined, 'pair');
      const name = (i) => `${'AB'[i]}${seeds[i] > 1 ? `, seed ${sides[i].seed}` : ''}: ${sides[i].ended}`;
      pair.append(...sides.map((side, i) => statement(`${name(i)}; marked is what gold does not have`, side.sql[q], texts[q][1])));
      const links = element('p', undefined, 'doors');
      sides.forEach((side, i) => {
        if (!side.leaves.length) return;
        const link = element('a', `${'AB'[i]}: results and reason`);
        link.href = `${side.home}/${side.leaves[side.leaf[q]]}#${encodeURIComponent(sheet.anchors[q])}`;
        links.append(link, ' ');
      });
      inside.append(statement('Gold', texts[q][1], ''), pair, links);
      details.append(inside);
    });
    return details;
  }

  function summarise(data, sheet, a, b) {
    const marks = [a, b].map((line) => (
      stats.mean(line.marks[data.metrics[0]].map((seed) => page.unpack(seed, sheet.level.length)))));
    const everything = sheet.level.map((_, i) => i);
    const square = (chosen) => {
      const [first, second] = marks.map((values) => chosen.map((q) => values[q]));
      // Of several seeds: the mean over all pairs of one seed of each row.
      const count = (share) => page.amount(stats.sum(first.map((a, i) => share(a, second[i]))));
      return {
        n: page.amount(chosen.length), both: count((a, b) => a * b), onlyA: count((a, b) => a * (1 - b)),
        onlyB: count((a, b) => (1 - a) * b), neither: count((a, b) => (1 - a) * (1 - b)),
        difference: stats.paired(first, second, chosen.map((q) => sheet.database[q]), data.t),
      };
    };
    const lines = (names, kind) => names.map((name, at) => {
      const one = square(everything.filter((q) => sheet[kind][q] === at));
      return row(name, [one.n, one.onlyA, one.onlyB, page.points(one.difference.value)]);
    });
    const whole = square(everything);
    const { value, low, high, p, gained, lost } = whole.difference;
    const bounds = low === null ? '' : `, 95 % interval ${page.points(Math.max(-1, low))} to ${page.points(Math.min(1, high))}`;
    const [first, second] = marks.map((values) => page.percent(stats.sum(values) / values.length));
    const name = (line) => page.visible(`${line.model}/${line.method}`);
    document.getElementById('rows').textContent = `A is ${name(a)}, B is ${name(b)}, on ${page.visible(sheet.name)}`;
    document.getElementById('verdict').textContent = `A ${first} %, B ${second} %; B − A: ${page.points(value)} points${bounds}, exact McNemar p ${page.chance(p)}`;
    document.getElementById('counts').replaceChildren(
      row('A right', [whole.both, whole.onlyA]), row('A wrong', [whole.onlyB, whole.neither]));
    document.getElementById('by-level').replaceChildren(...lines(sheet.levels, 'level'));
    document.getElementById('by-database').replaceChildren(...lines(sheet.databases.map(([name]) => name), 'database'));
    document.getElementById('flipped').textContent = `${gained + lost} question${gained + lost === 1 ? ' flips' : 's flip'}: B is better on ${gained}, A on ${lost}`;
    return everything.map((q) => [q, marks[0][q], marks[1][q]]).filter(([, first, second]) => first !== second);
  }

  // The answers of a row to the flips that are shown, each of the seed that was chosen; where none was, of
  // the first that is right where the row is better, or not right where it is worse.
  async function answers(data, line, chosen, flips, better) {
    const marks = line.marks[data.metrics[0]].map((seed) => page.unpack(seed, line.ends[0].length));
    const at = flips.map((one) => Math.max(0, chosen === ''
      ? marks.findIndex((values) => (values[one[0]] === 1) === better(one))
      : line.seeds.findIndex(([seed]) => String(seed) === chosen)));
    const loaded = [];
    for (const i of new Set(at)) loaded[i] = await load(line.seeds[i][1], 'statements');
    return flips.map(([q], number) => {
      const i = at[number];
      const ended = data.endings[parseInt(line.ends[i][q], 36)][1];
      return { ...loaded[i], seed: line.seeds[i][0], seeds: line.seeds.length, ended };
    });
  }

  // What the address names is open; it is closed when the address names it no more.
  function unfold(open) {
    const flips = Array.from(document.querySelectorAll('#flips details'));
    const details = flips.find((one) => one.dataset.question === open);
    if (named && named !== details) named.open = false;
    if (details) details.open = true;
    named = details;
  }

  async function show(data, state, open) {
    const sheet = data.sheets[state.sheet];
    const [a, b] = ['a', 'b'].map((side) => sheet.lines.find((line) => `${line.model}/${line.method}` === state[side]));
    const flips = summarise(data, sheet, a, b);
    document.getElementById('result').hidden = false;
    const texts = await load(sheet.questions, 'questions');
    const near = flips.filter(([q], at) => at < SHOWN || sheet.anchors[q] === open);
    const ours = await answers(data, a, state.sa, near, ([, first, second]) => first > second);
    const theirs = await answers(data, b, state.sb, near, ([, first, second]) => second > first);
    const shown = near.map((one, i) => flip(sheet, one, texts, [ours[i], theirs[i]]));
    if (flips.length > near.length) shown.push(element('p', `and ${flips.length - near.length} more`, 'more'));
    document.getElementById('flips').replaceChildren(...shown);
    unfold(open);
    if (named) named.scrollIntoView();
    document.documentElement.dataset.ready = Object.values(state).join(' ');
  }

  // Let a reader choose, where there is a choice.
  function offer(select, names, chosen) {
    select.replaceChildren(...names.map((name) => {
      const option = element('option', name === '' ? 'one that shows the flip' : name);
      option.value = name;
      return option;
    }));
    select.value = chosen;
    select.disabled = names.length < 2;
    select.parentElement.hidden = select.disabled;
  }

  // What a reader has chosen, and the question that is open.
  function address(form, open) {
    const words = new URLSearchParams(new FormData(form));
    if (open) words.set('open', open);
    return words;
  }

  window.board = function board(data) {
    const form = document.getElementById('controls');
    let shown = '';

    function apply() {
      const words = page.read();
      const number = Number(words.get('sheet')) || 0;
      const sheet = data.sheets[number] ? number : 0;
      const lines = new Map(data.sheets[sheet].lines.filter((line) => line.seeds.length)
        .map((line) => [`${line.model}/${line.method}`, line]));
      const names = [...lines.keys()];
      if (names.length < 2) return;
      const unknown = [];
      const pick = (word, among, otherwise) => {
        const asked = words.get(word);
        if (among.includes(asked)) return asked;
        if (asked) unknown.push(asked);
        return among[otherwise];
      };
      const state = { sheet, a: pick('a', names, 0), b: pick('b', names, 1) };
      for (const side of ['a', 'b']) {
        const every = lines.get(state[side]).seeds.map(([seed]) => String(seed));
        const seeds = every.length > 1 ? ['', ...every] : every;
        state[`s${side}`] = pick(`s${side}`, seeds, 0);
        offer(form.elements[side], names, state[side]);
        offer(form.elements[`s${side}`], seeds, state[`s${side}`]);
      }
      form.elements.sheet.value = sheet;
      form.elements.unknown.textContent = unknown.length ? `Not on this data set: ${unknown.join(', ')}` : '';
      const open = words.get('open') || '';
      if (words.size) page.write(address(form, open), true);
      form.hidden = false;
      const asked = Object.values(state).join(' ');
      if (asked === shown) unfold(open);
      else show(data, state, open);
      shown = asked;
    }

    form.addEventListener('input', () => page.write(address(form, '')));
    document.getElementById('flips').addEventListener('click', (event) => {
      const summary = event.target.closest('summary');
      const details = summary && summary.parentElement;
      if (!details || (details.open && details !== named)) return;
      event.preventDefault();
      if (!details.open) named = undefined; // what is open already stays
      page.write(address(form, details.open ? '' : details.dataset.question));
    });
    addEventListener('hashchange', apply);
    apply();
  };
})();
