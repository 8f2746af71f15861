// A basket in an address: /basket?item=VIDEO@START-END&item=…

import { round } from '../moment/address.js';

export function writeShared(moments) {
  const params = new URLSearchParams();
  for (const { videoId, start, end } of moments) params.append('item', `${videoId}@${round(start)}-${round(end)}`);
  return params;
}

export function readShared(params) {
  return params.getAll('item').flatMap((text) => {
    const match = /^([\w-]+)@(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text);
    if (!match || Number(match[3]) <= Number(match[2])) return [];
    const [start, end] = [Number(match[2]), Number(match[3])];
    return [{ key: momentKey(match[1], start, end), videoId: match[1], start, end, keyFrame: (start + end) / 2, score: null, relevance: null, labels: [], recordedAt: null, query: null }];
  });
}

export const momentKey = (videoId, start, end) => `${videoId}@${round(start)}-${round(end)}`;
