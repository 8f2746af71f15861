import assert from 'node:assert/strict';
import test from 'node:test';
import { canDropFrames, dropsFrames, formatTimecode, framesOf, nominalRate, parseRate, parseTimecode } from '../../../src/ClusterSearch.Gateway/Page/src/export/timecode.js';

const pal = parseRate('25');
const ntsc = parseRate('30000/1001');
const film = parseRate('24000/1001');
const ntsc60 = parseRate('60000/1001');

test('A rate is a fraction or a whole number, and nothing else', () => {
  assert.deepEqual(parseRate('30000/1001'), { numerator: 30000, denominator: 1001 });
  assert.deepEqual(parseRate('25'), { numerator: 25, denominator: 1 });
  for (const none of [null, undefined, '', '0/1', '25/0', '29.97', 'x']) assert.equal(parseRate(none), null);
});

test('Only 29.97 and 59.94 can drop frame numbers', () => {
  assert.deepEqual([pal, parseRate('30'), film, ntsc, ntsc60].map(canDropFrames), [false, false, false, true, true]);
  assert.deepEqual([pal, film, ntsc, ntsc60].map(nominalRate), [25, 24, 30, 60]);
});

test('The separator of the start timecode says whether frames are dropped; without one 29.97 drops', () => {
  assert.equal(dropsFrames(ntsc, '10:00:00;00'), true);
  assert.equal(dropsFrames(ntsc, '10:00:00:00'), false);
  assert.equal(dropsFrames(ntsc, null), true);
  assert.equal(dropsFrames(pal, '10:00:00;00'), false);
});

test('At 25 frames a second a timecode is the frame number in another notation', () => {
  assert.equal(formatTimecode(0, pal, false), '00:00:00:00');
  assert.equal(formatTimecode(24, pal, false), '00:00:00:24');
  assert.equal(formatTimecode(25, pal, false), '00:00:01:00');
  assert.equal(formatTimecode(90_000, pal, false), '01:00:00:00');
});

// Drop frame by hand: numbers ;00 and ;01 do not exist in a minute that is no multiple of ten. The first minute has 1800 frames
// (0 to 1799), each further one 1798, ten minutes 1800 + 9 * 1798 = 17982, an hour six times that, 107892.
const dropFrameValues = [
  [0, '00:00:00;00'],
  [1799, '00:00:59;29'],
  [1800, '00:01:00;02'],
  [1801, '00:01:00;03'],
  [3597, '00:01:59;29'],
  [3598, '00:02:00;02'],
  [17981, '00:09:59;29'],
  [17982, '00:10:00;00'],
  [17982 + 1800, '00:11:00;02'],
  [107892, '01:00:00;00'],
];

for (const [frame, text] of dropFrameValues) {
  test(`Frame ${frame} at 29.97 drop frame is ${text}, and back`, () => {
    assert.equal(formatTimecode(frame, ntsc, true), text);
    assert.equal(parseTimecode(text, ntsc, true), frame);
  });
}

test('At 59.94 four numbers are dropped a minute', () => {
  assert.equal(formatTimecode(3599, ntsc60, true), '00:00:59;59');
  assert.equal(formatTimecode(3600, ntsc60, true), '00:01:00;04');
  assert.equal(formatTimecode(35964, ntsc60, true), '00:10:00;00');
});

test('Every frame of an hour has its own drop-frame number, and none of them is a dropped one', () => {
  let before = '';
  for (let frame = 0; frame < 107892; frame++) {
    const text = formatTimecode(frame, ntsc, true);
    assert.ok(text > before, `${before} before ${text}`);
    assert.ok(!/^\d\d:\d[1-9]:00;0[01]$/.test(text), text);
    before = text;
  }
});

test('After 24 hours the count begins again', () => {
  assert.equal(formatTimecode(24 * 90_000, pal, false), '00:00:00:00');
  assert.equal(formatTimecode(24 * 107892 + 1800, ntsc, true), '00:01:00;02');
});

test('Seconds are the nearest frame of the true rate', () => {
  assert.equal(framesOf(60, ntsc), 1798); // 60 * 30000 / 1001 = 1798.2
  assert.equal(framesOf(10, film), 240); // 239.76
  assert.equal(framesOf(2.04, pal), 51);
});

test('What is no timecode has no frame', () => {
  for (const none of [null, '', '1:2:3:4', '00:00:00', 'x']) assert.equal(parseTimecode(none, pal, false), null);
});
