import assert from 'node:assert/strict';
import test from 'node:test';
import { appended, keptSeconds, rates } from '../../../src/ClusterSearch.Gateway/Page/src/operations/history.js';
import { atMost, passagesAbove, scoreAt, scoreRange } from '../../../src/ClusterSearch.Gateway/Page/src/moment/curve.js';
import { readShared, writeShared } from '../../../src/ClusterSearch.Gateway/Page/src/basket/sharing.js';

const at = (seconds, searches = 0, uptimeSeconds = seconds) => ({ at: seconds, searches, uptimeSeconds });

test('A rate is a counter’s change a second, unknown at the first point and where the counter went back', () => {
  assert.deepEqual(rates([at(10, 4), at(12, 10), at(16, 10), at(17, 3)], (one) => one.searches), [null, 3, 0, null]);
});

test('Old points go, doubled ones are not taken, and a gateway that was started again begins anew', () => {
  const history = appended([at(1), at(5)], at(keptSeconds + 2));
  assert.deepEqual(history.map((one) => one.at), [5, keptSeconds + 2]);
  assert.equal(appended(history, at(keptSeconds + 2)), history);
  assert.deepEqual(appended(history, at(keptSeconds + 4, 0, 1)).map((one) => one.at), [keptSeconds + 4]);
});

const curve = { times: [0, 1, 2, 3, 4], raw: [0.1, 0.6, 0.7, null, 0.5], smoothed: [0.2, 0.5, 0.5, 0.4, 0.4], shots: [] };

test('Passages are runs at or above the level, broken by gaps, and the last one ends with the video', () => {
  assert.deepEqual(passagesAbove(curve, curve.raw, 0.5, 4.5), [
    { start: 1, end: 3, score: 0.7, keyFrame: 2 },
    { start: 4, end: 4.5, score: 0.5, keyFrame: 4 },
  ]);
  assert.deepEqual(passagesAbove(curve, curve.raw, 0.8, 4.5), []);
});

test('The score at a time is that of the sample on screen', () => {
  assert.deepEqual([0, 0.99, 1, 2.5, 99].map((time) => scoreAt(curve, curve.raw, time)), [0.1, 0.1, 0.6, 0.7, 0.5]);
});

test('Both curves share one scale', () => {
  const { low, high, suggested } = scoreRange(curve);
  assert.ok(low < 0.1 && high > 0.7 && suggested > 0.5 && suggested < 0.6);
});

test('A basket survives its link, and what is no range does not come in', () => {
  const shared = readShared(new URLSearchParams(writeShared([{ videoId: 'ab', start: 1.23456, end: 2.5 }]).toString()));
  assert.deepEqual([shared[0].videoId, shared[0].start, shared[0].end, shared[0].key], ['ab', 1.235, 2.5, 'ab@1.235-2.5']);
  assert.deepEqual(readShared(new URLSearchParams('item=x&item=a@5-5&item=a@5-2&item=../a@1-2')), []);
});

test('A long curve keeps its peaks in fewer steps', () => {
  assert.deepEqual(atMost(2, [0, 1, 2, 3, 4], [0.1, 0.9, null, null, 0.5]), [{ time: 0, score: 0.9 }, { time: 3, score: 0.5 }]);
  assert.deepEqual(atMost(9, [0, 1], [0.1, null]), [{ time: 0, score: 0.1 }, { time: 1, score: null }]);
  assert.deepEqual(atMost(3, [], []), []);
});
