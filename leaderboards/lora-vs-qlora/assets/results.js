// The results of a sheet: each row's marks, how its answers ended, and what of both a state chooses.
(function () {
  'use strict';

  const { page, stats } = window;
  const DIGITS = new Uint8Array(128);
  Array.from('0123456789abcdefghijklmnopqrstuvwxyz', (digit, value) => { DIGITS[digit.charCodeAt(0)] = value; });

  class Results {
    constructor(questions, data) {
      this.questions = questions;
      this.data = data;
      this.lines = questions.lines;
      [this.head] = data.metrics;
      this.names = new Map(this.lines.map((line, i) => [`${line.model}/${line.method}`, i]));
      this.firsts = new Map(this.lines.map((line, i) => [line.model, i]).filter(([, i]) => this.done(i)).reverse());
      this.unpacked = this.lines.map(() => ({}));
      this.known = new Set(questions.known);
      this.tags = new Map(questions.tags.map(([name, having]) => [name, new Set(having)]));
    }

    // How many questions there are.
    get n() { return this.questions.level.length; }

    // Whether a row has figures.
    done(i) { return this.head in this.lines[i].marks; }

    // A row's metric for each question, averaged over its seeds.
    marks(i, metric) { return this.unpack(i, metric).mean; }

    // The score of each seed on some questions, where there are several.
    seeds(i, metric, chosen) {
      const { seeds } = this.unpack(i, metric);
      return seeds.length > 1 ? seeds.map((seed) => stats.sum(stats.pick(seed, chosen)) / chosen.length) : [];
    }

    // What the first filter asks of every row, read while nobody waits for it.
    prepare() { this.lines.forEach((_, i) => this.done(i) && this.marks(i, this.head)); }

    // Most rows are never asked for most metrics.
    unpack(i, metric) {
      const own = this.unpacked[i];
      if (!own[metric]) {
        const seeds = this.lines[i].marks[metric].map((seed) => page.unpack(seed, this.n));
        own[metric] = { seeds, mean: stats.mean(seeds) };
      }
      return own[metric];
    }

    mean(i, chosen) {
      return chosen.length ? stats.sum(stats.pick(this.marks(i, this.head), chosen)) / chosen.length : null;
    }

    // How a row's answers to some questions ended: the share of each ending, over all seeds.
    shares(i, chosen) {
      const counts = this.data.endings.map(() => 0);
      const { ends } = this.lines[i];
      for (const seed of ends) for (const q of chosen) counts[DIGITS[seed.charCodeAt(q)]] += 1;
      return counts.map((count) => count / (ends.length * chosen.length || 1));
    }

    // The questions that a state asks.
    asked(state) {
      const { levels, databases, level, database } = this.questions;
      const atLevel = levels.indexOf(state.level);
      const onDatabase = databases.findIndex(([name]) => name === state.db);
      return level.map((_, q) => q).filter((q) => (
        (!state.level || level[q] === atLevel) && (!state.db || database[q] === onDatabase)
        && (!state.tag || (this.tags.has(state.tag) && this.tags.get(state.tag).has(q)))
        && (!state.known || !this.known.has(q))
      ));
    }

    ofLevel(chosen, at) { return chosen.filter((q) => this.questions.level[q] === at); }

    // Whether a state shows a row.
    matches(state, i) {
      const { model, method, size } = this.lines[i];
      const text = `${model} ${method}`.toLowerCase();
      return (!state.model || state.model === model) && (!state.method || state.method === method)
        && (!state.size || (size && size <= 1e6 * state.size))
        && state.q.toLowerCase().split(/\s+/).every((word) => text.includes(word));
    }

    // The row that another is compared with: the one that is named, or else the first of its model.
    baseline(i, name) {
      return this.names.has(name) ? this.names.get(name) : this.firsts.get(this.lines[i].model);
    }
  }

  window.Results = Results;
})();
