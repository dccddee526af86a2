// Stand-ins at the ports of the page's modules: time, the event stream, the server's answers.

import { Refused, problemOf } from '../../server/pages/static/api.js';

// Timers that run only when told to.
export function handTimers() {
  let clock = 0;
  let waiting = [];
  return {
    after(ms, act) {
      const entry = { at: clock + ms, act };
      waiting.push(entry);
      return () => { waiting = waiting.filter((other) => other !== entry); };
    },
    // Lets `ms` pass, with everything that falls due and the promises between.
    async pass(ms) {
      const end = clock + ms;
      await settled();
      for (;;) {
        const [next] = waiting.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
        if (!next) break;
        waiting = waiting.filter((other) => other !== next);
        clock = next.at;
        next.act();
        await settled();
      }
      clock = end;
    },
    now: () => clock,
    waiting: () => waiting.length,
  };
}

export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

export class FakeStream {
  static opened = [];

  constructor(url) {
    this.url = url;
    this.readyState = 1;
    this.listeners = {};
    FakeStream.opened.push(this);
  }

  addEventListener(name, act) {
    this.listeners[name] = act;
  }

  send(name, data) {
    this.listeners[name]?.({ data: JSON.stringify(data) });
  }

  fail(readyState = 0) {
    this.readyState = readyState;
    this.onerror();
  }

  close() {
    this.readyState = 2;
    this.closed = true;
  }
}

export const refused = (status, more = {}) => new Refused(status, problemOf({ title: `refused ${status}`, ...more }));

// A server: `rules` maps "METHOD /path" (without the query) to a body, a Refused, or a function.
export function fakeServer(rules) {
  const asked = [];
  async function call(method, path, options = {}) {
    asked.push({ method, path, ...options });
    const rule = rules[`${method} ${path.split('?')[0]}`];
    const answer = typeof rule === 'function' ? await rule(path, options) : rule;
    if (answer instanceof Error) throw answer;
    if (answer === undefined) throw refused(404);
    return answer === null ? { status: 204, body: null } : { status: 200, body: answer };
  }
  return { call, asked, rules, count: (method, path) => asked.filter((one) => one.method === method && one.path.split('?')[0] === path).length };
}

export const aChallenge = (more = {}) => ({
  id: 'c1', revision: 1, role: 'legal_rep', caption: '法人扫码登录', channel: 'miniapp', status: 'pending',
  expires_at: new Date(120_000).toISOString(), step_s: 5, frame: '1frame', url: 'https://zhangban.example/l/1frame', ...more,
});
