import assert from 'node:assert/strict';
import { test } from 'node:test';

import { framePlayer, fullyShown, pathOf, schedule, unpacked, viewBoxOf } from '../../server/pages/static/qr.js';
import { handTimers } from './fakes.mjs';

const packed = (rows) => {
  const bits = rows.join('').padEnd(Math.ceil(rows.join('').length / 8) * 8, '0');
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
};

test('the path has one run per stretch of dark modules, inside a quiet zone of four', () => {
  const rows = ['110', '000', '101'];

  const path = pathOf(unpacked(packed(rows).toString('base64')), 3);

  assert.equal(path, 'M4 4h2v1h-2zM4 6h1v1h-1zM6 6h1v1h-1z');
  assert.equal(viewBoxOf(3), '0 0 11 11');
});

test('a random matrix comes back out of its path', () => {
  const size = 33;
  const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => (Math.random() < 0.5 ? '1' : '0')).join(''));

  const path = pathOf(packed(rows), size);

  const drawn = Array.from({ length: size }, () => Array(size).fill('0'));
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let at = 0; at < Number(width); at += 1) drawn[y - 4][Number(x) - 4 + at] = '1';
  }
  assert.deepEqual(drawn.map((row) => row.join('')), rows);
});

test('a symbol counts as fully shown only inside the viewport and from 240 px on', () => {
  const viewport = { width: 800, height: 600 };
  const at = (left, top, side) => ({ left, top, right: left + side, bottom: top + side });

  assert.equal(fullyShown(at(100, 100, 300), viewport), true);
  assert.equal(fullyShown(at(100, 400, 300), viewport), false);
  assert.equal(fullyShown(at(-20, 100, 300), viewport), false);
  assert.equal(fullyShown(at(100, 100, 200), viewport), false);
});

test('the second frame follows after the difference of the times, as numbers or as text', () => {
  const numbers = schedule([{ at: 1000 }, { at: 6000 }]);
  const texts = schedule([{ at: '2025-01-01T00:00:00Z' }, { at: '2025-01-01T00:00:05Z' }]);

  assert.deepEqual(numbers.map(({ afterMs }) => afterMs), [0, 5000]);
  assert.deepEqual(texts.map(({ afterMs }) => afterMs), [0, 5000]);
});

test('a newer event takes the place of a frame still to come', async () => {
  const timers = handTimers();
  const drawn = [];
  const player = framePlayer(timers, ({ frame }) => drawn.push(frame));

  player.play([{ frame: 'a', at: 0 }, { frame: 'b', at: 5000 }]);
  await timers.pass(3000);
  player.play([{ frame: 'c', at: 9000 }]);
  await timers.pass(9000);

  assert.deepEqual(drawn, ['a', 'c']);
});
