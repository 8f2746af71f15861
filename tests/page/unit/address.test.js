import assert from 'node:assert/strict';
import test from 'node:test';
import { momentAddress, readMoment } from '../../../src/ClusterSearch.Gateway/Page/src/moment/address.js';
import { emptyQuery } from '../../../src/ClusterSearch.Gateway/Page/src/state/query.js';

const read = (address) => {
  const { pathname, searchParams } = new URL(address, 'http://x');
  return readMoment(pathname, searchParams);
};

test('A moment, the time on screen and the query that found it survive the address', () => {
  const address = momentAddress({ videoId: 'ab12', start: 8.00812, end: 15 }, { ...emptyQuery, text: 'a cat', not: ['snow'] }, 9.5);
  assert.equal(address, '/moment/ab12?t=8.008-15&at=9.5&q=a+cat&not=snow');
  assert.deepEqual(read(address), { videoId: 'ab12', start: 8.008, end: 15, at: 9.5 });
});

test('Without a time the player begins with the moment, without a moment at the beginning', () => {
  assert.equal(read('/moment/ab?t=8-15').at, 8);
  assert.deepEqual(read('/moment/ab'), { videoId: 'ab', start: null, end: null, at: 0 });
});

test('What is no range, no time or no video is left out', () => {
  assert.deepEqual(read('/moment/ab?t=15-8'), { videoId: 'ab', start: null, end: null, at: 0 });
  assert.equal(read('/moment/ab?t=8-15&at=soon').at, 8);
  assert.equal(read('/moment/'), null);
  assert.equal(read('/library/ab'), null);
});
