// A curve: times[] ascending, raw[] and smoothed[] beside them (null where a sample has none), shots[] {start, end}.

/** Bounds of the plot, the same for both curves so that switching does not move it; and a threshold to begin with. */
export function scoreRange(curve) {
  const values = [...curve.raw, ...curve.smoothed].filter((value) => value !== null);
  if (values.length === 0) return { low: 0, high: 1, suggested: 0.5 };
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  const room = Math.max((most - least) * 0.08, 0.01);
  const low = least - room;
  const high = most + room;
  return { low, high, suggested: least + (most - least) * 0.7 };
}

/** Half-open runs of samples at or above the level; the last one ends with the video. */
export function passagesAbove(curve, scores, level, length) {
  const passages = [];
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] === null || scores[i] < level) continue;
    const end = Math.min(curve.times[i + 1] ?? length, length);
    const last = passages.at(-1);
    if (last && last.end === curve.times[i]) {
      last.end = end;
      if (scores[i] > last.score) { last.score = scores[i]; last.keyFrame = curve.times[i]; }
    } else if (end > curve.times[i]) {
      passages.push({ start: curve.times[i], end, score: scores[i], keyFrame: curve.times[i] });
    }
  }
  return passages;
}

/** The score of the sample on screen at a time; 0 before the first. */
export function scoreAt(curve, scores, seconds) {
  let low = 0;
  let high = curve.times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (curve.times[middle] <= seconds) low = middle + 1;
    else high = middle;
  }
  return scores[low - 1] ?? 0;
}

/** A long curve in fewer steps, each with the highest score of what it stands for, so that a short rise is not lost. */
export function atMost(count, times, scores) {
  const size = Math.ceil(times.length / count) || 1;
  const steps = [];
  for (let i = 0; i < times.length; i += size) {
    let score = null;
    for (let j = i; j < Math.min(i + size, times.length); j++) if (scores[j] !== null && (score === null || scores[j] > score)) score = scores[j];
    steps.push({ time: times[i], score });
  }
  return steps;
}
