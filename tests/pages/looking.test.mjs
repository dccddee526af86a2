// Pages that are told of news several times at once.

import assert from 'node:assert/strict';
import test from 'node:test';

import { newestOnly, oneAtATime } from '../../server/pages/static/looking.js';

function answers() {
  const open = [];
  const look = () => new Promise((resolve, reject) => open.push({ resolve, reject }));
  return { open, look };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('who asks while a look is under way gets one look more, however many ask', async () => {
  const { open, look } = answers();
  const refresh = oneAtATime(look);
  const first = refresh();
  const others = [refresh(), refresh(), refresh()];
  assert.equal(open.length, 1);
  open[0].resolve('old');
  await turn();
  assert.equal(open.length, 2);
  open[1].resolve('new');
  assert.deepEqual(await Promise.all([first, ...others]), ['new', 'new', 'new', 'new']);
  assert.equal(open.length, 2);
});

test('a look that failed is told, and the next one is made as if nothing had been', async () => {
  const { open, look } = answers();
  const refresh = oneAtATime(look);
  const failed = refresh();
  open[0].reject(new Error('away'));
  await assert.rejects(failed, /away/);
  const next = refresh();
  open[1].resolve('there');
  assert.equal(await next, 'there');
});

test('of looks that differ only the newest counts, whichever answer comes first', () => {
  const begin = newestOnly();
  const first = begin();
  assert.equal(first(), true);
  const second = begin();
  assert.deepEqual([first(), second()], [false, true]);
});
