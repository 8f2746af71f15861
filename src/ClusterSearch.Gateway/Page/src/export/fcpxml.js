// FCPXML 1.10: one project, the moments one after the other. Times are rational and lie on frames.

import { framesOf } from './timecode.js';
import { passageOf } from './passage.js';

/** The sequence counts in the first moment's frame rate; each clip is cut in its own. */
export function writeFcpxml(moments, title = 'ClusterSearch') {
  const passages = moments.map(passageOf);
  if (passages.length === 0) throw new RangeError('nothing to write: the basket is empty');
  const sequence = passages[0];
  const formats = new Map();
  const assets = new Map();
  let nextId = 1;
  const resource = (map, key, value) => map.get(key) ?? map.set(key, { id: `r${nextId++}`, ...value }).get(key);
  const formatOf = (p) => resource(formats, [p.rate.numerator, p.rate.denominator, p.moment.width, p.moment.height].join(), { passage: p });
  for (const passage of passages) resource(assets, passage.moment.videoId, { passage, format: formatOf(passage) });

  let offset = 0;
  const clips = passages.map((p) => {
    const frames = p.outFrame - p.inFrame;
    const seconds = (frames * p.rate.denominator) / p.rate.numerator;
    const duration = Math.max(1, sameRate(p, sequence) ? frames : framesOf(seconds, sequence.rate));
    const note = [p.moment.query, p.rateIsAssumed && 'The file does not say its frame rate: counted at 25.'].filter(Boolean).join(' | ');
    const text = `            <asset-clip${attributes({
      ref: assets.get(p.moment.videoId).id,
      name: p.moment.video,
      offset: time(offset, sequence.rate),
      start: time(p.sourceStart + p.inFrame, p.rate),
      duration: time(duration, sequence.rate),
      format: formatOf(p).id,
      tcFormat: p.drop ? 'DF' : 'NDF',
    })}${note ? `>\n              <note>${escape(note)}</note>\n            </asset-clip>` : '/>'}`;
    offset += duration;
    return text;
  });

  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE fcpxml>
<fcpxml version="1.10">
  <resources>
${[...formats.values()].map(formatText).join('\n')}
${[...assets.values()].map(assetText).join('\n')}
  </resources>
  <library>
    <event${attributes({ name: title })}>
      <project${attributes({ name: title })}>
        <sequence${attributes({ format: formatOf(sequence).id, duration: time(offset, sequence.rate), tcStart: '0s', tcFormat: sequence.drop ? 'DF' : 'NDF' })}>
          <spine>
${clips.join('\n')}
          </spine>
        </sequence>
      </project>
    </event>
  </library>
</fcpxml>
`;
}

const formatText = ({ id, passage }) => `    <format${attributes({
  id,
  frameDuration: time(1, passage.rate),
  width: passage.moment.width,
  height: passage.moment.height,
})}/>`;

function assetText({ id, passage: p, format }) {
  const hasAudio = p.moment.hasAudio;
  const frames = Math.max(p.outFrame, framesOf(p.moment.seconds ?? 0, p.rate));
  return `    <asset${attributes({
    id,
    name: p.moment.video,
    start: time(p.sourceStart, p.rate),
    duration: time(frames, p.rate),
    hasVideo: '1',
    format: format.id,
    hasAudio: hasAudio ? '1' : undefined,
    audioSources: hasAudio ? '1' : undefined,
  })}>
      <media-rep${attributes({ kind: 'original-media', src: fileUrl(p.moment.path ?? p.moment.video) })}/>
    </asset>`;
}

const time = (frames, { numerator, denominator }) => {
  const ticks = frames * denominator;
  return ticks % numerator === 0 ? `${ticks / numerator}s` : `${ticks}/${numerator}s`;
};

const fileUrl = (path) => (path.startsWith('/') ? 'file://' : './') + path.split('/').map(encodeURIComponent).join('/');

const sameRate = (a, b) => a.rate.numerator * b.rate.denominator === b.rate.numerator * a.rate.denominator;

const attributes = (values) =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => ` ${name}="${escape(String(value))}"`)
    .join('');

// Characters that XML cannot hold at all are left out.
const escape = (text) =>
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
