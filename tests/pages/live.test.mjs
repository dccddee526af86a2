import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { openLive } from '../../server/pages/static/live.js';
import { FakeStream, aChallenge, fakeServer, handTimers, refused, settled } from './fakes.mjs';

const PATH = '/login/challenges/c1';
let timers;
let heard;
let tell;

beforeEach(() => {
  FakeStream.opened = [];
  timers = handTimers();
  heard = { frames: [], images: [], statuses: [], gone: 0, trouble: [], modes: [] };
  tell = {
    frames: (frames) => heard.frames.push(frames), image: (url) => heard.images.push(url),
    status: (news) => heard.statuses.push(news), gone: () => { heard.gone += 1; },
    trouble: (trouble) => heard.trouble.push(trouble), mode: (mode) => heard.modes.push(mode),
  };
});

const opened = (rules = {}, mode = 'stream', Stream = FakeStream) => {
  const server = fakeServer({ [`GET ${PATH}`]: () => new Promise(() => {}), ...rules });
  const live = openLive(aChallenge(), tell, { EventSource: Stream, call: server.call, timers }, mode);
  return { server, live, stream: FakeStream.opened[0] };
};
const aFrame = (frame = '1f') => ({ frames: [{ frame, bits: '', size: 33, at: 0 }] });

test('frames and states come by the stream, and nothing is polled', async () => {
  const { server, stream } = opened();

  stream.send('status', { revision: 1, status: 'pending' });
  stream.send('frame', aFrame());
  stream.send('status', { revision: 2, status: 'scanned', scanned_by: '张*' });
  await timers.pass(60_000);

  assert.equal(stream.url, '/api/v1/login/challenges/c1/events');
  assert.equal(heard.frames.length, 1);
  assert.deepEqual(heard.statuses.map(({ status }) => status), ['pending', 'scanned']);
  assert.equal(server.asked.length, 0);
});

test('without a frame in three seconds the page asks instead, with a picture at once', async () => {
  const { server, stream } = opened();

  stream.send('status', { revision: 1, status: 'pending' });
  await timers.pass(3000);

  assert.equal(stream.closed, true);
  assert.deepEqual(heard.modes, ['stream', 'wait']);
  assert.equal(server.asked[0].path, `${PATH}?wait=25&revision=1`);
  assert.deepEqual(heard.images, [`/api/v1${PATH}/qr.svg?f=1frame`]);
});

test('two errors in a row, or a refusal to stream, lead to asking too', () => {
  const { stream } = opened();
  stream.fail();
  assert.deepEqual(heard.modes, ['stream']);
  stream.fail();
  assert.deepEqual(heard.modes, ['stream', 'wait']);

  FakeStream.opened = [];
  const second = opened();
  second.stream.fail(2);
  assert.equal(heard.modes.at(-1), 'wait');
});

test('the stream is left once, whatever else goes wrong with it afterwards', async () => {
  const { stream } = opened();

  stream.fail(2);
  stream.fail(2);
  await timers.pass(4000);

  assert.deepEqual(heard.modes, ['stream', 'wait']);
});

test('an error between two frames is the stream\'s own business', () => {
  const { stream } = opened();

  stream.send('frame', aFrame());
  stream.fail();
  stream.send('frame', aFrame());
  stream.fail();

  assert.deepEqual(heard.modes, ['stream']);
});

test('while a question waits the picture is fetched anew at every step', async () => {
  opened({}, 'wait');

  await timers.pass(11_000);

  assert.deepEqual(heard.images.map((url) => url.split('?')[1]), ['f=1frame', 'f=1frame&n=1', 'f=1frame&n=2']);
});

test('a waiting question is asked again from the newest revision, never twice a second', async () => {
  const answers = [aChallenge({ revision: 2, status: 'scanned' }), null, new Promise(() => {})];
  const { server } = opened({ [`GET ${PATH}`]: () => answers.shift() }, 'wait');

  await timers.pass(900);
  assert.equal(server.asked.length, 1);
  await timers.pass(2000);

  assert.deepEqual(server.asked.map(({ path }) => path.split('revision=')[1]), ['1', '2', '2']);
  assert.equal(heard.statuses.length, 1);
});

test('where waiting fails the page polls every two seconds and says so when that fails too', async () => {
  let broken = true;
  const { server } = opened({ [`GET ${PATH}`]: () => (broken ? refused(504) : aChallenge({ frame: '1new' })) }, 'wait');

  await timers.pass(2000);
  assert.deepEqual(heard.modes, ['wait', 'poll']);
  assert.equal(server.asked[1].path, PATH);
  assert.deepEqual(heard.trouble, [true]);
  broken = false;
  await timers.pass(10_000);

  assert.equal(heard.trouble.at(-1), false);
  assert.match(heard.images.at(-1), /f=1new$/);
});

test('a request to slow down is obeyed without leaving the waiting mode', async () => {
  const answers = [refused(429, { retry_after_s: 7 }), null];
  const { server } = opened({ [`GET ${PATH}`]: () => answers.shift() ?? null }, 'wait');

  await timers.pass(6900);
  assert.equal(server.asked.length, 1);
  await timers.pass(200);

  assert.equal(server.asked.length, 2);
  assert.deepEqual(heard.modes, ['wait']);
});

test('a challenge the server no longer knows ends the news', async () => {
  const { server } = opened({ [`GET ${PATH}`]: refused(404) }, 'wait');

  await timers.pass(30_000);

  assert.equal(heard.gone, 1);
  assert.equal(server.asked.length, 1);
});

test('after close nothing is heard and nothing is pending', async () => {
  const { live, stream } = opened();

  live.close();
  stream.send('frame', aFrame());
  await settled();

  assert.equal(heard.frames.length, 0);
  assert.equal(timers.waiting(), 0);
});

test('a browser without event streams starts by asking', () => {
  opened({}, 'stream', null);

  assert.deepEqual(heard.modes, ['wait']);
});
