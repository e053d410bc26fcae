// Makes a chart interactive when asked; it then follows the rows and questions that a reader chooses.
// Vega is loaded on the first such wish, and evaluates expressions without eval.
(function () {
  'use strict';

  const NIGHT = { '#1b1d1f': '#e3e5e8', '#596068': '#9ca4ac', '#dfe2e5': '#2b3035', '#ffffff': '#131517', '#0a5c8f': '#7fc1ec' };
  const VENDORED = ['vega-6.4.0/vega.min.js', 'vega-lite-6.4.3/vega-lite.min.js', 'vega-embed-7.3.0/vega-embed.min.js'];
  const specs = {};
  const views = new Map();
  let engine = null;

  window.chart = (value) => { specs[value.name] = value.spec; };

  function load(address) {
    return new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = address;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
  }

  function start() {
    engine = engine || VENDORED.reduce((before, name) => before.then(() => load(`assets/vendor/${name}`)), Promise.resolve());
    return engine;
  }

  const dark = () => getComputedStyle(document.body).backgroundColor !== 'rgb(255, 255, 255)';

  // Nothing else costs no more and gains no less, one of them strictly.
  function front(rows) {
    return rows.map((row) => ({
      ...row,
      front: !rows.some((one) => one.cost <= row.cost && one.gain >= row.gain && (one.cost !== row.cost || one.gain !== row.gain)),
    }));
  }

  // The upper end of an axis of percents, as bench/site/dress.py gives it.
  const ceiling = (shares) => Math.min(100, 10 * (Math.floor(Math.max(0, ...shares) / 10) + 1));

  // The records of a chart for some of the questions.
  function recast(kind, rows, view) {
    const share = { levels: (row) => view.level(row.line, row.level), failures: (row) => view.ending(row.line, row.end) }[kind];
    if (share) return rows.map((row) => ({ ...row, share: share(row) })).filter((row) => row.share !== null).map((row) => ({ ...row, share: 100 * row.share }));
    return kind === 'curves' ? rows : rows.map((row) => ({ ...row, gain: 100 * view.headline(row.line) }));
  }

  function lettered(rows, spec, top) {
    return window.lettering.named(front(rows), spec, Math.max(top, spec.layer[0].encoding.y.scale.domain[1]));
  }

  function chosen(spec, kind, view) {
    if (!view || view.whole) return spec;
    const { values } = spec.data;
    const shown = values.filter((row) => view.shows(row.line));
    const rows = view.filtered ? recast(kind, shown, view) : shown;
    // An axis of percents reaches further where it has to; losses are of training, whatever is asked.
    const top = kind === 'curves' ? 0 : ceiling(rows.map((row) => row.gain || row.share || 0));
    const reach = (key, value) => (key === 'domain' && value[0] === 0 ? [0, Math.max(value[1], top)] : value);
    return { ...JSON.parse(JSON.stringify(spec, reach)), data: { values: rows.length && 'cost' in rows[0] ? lettered(rows, spec, top) : rows } };
  }

  async function draw(figure) {
    const { name, kind } = figure.dataset;
    let text = JSON.stringify(chosen(specs[name], kind, views.get(figure.closest('section'))));
    if (dark()) for (const day of Object.keys(NIGHT)) text = text.replaceAll(day, NIGHT[day]);
    const place = document.createElement('div');
    place.className = 'live-chart';
    await window.vegaEmbed(place, JSON.parse(text), {
      ast: true, actions: false, defaultStyle: false, renderer: 'svg', mode: 'vega-lite',
      tooltip: { disableDefaultStyle: true },
    });
    figure.querySelector('.live-chart')?.remove();
    figure.querySelector('.aside').before(place);
    figure.dataset.live = 'yes';
    return window.points.open(place, figure.querySelector('figcaption').firstChild.textContent.trim());
  }

  async function enliven(figure, button) {
    const { name } = figure.dataset;
    await Promise.all([start(), specs[name] || load(`charts/${encodeURIComponent(name)}.js`)]);
    const first = await draw(figure);
    if (button.matches(':focus-visible')) first.focus();
    figure.querySelectorAll('img').forEach((image) => image.remove());
    figure.querySelector('.aside').hidden = true;
    button.remove();
  }

  function follow(section, view) {
    views.set(section, view);
    for (const figure of section.querySelectorAll('figure.chart')) {
      if (figure.dataset.live) draw(figure);
      else figure.querySelector('.aside').hidden = view.whole;
    }
  }
  window.charts = { follow };

  // Colours are written into a drawing, so that of the other theme is another drawing.
  function redress() { document.querySelectorAll('figure.chart[data-live]').forEach(draw); }

  document.addEventListener('DOMContentLoaded', () => {
    new MutationObserver(redress).observe(document.documentElement, { attributeFilter: ['data-theme'] });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redress);
    for (const figure of document.querySelectorAll('figure.chart')) {
      const button = figure.querySelector('button');
      button.hidden = false;
      button.addEventListener('click', () => enliven(figure, button));
    }
  });
})();
