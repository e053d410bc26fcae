// A reading of a sheet's results: the figures of the rows and questions that a state chooses.
// Only figures that are other than on the page as it was made are there, each made when it is asked for.
(function () {
  'use strict';

  const { figures, page, stats } = window;
  const { percent } = page;

  function once(make) {
    let made;
    return () => { made = made || make(); return made; };
  }

  class Reading {
    constructor(results, state) {
      const lines = results.lines.map((_, i) => i);
      this.results = results;
      this.base = state.base;
      this.chosen = results.asked(state);
      this.clusters = this.clustersOf(this.chosen);
      this.shown = new Set(lines.filter((i) => results.matches(state, i)));
      this.ranked = lines.filter((i) => this.shown.has(i) && results.done(i));
      this.filtered = this.chosen.length < results.n;
      this.partial = this.filtered || this.ranked.length < lines.filter((i) => results.done(i)).length;
      this.makers = this.change();
      this.figures = lines.map(() => new Map());
      this.values = once(() => new Map(this.ranked.map((i) => [i, this.pick(i)])));
      this.met = once(() => stats.meet([...this.values().values()]));
      this.places = once(() => new Map(stats.ranks(this.ranked, this.met()).map((place, at) => [this.ranked[at], place])));
      this.differences = once(() => this.differ());
    }

    // Whether all is as the page was made, for the rows and the questions.
    get whole() { return !this.filtered && this.shown.size === this.results.lines.length; }

    // A row's figure of a column, if it is another than on the page as it was made.
    figure(i, key) {
      const make = this.makers.get(key);
      if (!make || !this.shown.has(i) || !this.results.done(i)) return undefined;
      const own = this.figures[i];
      if (!own.has(key)) own.set(key, make(i));
      return own.get(key);
    }

    // How each column that changes is made. Costs are known of all questions together, not of some.
    change() {
      const { data, head, questions } = this.results;
      const makers = new Map();
      if (this.filtered) {
        for (const metric of data.metrics) makers.set(metric, (i) => this.seeded(i, metric));
        questions.levels.forEach((level, at) => {
          const asked = this.results.ofLevel(this.chosen, at);
          const clusters = this.clustersOf(asked);
          makers.set(`level:${level}`, (i) => this.score(i, head, asked, clusters));
        });
        makers.set('n', () => ({ text: page.thousands(this.chosen.length), number: this.chosen.length }));
        makers.set('ends', (i) => this.ended(i));
        makers.set('valid', (i) => this.share(i, 'correct', 'wrong_result'));
        makers.set('timeout', (i) => this.share(i, 'timeout'));
        for (const key of ['tokens', 'pace']) makers.set(key, () => ({ text: '–', title: 'not known for a part of the questions' }));
      }
      if (this.partial) {
        makers.set('rank', (i) => this.rank(i));
        makers.set(head, (i) => ({
          ...(this.filtered ? this.seeded(i, head) : { made: true }), told: this.leads(i),
        }));
      }
      if (this.partial || this.base) makers.set('difference', (i) => this.differences().get(i));
      return makers;
    }

    pick(i) { return stats.pick(this.results.marks(i, this.results.head), this.chosen); }

    clustersOf(chosen) { return stats.pick(this.results.questions.database, chosen); }

    score(i, metric, chosen = this.chosen, clusters = this.clusters) {
      const { z, t } = this.results.data;
      return figures.proportion(stats.estimate(stats.pick(this.results.marks(i, metric), chosen), clusters, z, t));
    }

    // A score with that of each seed.
    seeded(i, metric) {
      const figure = this.score(i, metric);
      const dots = figure.score ? this.results.seeds(i, metric, this.chosen) : [];
      return dots.length ? { ...figure, dots, title: `${figure.title}; seeds ${dots.map(percent).join(', ')}` } : figure;
    }

    ended(i) {
      const { endings } = this.results.data;
      const shares = this.results.shares(i, this.chosen);
      const told = endings.map(([, words], at) => shares[at] && `${words} ${percent(shares[at])} %`).filter(Boolean);
      return { text: '', number: shares[endings.findIndex(([end]) => end === 'correct')], title: told.join(', '), shares };
    }

    share(i, ...ends) {
      const shares = this.results.shares(i, this.chosen);
      const share = this.results.data.endings.reduce((sum, [end], at) => sum + (ends.includes(end) ? shares[at] : 0), 0);
      return { text: percent(share), number: share };
    }

    // A row alone has no place.
    leads(i) { return this.ranked.length > 1 && this.places().get(i)[0] === 1; }

    rank(i) {
      if (this.ranked.length < 2) return { text: '–' };
      const [best, worst] = this.places().get(i);
      return {
        text: best === worst ? String(best) : `${best}–${worst}`,
        number: best + worst / 1000, title: best === 1 ? 'tied with the best' : '', told: best === 1,
      };
    }

    // Each row minus its baseline, corrected by Holm over the rows that are shown.
    differ() {
      const { results } = this;
      const bases = new Map(this.ranked.map((i) => [i, results.baseline(i, this.base)]));
      const others = this.ranked.filter((i) => bases.get(i) !== i && results.done(bases.get(i)));
      const values = (i) => this.values().get(i) || this.pick(i);
      const found = others.map((i) => stats.paired(values(bases.get(i)), values(i), this.clusters, results.data.t));
      const adjusted = stats.holm(found.map((one) => one.p));
      const none = this.ranked.map((i) => [i, { text: this.base && bases.get(i) === i ? 'baseline' : '–' }]);
      return new Map([...none, ...found.map((one, at) => [others[at], figures.difference(one, adjusted[at])])]);
    }

    // How many questions are chosen, in words.
    get asked() {
      const { n, questions } = this.results;
      const [one, of] = [this.chosen.length, questions.databases.length].map(page.thousands);
      return `${one} of ${page.thousands(n)} questions on ${new Set(this.clusters).size} of ${of} databases`;
    }

    // What difference the rows shown could have told on these questions.
    get power() {
      const n = this.chosen.length;
      if (this.ranked.length < 2 || !n) return '';
      const { share, least } = stats.typical([...this.values().values()], this.results.data.power, this.met());
      return `Two typical rows score differently on ${percent(share)} % of these ${page.thousands(n)} ${n === 1 ? 'question' : 'questions'}, `
        + `as McNemar’s test counts them: one such test at 5 % would find a true difference of ${percent(least)} points `
        + 'four times in five, and a smaller one, or one among many after Holm, less often.';
    }

    // What the charts ask.
    get view() {
      const { results, chosen } = this;
      const names = results.questions.levels.map(page.visible);
      return {
        whole: this.whole,
        filtered: this.filtered,
        shows: (i) => this.shown.has(i),
        headline: (i) => results.mean(i, chosen),
        level: (i, name) => results.mean(i, results.ofLevel(chosen, names.indexOf(name))),
        ending: (i, words) => results.shares(i, chosen)[results.data.endings.findIndex((end) => end[1] === words)],
      };
    }
  }

  window.Reading = Reading;
})();
