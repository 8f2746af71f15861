// The gateway's endpoints in the page's own words. docs/api.md has the contract.

import { momentKey } from '../basket/sharing.js';
import { saveFile } from '../basket/saveFile.js';
import { apiUrl, csrfHeader, errorOf, request } from './client.js';

/** One page of the answer. Moments carry a key of their own; nextCursor is null at the end. */
export async function search(query, { cursor = null, limit, signal } = {}) {
  const answer = await request('POST', '/search', { body: { ...searchBody(query), limit, cursor }, signal });
  return { ...answer, moments: answer.moments.map(momentOf), nextCursor: answer.nextCursor ?? null, tookMs: answer.timings?.totalMs ?? null };
}

function searchBody(query) {
  const parts = [
    ...(query.text.trim() ? [{ kind: 'text', text: query.text.trim() }] : []),
    ...query.parts.map((part) => (part.kind === 'picture'
      ? { kind: 'picture', picture: part.id, negative: part.negative }
      : { kind: 'moment', video: part.video, seconds: part.seconds, crop: part.crop ?? undefined, negative: part.negative })),
    ...query.not.map((text) => ({ kind: 'text', text, negative: true })),
  ];
  return {
    parts,
    filter: { videos: list(query.video), cameras: list(query.camera), zones: list(query.zone), recordedAfter: isoTime(query.after), recordedBefore: isoTime(query.before), from: number(query.from), to: number(query.to) },
    fold: query.fold,
  };
}

const list = (values) => (values.length > 0 ? values : undefined);
const number = (text) => (text === null ? undefined : Number(text));
const isoTime = (local) => {
  const at = local ? new Date(local) : null;
  return at && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined;
};

const momentOf = (moment) => ({ ...moment, key: momentKey(moment.videoId, moment.start, moment.end), labels: moment.labels ?? [], similar: (moment.similar ?? []).map(momentOf) });

export const frameUrl = (videoId, seconds, width) => apiUrl(`/videos/${videoId}/frame`, { t: Number(seconds.toFixed(3)), width });
export const streamUrl = (videoId) => apiUrl(`/videos/${videoId}/stream`);
export const transcodedUrl = (videoId, start) => apiUrl(`/videos/${videoId}/stream`, { transcode: true, start: Number(start.toFixed(3)) });
export const clipUrl = (moment) => apiUrl(`/videos/${moment.videoId}/clip`, { start: moment.start, end: moment.end });
export const pictureUrl = (id) => apiUrl(`/pictures/${id}`);
export const uploadPicture = (file) => request('POST', '/pictures', { raw: file, headers: { 'Content-Type': file.type || 'application/octet-stream' } });

/** { times, raw, smoothed, shots } */
export async function scoreCurve(videoId, query, { signal }) {
  const { fold, ...body } = searchBody(query);
  const answer = await request('POST', `/videos/${videoId}/scores`, { body: { parts: body.parts }, signal });
  return { times: answer.times, raw: answer.raw, smoothed: answer.smoothed, shots: answer.shots };
}

export const videos = async (options) => (await request('GET', '/videos', options)).videos;

export async function video(videoId, options) {
  const { video: summary, facts, ...rest } = await request('GET', `/videos/${videoId}`, options);
  return { ...facts, ...rest, ...summary, hasAudio: facts.audio.length > 0, audioText: facts.audio.map((track) => [track.codec, track.language].filter(Boolean).join(' ')).join(', ') };
}

export const removeVideo = (videoId) => request('DELETE', `/videos/${videoId}`);
export const retryVideo = async (videoId) => (await request('POST', videoId ? `/videos/${videoId}/retry` : '/ingestion/retry')).chunks;
export const sendFeedback = (moment, query, value) => request('POST', '/feedback', { body: { videoId: moment.videoId, start: moment.start, end: moment.end, verdict: value, parts: searchBody(query).parts } });

export const ingestion = (options) => request('GET', '/ingestion', options);
export const pauseIngestion = () => request('POST', '/ingestion/pause');
export const resumeIngestion = () => request('POST', '/ingestion/resume');
export const register = (body) => request('POST', '/ingestion/register', { body });

/** Calls with each state until the returned function is called; a lost connection is taken up again by the browser. */
export function ingestionEvents(onState) {
  const source = new EventSource(apiUrl('/ingestion/events'));
  source.addEventListener('progress', (event) => onState(JSON.parse(event.data)));
  return () => source.close();
}

/** Sends a file with its progress, 0 to 1, which fetch does not tell. */
export function uploadVideo(file, onShare) {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open('POST', apiUrl('/uploads', { name: file.name }));
    for (const [name, value] of Object.entries(csrfHeader)) call.setRequestHeader(name, value);
    call.upload.onprogress = (event) => { if (event.lengthComputable) onShare(event.loaded / event.total); };
    call.onerror = () => reject(new Error('The connection was lost. Try again.'));
    call.onload = async () => {
      if (call.status < 300) resolve();
      else reject(await errorOf(new Response(call.responseText, { status: call.status })));
    };
    call.send(file);
  });
}

/** Saves the moments' clips as one ZIP. */
export async function clipsZip(moments, name) {
  const response = await fetch(apiUrl('/clips'), {
    method: 'POST', headers: { 'Content-Type': 'application/json', ...csrfHeader },
    body: JSON.stringify({ moments: moments.map(({ videoId, start, end }) => ({ videoId, start, end })) }),
  });
  if (!response.ok) throw await errorOf(response);
  saveFile(`${name}.zip`, 'application/zip', await response.blob());
}

/** history: with the gateway's own memory of the last minutes. */
export const operations = ({ history = false, ...options } = {}) => request('GET', '/operations', { ...options, query: history ? { history: true } : {} });
