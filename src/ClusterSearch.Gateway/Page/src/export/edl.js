// CMX 3600 edit decision lists. A list has one frame rate and at most 999 events, so a basket becomes as many lists as that takes.

import { formatTimecode, nominalRate } from './timecode.js';
import { passageOf } from './passage.js';

export const maximumEvents = 999;

/** [{ name, text }]: one list where all moments share a frame rate, else one a rate. */
export function writeEdl(moments, title = 'ClusterSearch') {
  const lists = new Map();
  for (const passage of moments.map(passageOf)) {
    const key = rateName(passage);
    const open = lists.get(key) ?? [];
    lists.set(key, open);
    if (open.length === 0 || open.at(-1).length === maximumEvents) open.push([]);
    open.at(-1).push(passage);
  }
  const parts = [...lists].flatMap(([rate, pages]) => pages.map((passages, page) => ({ rate, page, pages: pages.length, passages })));
  return parts.map(({ rate, page, pages, passages }) => {
    const suffix = (lists.size > 1 ? ` ${rate}` : '') + (pages > 1 ? ` part ${page + 1}` : '');
    return { name: `${fileSafe(title + suffix)}.edl`, text: listText(passages, title + suffix) };
  });
}

function listText(passages, title) {
  const { rate, drop } = passages[0];
  const reels = reelNames(passages.map((p) => p.moment));
  let record = formatStart(rate, drop);
  const lines = [`TITLE: ${oneLine(title)}`, `FCM: ${drop ? 'DROP FRAME' : 'NON-DROP FRAME'}`, ''];
  passages.forEach((passage, index) => {
    const duration = passage.outFrame - passage.inFrame;
    const source = passage.sourceStart + passage.inFrame;
    const times = [source, source + duration, record, record + duration].map((frame) => formatTimecode(frame, rate, drop));
    const reel = reels.get(passage.moment.videoId);
    const channels = passage.moment.hasAudio ? 'B' : 'V';
    lines.push(`${String(index + 1).padStart(3, '0')}  ${reel.padEnd(8)} ${channels.padEnd(5)} C        ${times.join(' ')}`);
    lines.push(`* FROM CLIP NAME: ${oneLine(passage.moment.video)}`);
    if (passage.moment.path) lines.push(`* SOURCE FILE: ${oneLine(passage.moment.path)}`);
    if (passage.rateIsAssumed) lines.push('* THE FILE DOES NOT SAY ITS FRAME RATE: COUNTED AT 25');
    if (passage.moment.query) lines.push(`* COMMENT: ${oneLine(passage.moment.query)}`);
    record += duration;
  });
  return lines.join('\r\n') + '\r\n';
}

/** 01:00:00:00, where programmes begin. */
function formatStart(rate, drop) {
  const nominal = nominalRate(rate);
  return 3600 * nominal - (drop ? (nominal / 15) * 54 : 0);
}

/** Eight letters and digits a video, each its own. */
function reelNames(moments) {
  const names = new Map();
  const taken = new Set();
  for (const { videoId, video } of moments) {
    if (names.has(videoId)) continue;
    const stem = video.replace(/\.[^.]*$/, '').toUpperCase().replace(/[^A-Z0-9]/g, '').slice(0, 8) || 'REEL';
    let name = stem;
    for (let number = 2; taken.has(name); number++) name = stem.slice(0, 8 - String(number).length) + number;
    taken.add(name);
    names.set(videoId, name);
  }
  return names;
}

const rateName = ({ rate, drop }) => {
  const value = rate.numerator / rate.denominator;
  return (Number.isInteger(value) ? String(value) : value.toFixed(3).replace(/0+$/, '')) + (drop ? 'df' : '');
};

const oneLine = (text) => String(text).replace(/[\r\n]+/g, ' ').trim();

export const fileSafe = (name) => name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^-+|-+$/g, '') || 'moments';
