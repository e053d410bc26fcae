// Refines pages that are complete without it: theme, the address, opening the question it names.
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

  // Who comes back to a page finds the place again if all is there when the browser looks for it.
  const [arrival] = performance.getEntriesByType('navigation');
  const returned = arrival !== undefined && arrival.type !== 'navigate';

  // Of a long table only the first rows are laid out before the page is ready.
  if (!returned) root.classList.add('loading');
  addEventListener('load', () => root.classList.remove('loading'));

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

  // The state of a page stands after '#' as 'name=value'; a fragment without '=' is a place on the page.
  function read() {
    const text = location.hash.slice(1);
    return new URLSearchParams(text.includes('=') ? text.split('&').filter(sound).join('&') : '');
  }

  // What was cut within a letter says nothing that anyone chose.
  function sound(part) {
    try { return decodeURIComponent(part) !== ''; } catch { return false; }
  }

  // Who listens draws at once, not when the browser comes to tell of the new address.
  function write(words, again) {
    const before = location.href;
    history[again ? 'replaceState' : 'pushState'](null, '', '#' + words);
    if (!again && location.href !== before) dispatchEvent(new Event('hashchange'));
  }

  function copy(text, tell) {
    const refused = () => tell('Copy the address of this page: ' + text);
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(() => tell('Link copied'), refused);
    else refused();
  }

  // Numbers as bench/site/text.py writes them: nothing rounds to all or to none.
  function percent(value) {
    let shown = 100 * value;
    if (shown > 0 && shown < 0.05) shown = 0.1;
    if (shown >= 99.95 && shown < 100) shown = 99.9;
    return (shown + 1e-9).toFixed(1);
  }

  function points(value) {
    const shown = (Math.abs(100 * value) + 1e-9).toFixed(1);
    return (Number(shown) === 0 ? '±' : value > 0 ? '+' : '−') + shown;
  }

  function chance(p) {
    return p >= 0.001 ? (p + 1e-12).toFixed(3) : '< 0.001';
  }

  // Of its own, because a browser takes 20 ms to learn how English writes numbers.
  function thousands(n) {
    return String(n).replace(/\B(?=(?:\d{3})+(?:\.|$))/g, ',');
  }

  // A count that may be a mean, as bench/site/text.py writes it.
  function amount(value) {
    return thousands((value + 1e-9).toFixed(1).replace('.0', ''));
  }

  const UNSEEN = new RegExp('[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff'
    + '\\ud800-\\udfff\\ufdd0-\\ufdef\\ufff9-\\ufffb\\ufffe\\uffff\\u{e0000}-\\u{e007f}'
    + '\\u{1fffe}\\u{1ffff}\\u{2fffe}\\u{2ffff}\\u{10fffe}\\u{10ffff}]', 'gu');

  // Spell out what the eye cannot see, as bench/site/text.py does.
  function visible(text) {
    return text.replace(UNSEEN,
      (found) => (found < ' ' ? String.fromCodePoint(0x2400 + found.codePointAt(0))
        : `⟨U+${found.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`));
  }

  function drawn(name, attributes) {
    const node = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const key of Object.keys(attributes)) node.setAttribute(key, attributes[key]);
    return node;
  }

  // The hundredth that a share is drawn at, and the classes of a score's whisker, as bench/site/whisker.py gives them.
  const hundredth = (value) => Math.floor(100 * Math.min(1, Math.max(0, value)) + 0.5);
  const places = (score) => [`l${hundredth(score.low)}`, `v${hundredth(score.value)}`, `h${hundredth(score.high)}`];

  // The scores of single seeds, as dots above a whisker.
  function dots(values) {
    const node = document.createElement('span');
    node.className = 'dots';
    node.ariaHidden = 'true';
    for (const value of values) node.append(Object.assign(document.createElement('i'), { className: `v${hundredth(value)}` }));
    return node;
  }

  // A seed's values question by question; packed where all are 0 or 1, eight to a byte.
  function unpack(marks, n) {
    if (typeof marks !== 'string') return Float64Array.from(marks);
    const bytes = atob(marks);
    const values = new Float64Array(n);
    for (let q = 0; q < n; q += 1) values[q] = (bytes.charCodeAt(q >> 3) >> (q & 7)) & 1;
    return values;
  }

  // Shares of a whole as a bar; the first ending is the right one, and stands taller.
  function stack(shares) {
    const svg = drawn('svg', { class: 'stack', viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
    let x = 0;
    shares.forEach((share, end) => {
      if (!share) return;
      const [css, top] = end ? [`e${(end - 1) % 8}`, 2] : ['right', 0];
      svg.append(drawn('path', { class: css, d: `M${x.toFixed(1)} ${top}h${(100 * share).toFixed(1)}V8h-${(100 * share).toFixed(1)}z` }));
      x += 100 * share;
    });
    return svg;
  }

  window.page = { returned, say, read, write, copy, percent, points, chance, thousands, amount, visible, places, dots, unpack, stack };

  let named = null; // what the address has opened

  function place() {
    let id = '';
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { return null; }
    const target = id && document.getElementById(id);
    return target && target.closest('details');
  }

  // What the address names is open; it is closed when the address names it no more.
  function openPlace() {
    const details = place();
    if (named && named !== details) named.open = false;
    named = details;
    if (!details || details.open) return;
    details.open = true;
    details.querySelector('summary').scrollIntoView({ block: 'start' });
  }

  // A question that a reader opens is named in the address, for links and for Back.
  function namePlace(event) {
    const summary = event.target.closest('.answer > summary');
    const details = summary && summary.parentElement;
    const inside = summary && details.querySelector(':scope > [id]');
    if (!inside || (details.open && details !== named)) return;
    history.pushState(null, '', '#' + (details.open ? '' : encodeURIComponent(inside.id)));
    named = details.open ? null : details;
  }

  // What the keyboard comes to in a table that scrolls sideways is seen whole.
  addEventListener('focusin', ({ target }) => {
    if (target.parentElement?.closest('.scroll') && target.matches(':focus-visible')) target.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });

  document.addEventListener('DOMContentLoaded', () => {
    themeSwitch();
    openPlace();
    addEventListener('hashchange', openPlace);
    addEventListener('click', namePlace);
    addEventListener('beforeprint', () => document.querySelectorAll('details:target, details:has(:target)').forEach((one) => { one.open = true; }));
  });
})();
