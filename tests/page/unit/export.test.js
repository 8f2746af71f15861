import assert from 'node:assert/strict';
import test from 'node:test';
import { maximumEvents, writeEdl } from '../../../src/ClusterSearch.Gateway/Page/src/export/edl.js';
import { writeFcpxml } from '../../../src/ClusterSearch.Gateway/Page/src/export/fcpxml.js';
import { writeCsv, writeJson } from '../../../src/ClusterSearch.Gateway/Page/src/export/tables.js';

const garden = {
  videoId: 'a1', video: 'garden walk.mp4', path: '/footage/garden walk.mp4', start: 2, end: 5.52, keyFrame: 3, frameRate: '25/1',
  timecode: null, width: 640, height: 360, seconds: 60, hasAudio: true, relevance: 0.75, score: 0.31, recordedAt: '2026-05-01T10:00:02+02:00',
  query: 'a cat', labels: [{ name: 'tabby' }, { name: 'Egyptian cat' }],
};
const match = {
  videoId: 'b2', video: 'match.mov', path: null, start: 60, end: 62, keyFrame: 61, frameRate: '30000/1001', timecode: '10:00:00;00',
  width: 1920, height: 1080, seconds: 600, hasAudio: false, relevance: null, score: 0.2, recordedAt: null, query: null, labels: [],
};

test('An EDL gives each moment its source and record timecode', () => {
  // 2 s and 5.52 s at 25 are frames 50 and 138: 88 frames, 3 s 13 f.
  const [list, ...others] = writeEdl([garden, { ...garden, start: 10, end: 11, query: null }], 'Cats');
  assert.equal(others.length, 0);
  assert.equal(list.name, 'Cats.edl');
  assert.deepEqual(list.text.split('\r\n'), [
    'TITLE: Cats',
    'FCM: NON-DROP FRAME',
    '',
    '001  GARDENWA B     C        00:00:02:00 00:00:05:13 01:00:00:00 01:00:03:13',
    '* FROM CLIP NAME: garden walk.mp4',
    '* SOURCE FILE: /footage/garden walk.mp4',
    '* COMMENT: a cat',
    '002  GARDENWA B     C        00:00:10:00 00:00:11:00 01:00:03:13 01:00:04:13',
    '* FROM CLIP NAME: garden walk.mp4',
    '* SOURCE FILE: /footage/garden walk.mp4',
    '',
  ]);
});

test('An EDL of 29.97 footage counts with drops from the file’s own start', () => {
  // 60 s are 1798.2 frames, 62 s 1858.14: frames 1798 to 1858, 60 frames. The file begins at 10:00:00;00, so frame 1798 is the last
  // but one of the first minute, 10:00:59;28, and 1858 is 58 frames into the next, which begins with ;02 at frame 1800: 10:01:02;00.
  const [list] = writeEdl([match], 'Match');
  const lines = list.text.split('\r\n');
  assert.equal(lines[1], 'FCM: DROP FRAME');
  assert.equal(lines[3], '001  MATCH    V     C        10:00:59;28 10:01:02;00 01:00:00;00 01:00:02;00');
});

test('A basket of two frame rates becomes two lists, since a list has one', () => {
  const lists = writeEdl([garden, match, garden], 'Mixed');
  assert.deepEqual(lists.map((l) => l.name), ['Mixed-25.edl', 'Mixed-29.97df.edl']);
  assert.equal(lists[0].text.match(/^\d{3}  /gm).length, 2);
});

test('A list ends at 999 events and a next one begins', () => {
  const lists = writeEdl(Array(maximumEvents + 1).fill(garden), 'Many');
  assert.deepEqual(lists.map((l) => l.text.match(/^\d{3}  /gm).length), [999, 1]);
});

test('Reels are eight characters and one a video', () => {
  const twin = { ...garden, videoId: 'c3' };
  const [{ text }] = writeEdl([garden, twin, garden], 'Reels');
  assert.deepEqual(text.match(/^\d{3}  \S+/gm), ['001  GARDENWA', '002  GARDENW2', '003  GARDENWA']);
});

test('A moment shorter than a frame is a frame long', () => {
  const [{ text }] = writeEdl([{ ...garden, start: 1, end: 1.001 }], 'Short');
  assert.match(text, /00:00:01:00 00:00:01:01/);
});

test('A title or a query cannot begin a line of its own', () => {
  const [{ text }] = writeEdl([{ ...garden, query: 'x\r\n002  EVIL' }], 'A\nB');
  assert.match(text, /^TITLE: A B\r\n/);
  assert.match(text, /COMMENT: x 002 {2}EVIL\r\n/);
});

test('FCPXML cuts each clip in its own frames and lays it on the sequence’s', () => {
  const xml = writeFcpxml([garden, match], 'Mixed');
  assert.match(xml, /<!DOCTYPE fcpxml>\n<fcpxml version="1.10">/);
  assert.match(xml, /<format id="r\d" frameDuration="1\/25s" width="640" height="360"\/>/);
  assert.match(xml, /<format id="r\d" frameDuration="1001\/30000s" width="1920" height="1080"\/>/);
  assert.match(xml, /src="file:\/\/\/footage\/garden%20walk.mp4"/);
  // Frames 50 to 138 at 25: 2 s and 88/25 s.
  assert.match(xml, /<asset-clip ref="r\d" name="garden walk.mp4" offset="0s" start="2s" duration="88\/25s" format="r\d" tcFormat="NDF">/);
  // 10:00:00;00 is frame 1078920; with 1798 frames in, 1080718 * 1001 / 30000 s. 60 frames are 2.002 s: 50 frames of the sequence.
  assert.match(xml, /<asset-clip ref="r\d" name="match.mov" offset="88\/25s" start="1081798718\/30000s" duration="2s" format="r\d" tcFormat="DF"\/>/);
  assert.match(xml, /<sequence format="r\d" duration="138\/25s" tcStart="0s" tcFormat="NDF">/);
  assert.equal(xml.match(/<asset /g).length, 2);
});

test('FCPXML escapes what XML reserves and leaves out what it cannot hold', () => {
  const xml = writeFcpxml([{ ...garden, video: 'a<b>&"c".mp4', query: 'x\u0000y' }], '<t>');
  assert.match(xml, /name="a&lt;b&gt;&amp;&quot;c&quot;.mp4"/);
  assert.match(xml, /<note>xy<\/note>/);
});

test('An empty basket has no FCPXML', () => assert.throws(() => writeFcpxml([]), RangeError));

test('CSV quotes by RFC 4180 and gives seconds beside timecode', () => {
  const lines = writeCsv([{ ...garden, query: 'a "cat", big' }, match]).split('\r\n');
  assert.equal(lines[0], 'video,videoId,start,end,keyFrame,timecodeIn,timecodeOut,frameRate,recordedAt,relevance,score,query,labels,path');
  assert.equal(lines[1], 'garden walk.mp4,a1,2,5.52,3,00:00:02:00,00:00:05:13,25/1,2026-05-01T10:00:02+02:00,0.75,0.31,"a ""cat"", big",tabby; Egyptian cat,/footage/garden walk.mp4');
  assert.equal(lines[2], 'match.mov,b2,60,62,61,10:00:59;28,10:01:02;00,30000/1001,,,0.2,,,');
});

test('No cell of a CSV is taken for a formula', () => {
  assert.match(writeCsv([{ ...garden, query: '=HYPERLINK("x")' }]), /"'=HYPERLINK\(""x""\)"/);
});

test('JSON is one document with schemaVersion', () => {
  const document = JSON.parse(writeJson([garden], '2026-05-02T00:00:00Z'));
  assert.equal(document.schemaVersion, 1);
  assert.equal(document.moments[0].timecodeOut, '00:00:05:13');
  assert.equal(document.moments[0].relevance, 0.75);
});
