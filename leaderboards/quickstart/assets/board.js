// Refines pages that are complete without it: theme, sorting, opening the question of an address.
(function () {
  'use strict';

  const root = document.documentElement;
  const THEMES = ['system', 'light', 'dark'];

  function remember(theme) {
    try { localStorage.setItem('theme', theme); } catch { /* a page on a disk may have no storage */ }
  }

  function remembered() {
    try { return localStorage.getItem('theme'); } catch { return null; }
  }

  function dress(theme) {
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    else delete root.dataset.theme;
  }

  dress(remembered());

  function say(text) {
    document.getElementById('live').textContent = text;
  }

  function themeSwitch() {
    const button = document.getElementById('theme');
    let theme = THEMES.includes(remembered()) ? remembered() : 'system';
    const label = () => { button.textContent = 'Theme: ' + theme; };
    button.addEventListener('click', () => {
      theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
      dress(theme);
      remember(theme);
      label();
    });
    label();
    button.hidden = false;
  }

  // A cell's sort key: its number, or its text in a column of names; null is a missing value.
  function key(row, column) {
    const cell = row.cells[column];
    if (cell.tagName === 'TH') return cell.textContent.trim();
    return 'value' in cell.dataset ? Number(cell.dataset.value) : null;
  }

  function compare(a, b) {
    if (typeof a === 'string') return a.localeCompare(b, 'en', { numeric: true });
    return a - b;
  }

  // Missing values come last in both directions; equal values keep the order of the page as it was made.
  function sorted(rows, column, direction) {
    const keyed = rows.map((row) => ({ row, value: key(row, column) }));
    const present = keyed.filter((one) => one.value !== null);
    const absent = keyed.filter((one) => one.value === null);
    present.sort((a, b) => direction * compare(a.value, b.value));
    return present.concat(absent).map((one) => one.row);
  }

  function regroup(rows) {
    let model = null;
    for (const row of rows) {
      const own = row.cells[0].textContent;
      row.classList.toggle('opens', own !== model);
      model = own;
    }
  }

  function sortable(table) {
    const body = table.tBodies[0];
    const made = Array.from(body.rows);
    const headers = Array.from(table.querySelectorAll('.names th'));
    headers.forEach((header, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...header.childNodes);
      header.append(button);
      const names = !header.classList.contains('number');
      button.addEventListener('click', () => {
        const first = names ? 'ascending' : 'descending';
        const second = names ? 'descending' : 'ascending';
        const now = header.getAttribute('aria-sort');
        const next = now === null ? first : now === first ? second : null;
        headers.forEach((other) => other.removeAttribute('aria-sort'));
        if (next) header.setAttribute('aria-sort', next);
        const rows = next ? sorted(made, column, next === 'ascending' ? 1 : -1) : made;
        body.append(...rows);
        regroup(rows);
        say(next ? 'Sorted by ' + button.textContent + ', ' + next : 'In the order of the suite');
      });
    });
  }

  function openTarget() {
    let id = '';
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const target = id && document.getElementById(id);
    const details = target && target.closest('details');
    if (!details) return;
    details.open = true;
    target.scrollIntoView({ block: 'nearest' });
    details.querySelector('summary').scrollIntoView({ block: 'start' });
  }

  document.addEventListener('DOMContentLoaded', () => {
    themeSwitch();
    document.querySelectorAll('table.board').forEach(sortable);
    openTarget();
    addEventListener('hashchange', openTarget);
    addEventListener('beforeprint', () => document.querySelectorAll('details:target, details:has(:target)').forEach((one) => { one.open = true; }));
  });
})();
