// Makes a chart interactive when asked: Vega is loaded then, and evaluates expressions without eval.
(function () {
  'use strict';

  const NIGHT = { '#1b1d1f': '#e3e5e8', '#596068': '#9ca4ac', '#dfe2e5': '#2b3035', '#ffffff': '#131517', '#0a5c8f': '#7fc1ec' };
  const VENDORED = ['vega-6.4.0/vega.min.js', 'vega-lite-6.4.3/vega-lite.min.js', 'vega-embed-7.3.0/vega-embed.min.js'];
  const specs = {};
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

  const dark = () => getComputedStyle(document.documentElement).getPropertyValue('--ground').trim() !== '#ffffff';

  async function enliven(figure, button) {
    const { name } = figure.dataset;
    await Promise.all([start(), specs[name] || load(`charts/${encodeURIComponent(name)}.js`)]);
    let text = JSON.stringify(specs[name]);
    if (dark()) for (const day of Object.keys(NIGHT)) text = text.replaceAll(day, NIGHT[day]);
    const place = document.createElement('div');
    place.className = 'live-chart';
    await window.vegaEmbed(place, JSON.parse(text), {
      ast: true, actions: false, defaultStyle: false, renderer: 'canvas', mode: 'vega-lite',
      tooltip: { disableDefaultStyle: true },
    });
    figure.querySelectorAll('img').forEach((image) => image.remove());
    button.before(place);
    button.remove();
    figure.dataset.live = 'yes';
  }

  document.addEventListener('DOMContentLoaded', () => {
    for (const figure of document.querySelectorAll('figure.chart')) {
      const button = figure.querySelector('button');
      button.hidden = false;
      button.addEventListener('click', () => enliven(figure, button));
    }
  });
})();
