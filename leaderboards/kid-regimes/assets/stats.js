// The statistics of bench/judge/stats.py and bench/site/ranks.py, for what a reader filters.
// Quantiles of the normal and of Student's t come with the data; everything else is arithmetic.
(function () {
  'use strict';

  const ALPHA = 0.05;

  function sum(values) {
    let total = 0;
    for (let i = 0; i < values.length; i += 1) total += values[i];
    return total;
  }

  // The values at some places.
  function pick(values, places) {
    const picked = new Float64Array(places.length);
    for (let at = 0; at < places.length; at += 1) picked[at] = values[places[at]];
    return picked;
  }

  // The mean of some rows, question by question, of no order: what is beyond the twelfth decimal is of adding.
  function mean(rows) {
    if (rows.length === 1) return rows[0];
    return rows[0].map((_, q) => Math.round(1e12 * sum(rows.map((row) => row[q]))) / 1e12 / rows.length);
  }

  // Wilson's score interval of k right out of n.
  function wilson(k, n, z) {
    if (n === 0) return [0, 1];
    const p = k / n;
    const spread = z * z / n;
    const middle = (p + spread / 2) / (1 + spread);
    const half = z * Math.sqrt(p * (1 - p) / n + spread / (4 * n)) / (1 + spread);
    return [k <= 0 ? 0 : Math.max(0, middle - half), k >= n ? 1 : Math.min(1, middle + half)];
  }

  // A mean's interval with whole clusters, numbered from 0, as the unit; t holds the quantile for each
  // degree of freedom, and so has as many places as there are clusters at most.
  function clustered(values, clusters, t) {
    const n = values.length;
    const mean = n ? sum(values) / n : 0;
    const totals = new Float64Array(t.length);
    const met = new Uint8Array(t.length);
    for (let i = 0; i < n; i += 1) {
      totals[clusters[i]] += values[i] - mean;
      met[clusters[i]] = 1;
    }
    const groups = sum(met);
    if (groups < 2) return null;
    const squares = totals.reduce((before, total) => before + total * total, 0);
    const half = t[groups - 1] * Math.sqrt(groups / (groups - 1) * squares) / n;
    return [mean - half, mean + half];
  }

  // A mean with the wider of both intervals.
  function estimate(values, clusters, z, t) {
    const n = values.length;
    const k = sum(values);
    const value = n ? k / n : 0;
    const bounds = clustered(values, clusters, t);
    if (values.some((one) => one < 0 || one > 1)) {
      const [low, high] = bounds || [value, value];
      return { k, n, value, low, high, interval: bounds ? 'clustered' : 'none' };
    }
    const [low, high] = wilson(k, n, z);
    if (bounds) {
      const cut = [Math.max(0, bounds[0]), Math.min(1, bounds[1])];
      if (cut[1] - cut[0] > high - low) return { k, n, value, low: cut[0], high: cut[1], interval: 'clustered' };
    }
    return { k, n, value, low, high, interval: 'wilson' };
  }

  const logs = [0];
  function logFactorial(n) {
    while (logs.length <= n) logs.push(logs[logs.length - 1] + Math.log(logs.length));
    return logs[n];
  }

  // McNemar's exact two-sided p: from the largest of the binomial terms down, until they add nothing.
  function mcnemar(b, c) {
    const n = b + c;
    if (n === 0) return 1;
    const fewer = Math.min(b, c);
    let term = Math.exp(logFactorial(n) - logFactorial(fewer) - logFactorial(n - fewer) - n * Math.LN2);
    let total = 0;
    for (let i = fewer; i >= 0 && term > total * 1e-17; i -= 1) {
      total += term;
      term *= i / (n - i + 1);
    }
    return Math.min(1, 2 * total);
  }

  function holm(found) {
    const adjusted = new Array(found.length);
    const order = found.map((_, i) => i).sort((i, j) => found[i] - found[j]);
    let floor = 0;
    order.forEach((i, rank) => {
      floor = Math.max(floor, Math.min(1, (found.length - rank) * found[i]));
      adjusted[i] = floor;
    });
    return adjusted;
  }

  // How a second row differs from a first, question by question.
  function paired(first, second, clusters, t) {
    const n = first.length;
    const gains = new Float64Array(n);
    let lost = 0;
    let gained = 0;
    for (let i = 0; i < n; i += 1) {
      gains[i] = second[i] - first[i];
      if (gains[i] < 0) lost += 1;
      else if (gains[i] > 0) gained += 1;
    }
    const bounds = clustered(gains, clusters, t);
    return {
      value: n ? sum(gains) / n : 0, low: bounds && bounds[0], high: bounds && bounds[1],
      lost, gained, p: mcnemar(lost, gained), n,
    };
  }

  function ones(word) {
    let bits = word - ((word >>> 1) & 0x55555555);
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }

  // What is right, 32 questions a word.
  function pack(row) {
    const words = new Uint32Array(Math.ceil(row.length / 32));
    for (let q = 0; q < row.length; q += 1) if (row[q]) words[q >>> 5] |= 1 << (q & 31);
    return words;
  }

  function aheadOfBits(a, b) {
    let ahead = 0;
    for (let at = 0; at < a.length; at += 1) ahead += ones(a[at] & ~b[at]);
    return ahead;
  }

  function aheadOf(a, b) {
    let ahead = 0;
    for (let q = 0; q < a.length; q += 1) if (a[q] > b[q]) ahead += 1;
    return ahead;
  }

  // Every two rows, the first one with every later one and so on: on how many questions the one is
  // ahead of the other, and behind it. Where all is right or wrong, words of bits are compared.
  function meet(rows) {
    const plain = rows.every((row) => row.every((value) => value === 0 || value === 1));
    const packed = plain ? rows.map(pack) : rows;
    const count = plain ? aheadOfBits : aheadOf;
    const pairs = rows.length * (rows.length - 1) / 2;
    const met = { plain, ahead: new Uint32Array(pairs), behind: new Uint32Array(pairs) };
    for (let i = 0, at = 0; i < rows.length; i += 1) {
      for (let j = i + 1; j < rows.length; j += 1, at += 1) {
        met.ahead[at] = count(packed[i], packed[j]);
        met.behind[at] = count(packed[j], packed[i]);
      }
    }
    return met;
  }

  // The best and the worst place that each row may hold.
  function ranks(rows, met = meet(rows)) {
    const told = [];
    const known = new Map(); // p of a count of wins and losses: among many pairs the same ones come again
    for (let i = 0, at = 0; i < rows.length; i += 1) {
      for (let j = i + 1; j < rows.length; j += 1, at += 1) {
        const ahead = met.ahead[at];
        const behind = met.behind[at];
        const key = Math.min(ahead, behind) * 0x100000 + Math.max(ahead, behind);
        let p = known.get(key);
        if (p === undefined) known.set(key, p = mcnemar(ahead, behind));
        if (p <= ALPHA) told.push(ahead > behind ? { p, better: i, worse: j } : { p, better: j, worse: i });
      }
    }
    // Holm's steps from the smallest p on; they end before a p above ALPHA, so those were left out.
    const places = rows.map(() => [1, rows.length]);
    told.sort((a, b) => a.p - b.p);
    for (let step = 0; step < told.length && (met.ahead.length - step) * told[step].p <= ALPHA; step += 1) {
      places[told[step].better][1] -= 1;
      places[told[step].worse][0] += 1;
    }
    return places;
  }

  function median(values) {
    const sorted = values.sort();
    const middle = sorted.length >> 1;
    return (sorted[middle - 1 + sorted.length % 2] + sorted[middle]) / 2;
  }

  // What two typical rows are told apart by: the share of questions that they score differently on, as McNemar's
  // test counts them, and the least difference that it finds; a question of several seeds may be worth less than 1.
  function typical(rows, factor, met = meet(rows)) {
    const n = rows[0].length;
    const shares = Float64Array.from(met.ahead, (ahead, at) => (ahead + met.behind[at]) / n);
    const sizes = met.plain ? null : gaps(rows);
    const least = shares.map((share, at) => share && factor * Math.sqrt(share / n) * (sizes ? sizes[at] / (share * n) : 1));
    return { share: median(shares), least: median(least) };
  }

  // How far apart every two rows are, summed over the questions.
  function gaps(rows) {
    return rows.flatMap((row, i) => rows.slice(i + 1).map((other) => sum(row.map((value, q) => Math.abs(value - other[q])))));
  }

  window.stats = { ALPHA, sum, pick, mean, wilson, clustered, estimate, mcnemar, holm, paired, meet, ranks, typical };
})();
