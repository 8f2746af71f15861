/** 75.4 -> "1:15", 3675 -> "1:01:15"; with tenths where asked for. */
export function clock(seconds, { tenths = false } = {}) {
  const ticks = Math.max(0, tenths ? Math.floor(seconds * 10 + 1e-6) / 10 : Math.floor(seconds + 1e-6));
  const whole = Math.floor(ticks);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = String(whole % 60).padStart(2, '0') + (tenths ? `.${Math.round((ticks - whole) * 10)}` : '');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** "4.2 s", "2 min 5 s", "1 h 20 min". */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 10) return `${trim(seconds, 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return joined(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(whole / 60);
  return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

export const count = (value) => new Intl.NumberFormat('en').format(value);

export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

/** Binary: 1536 -> "1.5 KiB". */
export function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let step = 0;
  while (value >= 1024 && step < units.length - 1) { value /= 1024; step++; }
  return `${trim(value, value < 10 && step > 0 ? 1 : 0)} ${units[step]}`;
}

/** Wall-clock time of a place in a video, in the reader's own zone; null when it is unknown. */
export function wallClock(recordedAt, offsetSeconds = 0) {
  if (!recordedAt) return null;
  const at = new Date(new Date(recordedAt).getTime() + offsetSeconds * 1000);
  return Number.isNaN(at.getTime()) ? null : wallClockFormat.format(at);
}

const wallClockFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** The relevance from which the API's verdict is "weak" instead of "nothing". */
export const worthALook = 0.01;

/**
 * What a relevance means, in a word. The bounds are those of the answer's verdict: from .5 the model would bet on it, from .01 it is
 * worth a look.
 */
export function relevanceOf(relevance) {
  if (relevance === null || relevance === undefined) return null;
  const percent = relevance >= 0.995 ? '> 99 %' : relevance < 0.01 ? '< 1 %' : `${Math.round(relevance * 100)} %`;
  const [name, tone] = relevance >= 0.5 ? ['Strong match', 'good'] : relevance >= 0.1 ? ['Likely', 'warm'] : relevance >= worthALook ? ['Possible', 'warm'] : ['Faint', ''];
  return { name, tone, percent };
}

const trim = (value, digits) => String(Number(value.toFixed(digits)));
const joined = (big, bigUnit, small, smallUnit) => (small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`);
