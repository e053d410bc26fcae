// What a reader chooses: all that differs from the page as it was made stands in the address,
// so a link and Back restore it.
(function () {
  'use strict';

  const { page, Results, Sheet } = window;
  const FIELDS = ['q', 'set', 'model', 'method', 'size', 'level', 'db', 'tag', 'known', 'base', 'view'];

  function read() {
    const words = page.read();
    const state = Object.fromEntries(FIELDS.map((name) => [name, words.get(name) || '']));
    const [key, direction] = (words.get('sort') || '').split('~');
    return { ...state, show: words.getAll('show'), hide: words.getAll('hide'), sort: { key, direction } };
  }

  function save(state, again) {
    const words = new URLSearchParams();
    for (const name of FIELDS) if (state[name]) words.set(name, state[name]);
    if (state.sort.key) words.set('sort', `${state.sort.key}~${state.sort.direction}`);
    state.show.forEach((key) => words.append('show', key));
    state.hide.forEach((key) => words.append('hide', key));
    page.write(words, again);
  }

  function fill(form, state) {
    for (const name of FIELDS) {
      const field = form.elements[name];
      if (field && field.value !== state[name]) field.value = state[name];
    }
    for (const box of form.querySelectorAll('[name=column]')) {
      box.checked = box.defaultChecked ? !state.hide.includes(box.value) : state.show.includes(box.value);
    }
  }

  // What the address asks for and this board does not have is as if it were not asked for; gives what that is.
  function settle(form, state) {
    fill(form, state);
    const unknown = FIELDS.filter((name) => state[name] && form.elements[name]?.value !== state[name]);
    const told = unknown.map((name) => state[name]);
    for (const name of unknown) state[name] = '';
    if (unknown.length) fill(form, state);
    const { key, direction } = state.sort;
    if (!key || (header(form, key) && ['asc', 'desc'].includes(direction))) return told;
    state.sort = {};
    return [...told, `sort by ${key}`];
  }

  // What is chosen, in the words of the fields.
  function described(form, state) {
    return FIELDS.filter((name) => state[name] && name !== 'view').map((name) => {
      const field = form.elements[name];
      return `${field.labels[0].firstChild.textContent.trim()} ${field.selectedOptions ? field.selectedOptions[0].text : field.value}`;
    }).join('; ');
  }

  // A column as its header calls it.
  function header(form, key) {
    const box = Array.from(form.querySelectorAll('[name=column]')).find((one) => one.value === key);
    return box ? box.parentElement.textContent.trim() : ['model', 'method'].find((name) => name === key);
  }

  function chosen(form, sort) {
    const boxes = Array.from(form.querySelectorAll('[name=column]'));
    const state = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name]?.value || '']));
    state.show = boxes.filter((box) => box.checked && !box.defaultChecked).map((box) => box.value);
    state.hide = boxes.filter((box) => !box.checked && box.defaultChecked).map((box) => box.value);
    return { ...state, sort };
  }

  const count = ([rows, lines, questions, n]) => `${rows} of ${lines} rows, ${questions} of ${n} questions`;

  // Say above a table what it shows, for paper and for who comes by a link.
  function caption(sheet, words) {
    for (const place of sheet.section.querySelectorAll('.state')) if (place.textContent !== words) place.textContent = words;
  }

  window.board = function board(data) {
    const form = document.getElementById('controls');
    const sheets = Array.from(document.querySelectorAll('section.sheet'),
      (section, i) => new Sheet(section, new Results(data.sheets[i], data)));

    function apply() {
      const state = read();
      const unknown = settle(form, state);
      const shown = sheets.map((sheet) => sheet.show(state));
      const counts = shown.map((one, i) => one && `${sheets.length > 1 ? `${data.sheets[i].name}: ` : ''}${count(one)}`);
      const missing = unknown.length ? `. Not on this board, so left out: ${unknown.join(', ')}` : '';
      const told = (counts.filter(Boolean).join('; ') || 'No question has all that is chosen') + missing;
      form.elements.shown.textContent = told;
      const words = described(form, state);
      form.elements.shown.hidden = !words && !missing;
      sheets.forEach((sheet, i) => caption(sheet, words && shown[i] ? `Chosen: ${words}; ${count(shown[i])}` : ''));
      const { key, direction } = state.sort;
      page.say(told + (key ? `, sorted by ${header(form, key)}, ${direction}ending` : ''));
    }

    // One more click on a header sorts the other way round, and a third leaves the rows as they were made.
    sheets.forEach((sheet) => sheet.onSort((key, ways) => {
      const state = read();
      const direction = ways[state.sort.key === key ? ways.indexOf(state.sort.direction) + 1 : 0];
      save({ ...state, sort: direction ? { key, direction } : {} });
    }));
    // Typing a word is one step of the history, from its first letter until another choice.
    let typed = '';
    form.addEventListener('input', (event) => {
      const { name } = event.target;
      const again = name === typed;
      save(chosen(form, read().sort), again);
      if (again) apply();
      typed = ['q', 'size'].includes(name) ? name : '';
    });
    form.addEventListener('reset', (event) => { event.preventDefault(); page.write(new URLSearchParams()); });
    form.addEventListener('submit', (event) => event.preventDefault());
    document.getElementById('copy').addEventListener('click', () => page.copy(location.href, (told) => {
      form.elements.shown.textContent = told;
      form.elements.shown.hidden = false;
    }));
    addEventListener('hashchange', () => { typed = ''; apply(); });
    form.hidden = false;
    apply();
    document.documentElement.dataset.ready = 'yes';
    performance.mark('ready');
  };
})();
