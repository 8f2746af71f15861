// SMPTE timecode. A frame number counts from 00:00:00:00; drop frame leaves out numbers, never frames (SMPTE ST 12-1).

/** "30000/1001" or "25" as a fraction in lowest terms as given; null where there is none. */
export function parseRate(text) {
  const match = /^(\d+)(?:\/(\d+))?$/.exec(String(text ?? '').trim());
  if (!match) return null;
  const numerator = Number(match[1]);
  const denominator = Number(match[2] ?? 1);
  return numerator > 0 && denominator > 0 ? { numerator, denominator } : null;
}

/** Frames that a second of timecode counts: 30 for 29.97. */
export const nominalRate = (rate) => Math.max(1, Math.round(rate.numerator / rate.denominator));

/** Only 29.97 and 59.94 have a drop-frame count. */
export const canDropFrames = (rate) =>
  nominalRate(rate) % 30 === 0 && Math.abs(rate.numerator / rate.denominator / nominalRate(rate) - 1000 / 1001) < 1e-5;

/** The file's own timecode says it by its separator; without one, 29.97 and 59.94 are counted with drops, as their clocks are. */
export function dropsFrames(rate, startTimecode) {
  if (!canDropFrames(rate)) return false;
  return startTimecode ? /[;.,]\d\d$/.test(startTimecode) : true;
}

export const framesOf = (seconds, rate) => Math.round((seconds * rate.numerator) / rate.denominator);

export function formatTimecode(frame, rate, drop) {
  const nominal = nominalRate(rate);
  const dropped = drop ? nominal / 15 : 0;
  const framesIn10Minutes = nominal * 600 - dropped * 9;
  const day = framesIn10Minutes * 144;
  let number = ((frame % day) + day) % day;
  if (drop) {
    const tens = Math.floor(number / framesIn10Minutes);
    const rest = number % framesIn10Minutes;
    number += dropped * 9 * tens;
    if (rest >= dropped) number += dropped * Math.floor((rest - dropped) / (nominal * 60 - dropped));
  }
  const seconds = Math.floor(number / nominal);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(twoDigits);
  return `${parts.join(':')}${drop ? ';' : ':'}${twoDigits(number % nominal)}`;
}

/** The frame number that a timecode names; null for what is none. */
export function parseTimecode(text, rate, drop) {
  const match = /^(\d\d):(\d\d):(\d\d)[:;.,](\d\d)$/.exec(String(text ?? '').trim());
  if (!match) return null;
  const [hours, minutes, seconds, frames] = match.slice(1).map(Number);
  const nominal = nominalRate(rate);
  const number = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames;
  if (!drop) return number;
  const totalMinutes = hours * 60 + minutes;
  return number - (nominal / 15) * (totalMinutes - Math.floor(totalMinutes / 10));
}

const twoDigits = (value) => String(value).padStart(2, '0');
