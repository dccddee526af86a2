// The rules of the grants' pages: days, words of what became of a request, what waits on the home page.

import assert from 'node:assert/strict';
import test from 'node:test';

import { renewable, stepOf } from '../../server/pages/static/messages.js';
import { outcome } from '../../server/pages/static/mygrantview.js';
import { endOf, itemWords } from '../../server/pages/static/scopechoice.js';

test('a grant lasts to the end of the chosen day in China', () => {
  const now = Date.UTC(2026, 10, 1);
  assert.equal(endOf('2026-12-31', now), '2026-12-31T15:59:59.000Z');
});

test('no day, half a day and a day that is over end nothing', () => {
  const now = Date.UTC(2026, 10, 1, 16); // 00:00 on 2 November in China
  for (const day of ['', '2026-11', '31.12.2026', '2026-11-01', '2025-12-31']) assert.equal(endOf(day, now), null);
  assert.notEqual(endOf('2026-11-02', now), null);
});

test('business is said in words, and what is not known by its name', () => {
  assert.equal(itemWords('*'), '全业务');
  assert.equal(itemWords('bases,employees'), '限缴费基数申报、人员增减');
  assert.equal(itemWords('later'), '限later');
});

test('only an answer of yes is said as one', () => {
  const told = (status, more = {}) => outcome({ status, label: '标签', reason: '', ...more });
  assert.match(told('active', { valid_to: '2027-06-30T15:59:59Z' }), /法人已同意,有效期至 2027\/6\/30/);
  assert.match(told('scheduled', { valid_from: '2026-11-30T16:00:00Z' }), /从 2026\/12\/1 起/);
  assert.match(told('suspended'), /暂停/);
  for (const status of ['requested', 'denied', 'cancelled', 'lapsed', 'expired', 'revoked']) assert.doesNotMatch(told(status), /已同意/);
  assert.match(told('denied', { reason: '不认识' }), /不认识/);
  assert.equal(told('unheard-of'), '标签。');
});

test('a reminder of the end lets a clerk ask at once, and a legal rep go to the page', () => {
  const message = { topic: 'grant.expiring', link: { rel: 'grants', id: 'g1', url: '/grants' }, unit: { id: 'u1' } };
  assert.equal(renewable(message, { role: 'clerk' }), true);
  assert.equal(renewable(message, { role: 'legal_rep' }), false);
  assert.equal(renewable({ ...message, topic: 'grant.revoked' }, { role: 'clerk' }), false);
});

test('the own grants are one page for all units', () => {
  const link = { rel: 'grants', id: 'g1', url: '/my-grants' };
  const step = stepOf({ link, unit: { id: 'u2' } }, { unit: { id: 'u1' }, role: 'clerk' });
  assert.deepEqual([step.href, step.elsewhere], ['/my-grants', false]);
});
