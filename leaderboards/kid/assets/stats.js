// The statistics of bench/judge/stats.py and bench/site/ranks.py, for what a reader filters.
// Quantiles of the normal and of Student's t come with the data; everything else is arithmetic.
(function () {
  'use strict';

  const ALPHA = 0.05;
  const sum = (values) => values.reduce((total, value) => total + value, 0);

  // Wilson's score interval of k right out of n.
  function wilson(k, n, z) {
    if (n === 0) return [0, 1];
    const p = k / n;
    const spread = z * z / n;
    const middle = (p + spread / 2) / (1 + spread);
    const half = z * Math.sqrt(p * (1 - p) / n + spread / (4 * n)) / (1 + spread);
    return [k <= 0 ? 0 : Math.max(0, middle - half), k >= n ? 1 : Math.min(1, middle + half)];
  }

  // A mean's interval with whole clusters as the unit; t holds the quantile for each degree of freedom.
  function clustered(values, clusters, t) {
    const n = values.length;
    const mean = n ? sum(values) / n : 0;
    const totals = new Map();
    values.forEach((value, i) => totals.set(clusters[i], (totals.get(clusters[i]) || 0) + value - mean));
    const groups = totals.size;
    if (groups < 2) return null;
    const squares = sum(Array.from(totals.values(), (total) => total * total));
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
    const gains = second.map((value, i) => value - first[i]);
    const bounds = clustered(gains, clusters, t);
    const lost = gains.filter((gain) => gain < 0).length;
    const gained = gains.filter((gain) => gain > 0).length;
    return {
      value: gains.length ? sum(gains) / gains.length : 0,
      low: bounds && bounds[0], high: bounds && bounds[1],
      lost, gained, p: mcnemar(lost, gained), n: gains.length,
    };
  }

  function ones(word) {
    let bits = word - ((word >>> 1) & 0x55555555);
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }

  // What is right, 32 questions a word; of several seeds, at least half must be.
  function pack(row) {
    const words = new Uint32Array(Math.ceil(row.length / 32));
    row.forEach((value, q) => { if (value >= 0.5) words[q >>> 5] |= 1 << (q & 31); });
    return words;
  }

  // On how many questions a first row is ahead of a second, and behind it.
  function aheadOfBits(a, b) {
    let ahead = 0;
    let behind = 0;
    for (let at = 0; at < a.length; at += 1) {
      ahead += ones(a[at] & ~b[at]);
      behind += ones(b[at] & ~a[at]);
    }
    return [ahead, behind];
  }

  function differing(a, b) {
    let total = 0;
    for (let at = 0; at < a.length; at += 1) total += ones(a[at] ^ b[at]);
    return total;
  }

  function aheadOf(a, b) {
    let ahead = 0;
    let behind = 0;
    for (let q = 0; q < a.length; q += 1) {
      if (a[q] > b[q]) ahead += 1;
      else if (a[q] < b[q]) behind += 1;
    }
    return [ahead, behind];
  }

  // The best and the worst place that each row may hold.
  function ranks(rows) {
    const plain = rows.every((row) => row.every((value) => value === 0 || value === 1));
    const packed = plain ? rows.map(pack) : rows.map((row) => Float64Array.from(row));
    const count = plain ? aheadOfBits : aheadOf;
    const told = [];
    const known = new Map(); // p of a count of wins and losses: among many pairs the same ones come again
    for (let i = 0; i < rows.length; i += 1) {
      for (let j = i + 1; j < rows.length; j += 1) {
        const [ahead, behind] = count(packed[i], packed[j]);
        const key = Math.min(ahead, behind) * 0x100000 + Math.max(ahead, behind);
        if (!known.has(key)) known.set(key, mcnemar(ahead, behind));
        const p = known.get(key);
        if (p <= ALPHA) told.push(ahead > behind ? { p, better: i, worse: j } : { p, better: j, worse: i });
      }
    }
    // Holm's steps from the smallest p on; they end before a p above ALPHA, so those were left out.
    const places = rows.map(() => [1, rows.length]);
    const all = rows.length * (rows.length - 1) / 2;
    told.sort((a, b) => a.p - b.p);
    for (let step = 0; step < told.length && (all - step) * told[step].p <= ALPHA; step += 1) {
      places[told[step].better][1] -= 1;
      places[told[step].worse][0] += 1;
    }
    return places;
  }

  // The share of questions that two typical rows disagree on.
  function discord(rows) {
    const packed = rows.map(pack);
    const apart = new Uint32Array(rows.length * (rows.length - 1) / 2);
    let at = 0;
    for (let i = 0; i < packed.length; i += 1) {
      for (let j = i + 1; j < packed.length; j += 1) apart[at++] = differing(packed[i], packed[j]);
    }
    apart.sort();
    const middle = apart.length >> 1;
    const [low, high] = [apart[middle - 1 + apart.length % 2], apart[middle]].map((one) => one / rows[0].length);
    return (low + high) / 2;
  }

  window.stats = { ALPHA, wilson, clustered, estimate, mcnemar, holm, paired, ranks, discord };
})();
