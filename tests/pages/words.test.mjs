import assert from 'node:assert/strict';
import { test } from 'node:test';

import { caller, problemOf, randomKey } from '../../server/pages/static/api.js';
import { isPhone, merged, statusWords } from '../../server/pages/static/challenge.js';
import { localTime, minutesAndSeconds, secondsLeft, serverClock } from '../../server/pages/static/clock.js';
import { openMenus } from '../../server/pages/static/menus.js';
import { memory, rememberedRole } from '../../server/pages/static/preferences.js';
import { stepsOf } from '../../server/pages/static/refusal.js';
import { SessionEvents, endOf, otherTabs } from '../../server/pages/static/sessionevents.js';
import { answers, maskedName, ordered, pageOf, relationWords, unitWords } from '../../server/pages/static/units.js';
import { FakeStream, aChallenge, handTimers } from './fakes.mjs';

const UNITS = [
  { id: 'a', name: '示例市松江机械厂', role: 'clerk', relations: [{ insurance_name: '失业保险', unit_no: '239900011', agency: '示例市就业服务中心' }], last_used_at: null },
  { id: 'b', name: '示例软件ABC公司', role: 'legal_rep', relations: [], last_used_at: '2025-01-01T00:00:00Z' },
  { id: 'c', name: '示例物业公司', role: 'clerk', relations: [], last_used_at: '2025-02-01T00:00:00Z' },
];

test('every status is said in its own words, and an unknown one does not freeze the page', () => {
  const statuses = ['pending', 'scanned', 'grant_wait', 'approved', 'exchanged', 'denied', 'cancelled', 'expired', 'new_one'];

  const said = statuses.map((status) => statusWords(aChallenge({ status })));

  assert.equal(new Set(said).size, statuses.length);
  assert.match(statusWords(aChallenge({ status: 'scanned', scanned_by: '张*' })), /^张\*已扫码/);
  assert.match(statusWords(aChallenge({ status: 'scanned', pair_required: true })), /两位数字/);
  assert.match(statusWords(aChallenge({ channel: 'ecard' })), /电子社保卡/);
  assert.doesNotMatch(statusWords(aChallenge({ status: 'denied', refusal: { title: 'x' } })), /拒绝/);
});

test('older news is ignored, and what news leaves out is no longer so', () => {
  const scanned = merged(aChallenge(), { revision: 3, status: 'scanned', scanned_by: '张*', pair_required: true });

  assert.equal(merged(scanned, { revision: 2, status: 'pending' }), scanned);
  assert.equal(merged(scanned, { revision: 4, status: 'scanned' }).pair_required, false);
  assert.equal(merged(scanned, { status: 'scanned' }), scanned);
  assert.equal(merged(scanned, { status: 'expired' }).status, 'expired');
});

test('time left follows the server, and a computer with a wrong clock gets the life of a code', () => {
  const at = (ms) => () => ms;
  const skewed = serverClock(at(10_000_000));
  const guessing = secondsLeft(new Date(120_000).toISOString(), skewed, skewed.now());
  skewed.learn(new Date(30_000).toUTCString());

  assert.equal(guessing, 120);
  assert.equal(secondsLeft(new Date(120_000).toISOString(), skewed, 0), 89.5);
  assert.equal(secondsLeft('1970-01-01T00:00:00Z', serverClock(at(60_000)), 0), 0);
  assert.equal(minutesAndSeconds(95), '1:35');
  assert.equal(minutesAndSeconds(0), '0:00');
  assert.equal(localTime(null), '');
  assert.match(localTime('2025-03-01T09:30:00Z'), /^2025-0[23]-\d\d \d\d:30$/);
});

test('units: last used first, found by name, number or agency, full-width typing included', () => {
  assert.deepEqual(ordered(UNITS).map(({ id }) => id), ['c', 'b', 'a']);
  assert.equal(answers(UNITS[0], '239900011'), true);
  assert.equal(answers(UNITS[0], '就业 松江'), true);
  assert.equal(answers(UNITS[1], 'abc'), true);
  assert.equal(answers(UNITS[1], '物业'), false);
  assert.deepEqual(pageOf(UNITS, '公司').items.map(({ id }) => id), ['c', 'b']);
  assert.equal(relationWords(UNITS[0].relations[0]), '失业保险 · 单位编号 239900011 · 示例市就业服务中心');
  assert.equal(unitWords(UNITS[1]).role, '法人');
});

test('names are masked as the catalogue of fields says, once', () => {
  assert.equal(maskedName('张三'), '张*');
  assert.equal(maskedName('张三丰'), '张**');
  assert.equal(maskedName('张**'), '张**');
  assert.equal(maskedName(null), '');
});

test('an action is a button here, a link there, and words where only the phone can do it', () => {
  const actions = ['refresh', 'go-home', 'request-grant', 'find-window'].map((rel) => ({ rel, title: rel }));

  const steps = stepsOf({ actions }, { refresh: () => {} });

  assert.deepEqual(steps.map((step) => Object.keys(step).at(-1)), ['act', 'href', 'text', 'text']);
  assert.match(steps[2].text, /手机/);
});

test('only menu entries with a page of this site are shown', () => {
  const menus = [{ url: '/items' }, { url: null }, { url: 'javascript:alert(1)' }, { url: '//elsewhere.example' }];

  assert.deepEqual(openMenus(menus), [{ url: '/items' }]);
});

test('an answer that is no problem document still gives the person words', async () => {
  const call = caller(async () => new Response('<html>Bad Gateway</html>', { status: 502, headers: { 'X-Trace-Id': 't1' } }));

  await assert.rejects(call('GET', '/session'), ({ status, problem }) => status === 502 && problem.title.includes('暂不可用') && problem.trace_id === 't1');
  await assert.rejects(caller(async () => { throw new TypeError('no route'); })('GET', '/session'), ({ status }) => status === 0);
  assert.equal(problemOf({ title: 'x', retry_after_s: null }, { retryAfter: '7' }).retry_after_s, 7);
  assert.match(randomKey(), /^[0-9a-f]{32}$/);
});

test('a call sends its body, its headers and the cookie, and an empty answer is null', async () => {
  const sent = [];
  const call = caller(async (...args) => { sent.push(args); return new Response(null, { status: 204 }); });

  const answer = await call('PATCH', '/login/challenges/c1', { body: { role: 'clerk' }, headers: { 'If-Match': '"1"' } });

  assert.deepEqual(answer, { status: 204, body: null });
  assert.equal(sent[0][0], '/api/v1/login/challenges/c1');
  assert.equal(sent[0][1].headers['If-Match'], '"1"');
  assert.equal(sent[0][1].body, '{"role":"clerk"}');
  assert.equal(sent[0][1].credentials, 'same-origin');
});

test('the end of a session says why', () => {
  assert.equal(endOf({ reason: 'grant_revoked' }).problem.code, 'SB-3005');
  assert.equal(endOf({ code: 'SB-3005', title: '授权已被撤销!' }).problem.title, '授权已被撤销!');
  assert.equal(endOf({ reason: 'idle' }).problem.code, 'SB-2012');
  assert.equal(endOf(null).problem.code, 'SB-2012');
  assert.equal(endOf({ refusal: { code: 'SB-2013', title: '账号已停用!' } }).problem.title, '账号已停用!');
  assert.deepEqual(endOf({ reason: 'unit-switched' }), { switched: true });
});

test('a session stream the server refuses is asked about, and opened again while the session lives', async () => {
  FakeStream.opened = [];
  const timers = handTimers();
  const alive = [true, false];
  const events = new SessionEvents({ EventSource: FakeStream, timers, check: async () => alive.shift(), ended() {}, switched() {}, changed() {} });

  events.open();
  FakeStream.opened[0].fail(2);
  await timers.pass(2000);
  FakeStream.opened[1].fail(2);
  await timers.pass(60_000);

  assert.equal(FakeStream.opened.length, 2);
});

test('a browser without storage or channels still works', () => {
  const kept = memory(() => { throw new Error('denied'); });

  kept.set('zhangban.role', 'clerk');

  assert.equal(kept.get('zhangban.role'), null);
  assert.equal(rememberedRole(kept, ''), 'legal_rep');
  assert.equal(rememberedRole(kept, '?role=clerk'), 'clerk');
  assert.doesNotThrow(() => otherTabs(undefined, () => {}).post('signed-out'));
});

test('a phone is known by what it says of itself', () => {
  assert.equal(isPhone('Mozilla/5.0 (iPhone; CPU iPhone OS 17_0)'), true);
  assert.equal(isPhone('Mozilla/5.0 (Windows NT 10.0; Win64; x64)'), false);
  assert.equal(isPhone('Mozilla/5.0 (Windows NT 10.0)', true), true);
});
