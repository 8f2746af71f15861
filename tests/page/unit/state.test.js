import assert from 'node:assert/strict';
import test from 'node:test';
import { canSearch, describeQuery, emptyQuery, filterCount, readQuery, splitNegatives, writeQuery } from '../../../src/ClusterSearch.Gateway/Page/src/state/query.js';
import { bytes, clock, duration, relevanceOf } from '../../../src/ClusterSearch.Gateway/Page/src/state/format.js';
import { leftOut } from '../../../src/ClusterSearch.Gateway/Page/src/search/leftOut.js';
import { address } from '../../../src/ClusterSearch.Gateway/Page/src/state/location.js';

const full = {
  ...emptyQuery,
  text: 'a red car',
  not: ['snow', 'night sky'],
  parts: [
    { kind: 'picture', id: 'f00d', negative: false },
    { kind: 'moment', video: 'ab12', seconds: 83.25, crop: { x: 0.1, y: 0.2, width: 0.5, height: 0.25 }, negative: true },
  ],
  video: ['ab12', 'cd34'], camera: ['gate, north'], zone: ['yard'], after: '2026-05-01T00:00', before: '2026-06-01', from: '10', to: '60.5', fold: false,
};

test('Every part of a query survives the address', () => {
  assert.deepEqual(readQuery(new URLSearchParams(writeQuery(full).toString())), full);
});

test('An address stays readable', () => {
  const text = address('/', writeQuery({ ...emptyQuery, parts: [full.parts[1]] }));
  assert.equal(text, '/?like=-ab12@83.25:0.1,0.2,0.5,0.25');
});

test('Malformed parts of an address are left out', () => {
  const query = readQuery(new URLSearchParams('like=x&like=a@-1&like=a@1:0,0,2,1&like=a@1:0,0,0,1&picture=../x&q=ok'));
  assert.deepEqual(query.parts, []);
  assert.equal(query.text, 'ok');
});

test('Words after a minus are negatives; hyphens inside words are not', () => {
  assert.deepEqual(splitNegatives('a car -snow -"night sky" well-known x'), { text: 'a car well-known x', not: ['snow', 'night sky'] });
  assert.deepEqual(splitNegatives('- 5 - 6'), { text: '- 5 - 6', not: [] });
  assert.deepEqual(splitNegatives('-snow'), { text: '', not: ['snow'] });
});

test('Negatives and filters alone find nothing', () => {
  assert.equal(canSearch({ ...emptyQuery, not: ['snow'], camera: ['gate'] }), false);
  assert.equal(canSearch({ ...emptyQuery, parts: [{ kind: 'picture', id: 'a', negative: true }] }), false);
  assert.equal(canSearch({ ...emptyQuery, parts: [{ kind: 'picture', id: 'a', negative: false }] }), true);
});

test('Filters are counted, and a query says itself in one line', () => {
  assert.equal(filterCount(full), 8);
  assert.equal(describeQuery(full), 'a red car, a picture, not a region of a moment, not snow, not night sky');
});

test('Times read as on a player', () => {
  assert.deepEqual([0, 59.99, 60, 3675].map((s) => clock(s)), ['0:00', '0:59', '1:00', '1:01:15']);
  assert.deepEqual([0.04, 9.96, 59.99, 61.5].map((s) => clock(s, { tenths: true })), ['0:00.0', '0:09.9', '0:59.9', '1:01.5']);
  assert.deepEqual([0.52, 9.99, 59.6, 125, 4800].map(duration), ['0.5 s', '10 s', '1 min', '2 min 5 s', '1 h 20 min']);
  assert.deepEqual([512, 1536, 15 * 1024 * 1024].map(bytes), ['512 B', '1.5 KiB', '15 MiB']);
});

test('Relevance is a word by the bounds of the verdict', () => {
  assert.deepEqual([0.999, 0.5, 0.2, 0.04, 0.001].map((r) => `${relevanceOf(r).name} ${relevanceOf(r).percent}`), ['Strong match > 99 %', 'Strong match 50 %', 'Likely 20 %', 'Possible 4 %', 'Faint < 1 %']);
  assert.equal(relevanceOf(null), null);
});

test('What an answer leaves out is said with its number and what mends it', () => {
  const words = (coverage) => leftOut(coverage).map(({ text }) => text);
  assert.deepEqual(words({ videos: 3, searchable: 3 }), []);
  assert.deepEqual(words({ unansweredShards: ['2/8', '5/8'], unansweredSamples: 1200 }), ['2 parts of the archive did not answer in time: 1,200 samples not searched. Ask again.']);
  assert.deepEqual(words({ damagedParts: ['a'] }), ['1 part of the index is damaged and left out. “clustersearch verify --repair”, where the archive lies, makes it again.']);
  assert.match(words({ unansweredShards: ['1/2'], unansweredSamples: 1, damagedParts: ['a', 'b'] })[1], /^2 parts of the index are damaged/);
  assert.match(words({ damagedParts: Array.from({ length: 100 }, (_, i) => `part ${i}`) })[0], /^At least 100 parts of the index are/);
});
