import { formatTimecode } from './timecode.js';
import { passageOf } from './passage.js';

const columns = [
  ['video', (p) => p.moment.video],
  ['videoId', (p) => p.moment.videoId],
  ['start', (p) => seconds(p.moment.start)],
  ['end', (p) => seconds(p.moment.end)],
  ['keyFrame', (p) => seconds(p.moment.keyFrame)],
  ['timecodeIn', (p) => formatTimecode(p.sourceStart + p.inFrame, p.rate, p.drop)],
  ['timecodeOut', (p) => formatTimecode(p.sourceStart + p.outFrame, p.rate, p.drop)],
  ['frameRate', (p) => p.moment.frameRate],
  ['recordedAt', (p) => p.moment.recordedAt],
  ['relevance', (p) => p.moment.relevance],
  ['score', (p) => p.moment.score],
  ['query', (p) => p.moment.query],
  ['labels', (p) => (p.moment.labels ?? []).map((label) => label.name).join('; ')],
  ['path', (p) => p.moment.path],
];

/** RFC 4180. Times are seconds from the first frame beside timecode in the video's own frame rate; timecodeOut is exclusive. */
export function writeCsv(moments) {
  const rows = moments.map(passageOf).map((passage) => columns.map(([, value]) => value(passage)));
  return [columns.map(([name]) => name), ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

/** One document, as the command line writes them. */
export function writeJson(moments, madeAt) {
  const document = {
    schemaVersion: 1,
    madeAt,
    moments: moments.map(passageOf).map((p) => ({
      video: p.moment.video,
      videoId: p.moment.videoId,
      path: p.moment.path ?? null,
      start: p.moment.start,
      end: p.moment.end,
      keyFrame: p.moment.keyFrame ?? null,
      timecodeIn: formatTimecode(p.sourceStart + p.inFrame, p.rate, p.drop),
      timecodeOut: formatTimecode(p.sourceStart + p.outFrame, p.rate, p.drop),
      frameRate: p.moment.frameRate ?? null,
      recordedAt: p.moment.recordedAt ?? null,
      relevance: p.moment.relevance ?? null,
      score: p.moment.score ?? null,
      labels: p.moment.labels ?? [],
      query: p.moment.query ?? null,
    })),
  };
  return JSON.stringify(document, null, 2) + '\n';
}

const seconds = (value) => (value === null || value === undefined ? '' : Number(value.toFixed(6)));

// A spreadsheet takes text that begins with one of = + - @ for a formula; a quote in front keeps it text.
function cell(value) {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
