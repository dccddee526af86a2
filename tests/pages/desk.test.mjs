import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { serverClock } from '../../server/pages/static/clock.js';
import { Desk } from '../../server/pages/static/desk.js';
import { aChallenge, fakeServer, handTimers, refused, settled } from './fakes.mjs';

const NEW = 'POST /login/challenges';
let timers;
let server;
let lives;
let entered;
let hidden;
let desk;

beforeEach(async () => {
  timers = handTimers();
  lives = [];
  entered = [];
  hidden = false;
  let issued = 0;
  server = fakeServer({
    [NEW]: (path, { body }) => {
      issued += 1;
      const expires_at = new Date(timers.now() + 120_000).toISOString();
      return aChallenge({ id: `c${issued}`, role: body.role, expires_at });
    },
  });
  const view = { draw() {}, frames() {}, image() {}, mode() {}, stop() {} };
  const openLive = (challenge, tell, mode) => {
    const live = { challenge, tell, mode, closed: false, close() { this.closed = true; }, know() {} };
    lives.push(live);
    return live;
  };
  desk = new Desk({
    call: server.call, view, openLive, timers, clock: serverClock(timers.now), newKey: () => 'key',
    entered: (exchanged) => entered.push(exchanged), pageHidden: () => hidden,
  });
  await desk.start();
});

const live = () => lives.at(-1);
const frame = () => live().tell.frames([{ frame: '1f', at: 0 }]);
const news = (status, more = {}) => live().tell.status({ revision: 2, status, role: 'legal_rep', caption: '法人扫码登录', ...more });

test('the symbol is covered until its first frame is drawn, and again once somebody scanned', () => {
  assert.equal(desk.state.cover, 'loading');
  frame();
  assert.equal(desk.state.cover, null);
  news('scanned', { scanned_by: '张*' });
  assert.equal(desk.state.cover, 'scanned');
});

test('an expired code is renewed silently five times, then by hand', async () => {
  for (let round = 0; round < 7; round += 1) {
    if (desk.state.cover !== 'refresh') news('expired');
    await settled();
  }
  assert.equal(server.count('POST', '/login/challenges'), 6);
  assert.equal(desk.state.cover, 'refresh');
  assert.equal(desk.state.challenge.status, 'expired');

  await desk.start();
  news('expired');
  await settled();

  assert.equal(server.count('POST', '/login/challenges'), 8);
});

test('a code whose end the server does not announce is renewed after a short grace', async () => {
  await timers.pass(122_000);
  assert.equal(server.count('POST', '/login/challenges'), 1);
  await timers.pass(1500);

  assert.equal(server.count('POST', '/login/challenges'), 2);
  assert.equal(lives[0].closed, true);
});

test('approval is exchanged once, with one key, however often it is told', async () => {
  server.rules['POST /login/challenges/c1/exchange'] = { next: 'choose_unit', units: [1] };

  news('approved');
  live().tell.status({ status: 'approved' });
  news('approved', { revision: 3 });
  await settled();

  assert.deepEqual(entered, [{ next: 'choose_unit', units: [1] }]);
  assert.equal(server.count('POST', '/login/challenges/c1/exchange'), 1);
  assert.equal(server.asked.at(-1).headers['Idempotency-Key'], 'key');
});

test('an exchange whose answer got lost is repeated with the same key', async () => {
  const answers = [refused(0), refused(502), { next: 'home' }];
  server.rules['POST /login/challenges/c1/exchange'] = () => answers.shift();

  news('approved');
  await timers.pass(3000);

  const keys = server.asked.filter(({ path }) => path.endsWith('/exchange')).map(({ headers }) => headers['Idempotency-Key']);
  assert.deepEqual(keys, ['key', 'key', 'key']);
  assert.deepEqual(entered, [{ next: 'home' }]);
});

test('an exchange refused by the catalogue is shown, one done elsewhere leads to the session', async () => {
  server.rules['POST /login/challenges/c1/exchange'] = refused(403, { code: 'SB-3005' });
  news('approved');
  await settled();
  assert.equal(desk.state.problem.code, 'SB-3005');
  assert.equal(desk.state.cover, 'refresh');

  await desk.start();
  server.rules['POST /login/challenges/c2/exchange'] = refused(409);
  news('approved');
  await settled();
  assert.equal(entered.length, 1);
});

test('the role is changed on the same challenge, with its revision', async () => {
  server.rules['PATCH /login/challenges/c1'] = aChallenge({ revision: 2, role: 'clerk', caption: '办事员扫码登录' });

  await desk.switchRole('clerk');

  assert.equal(server.asked.at(-1).headers['If-Match'], '"1"');
  assert.equal(desk.state.challenge.caption, '办事员扫码登录');
  assert.equal(server.count('POST', '/login/challenges'), 1);
});

test('a stale revision is read again once, and the change repeated', async () => {
  const answers = [refused(409), aChallenge({ revision: 8, role: 'clerk' })];
  server.rules['PATCH /login/challenges/c1'] = () => answers.shift();
  server.rules['GET /login/challenges/c1'] = aChallenge({ revision: 7 });

  await desk.switchRole('clerk');

  assert.equal(server.asked.at(-1).headers['If-Match'], '"7"');
  assert.equal(desk.state.role, 'clerk');
});

test('a phone that was quicker keeps the role it was shown', async () => {
  server.rules['PATCH /login/challenges/c1'] = refused(409);
  server.rules['GET /login/challenges/c1'] = aChallenge({ revision: 2, status: 'scanned', scanned_by: '张*' });

  await desk.switchRole('clerk');

  assert.equal(desk.state.role, 'legal_rep');
  assert.equal(desk.state.challenge.status, 'scanned');
  assert.equal(server.count('PATCH', '/login/challenges/c1'), 1);
});

test('a role chosen where no challenge lives starts one in that role', async () => {
  news('denied');

  await desk.switchRole('clerk');

  assert.deepEqual(server.asked.at(-1).body, { role: 'clerk' });
});

test('the phone may change the role, and the page follows', () => {
  news('scanned', { role: 'clerk', caption: '办事员扫码登录' });

  assert.equal(desk.state.role, 'clerk');
});

test('not me: the claimed challenge is deleted and a new one shown', async () => {
  server.rules['DELETE /login/challenges/c1'] = null;
  news('scanned', { scanned_by: '张*' });

  await desk.refuseScanner();

  assert.equal(server.count('DELETE', '/login/challenges/c1'), 1);
  assert.equal(desk.state.challenge.id, 'c2');
});

test('wrong pairing digits are said beside the field, right ones end the asking', async () => {
  const answers = [refused(422, { title: '配对数字不正确,还可尝试1次!' }), null];
  server.rules['POST /login/challenges/c1/pair'] = () => answers.shift();
  news('scanned', { pair_required: true });

  await desk.pair('12');
  assert.match(desk.state.pairMessage, /还可尝试1次/);
  await desk.pair('47');

  assert.equal(desk.state.challenge.pair_required, false);
});

test('denied, cancelled and refused rest under the cover until a person asks for more', async () => {
  news('denied', { refusal: { code: 'SB-2102', title: 'x' } });
  await timers.pass(600_000);

  assert.equal(desk.state.cover, 'refresh');
  assert.equal(desk.state.problem.code, 'SB-2102');
  assert.equal(server.count('POST', '/login/challenges'), 1);
  assert.equal(live().closed, true);
});

test('a hidden page pauses while pending, and resumes the same code or takes a new one', async () => {
  frame();
  hidden = true;
  desk.visibilityChanged();
  assert.equal(desk.state.cover, 'paused');
  assert.equal(live().closed, true);
  hidden = false;
  await desk.visibilityChanged();
  assert.equal(live().challenge.id, 'c1');

  hidden = true;
  desk.visibilityChanged();
  await timers.pass(115_000);
  hidden = false;
  await desk.visibilityChanged();

  assert.equal(desk.state.challenge.id, 'c2');
});

test('a hidden page keeps a challenge that is scanned already', () => {
  news('scanned');
  hidden = true;

  desk.visibilityChanged();

  assert.equal(live().closed, false);
});

test('a challenge the store lost is replaced, a refused one is explained', async () => {
  live().tell.gone();
  await settled();
  assert.equal(desk.state.challenge.id, 'c2');

  server.rules[NEW] = refused(503, { code: 'SB-9009' });
  await desk.start();
  assert.equal(desk.state.problem.code, 'SB-9009');
  assert.equal(desk.state.cover, 'refresh');
});

test('an answer that comes after the page moved on changes nothing', async () => {
  let answer;
  server.rules[NEW] = () => new Promise((resolve) => { answer = resolve; });
  const starting = desk.start();
  await settled();
  desk.close();

  answer(aChallenge({ id: 'late' }));
  await starting;

  assert.equal(desk.state.challenge, null);
});
