import { address } from '../state/location.js';
import { writeQuery } from '../state/query.js';

/** /moment/VIDEO?t=START-END&at=SECONDS and the query that found it. */
export function momentAddress(moment, query, at = null) {
  const params = new URLSearchParams();
  if (moment.start !== null && moment.start !== undefined) params.set('t', `${round(moment.start)}-${round(moment.end)}`);
  if (at !== null) params.set('at', round(at));
  for (const [name, value] of query ? writeQuery(query) : []) params.append(name, value);
  return address(`/moment/${moment.videoId}`, params);
}

export function readMoment(path, params) {
  const match = /^\/moment\/([\w-]+)$/.exec(path);
  if (!match) return null;
  const range = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(params.get('t') ?? '');
  const [start, end] = range && Number(range[2]) > Number(range[1]) ? [Number(range[1]), Number(range[2])] : [null, null];
  const at = params.has('at') ? Number(params.get('at')) : NaN;
  return { videoId: match[1], start, end, at: at >= 0 ? at : start ?? 0 };
}

export const round = (seconds) => Number(Number(seconds).toFixed(3));
