// The login desk: takes a challenge through its life. It knows no DOM; `view` draws, tests fake it.

import { isOpen, merged } from './challenge.js';
import { secondsLeft } from './clock.js';
import { exchange, patchRole } from './deskcalls.js';

const SILENT_RENEWALS = 5;
const GRACE_MS = 3000; // the server's own word about the end is waited for a little
const WORTH_RESUMING_S = 10;

export class Desk {
  // ports: {call, openLive, view, timers, clock, newKey, entered(exchanged), pageHidden()}
  constructor(ports) {
    Object.assign(this, ports);
    this.turn = 0;
    this.state = {
      role: 'legal_rep', channel: null, challenge: null, cover: 'loading',
      problem: null, trouble: false, pairMessage: '', busy: false, issuedAt: 0,
    };
    this.renewals = 0;
    this.mode = 'stream';
  }

  set(changes) {
    Object.assign(this.state, changes);
    this.view.draw(this.state);
  }

  // Starts anew because a person wants it: the silent renewals are his again.
  async start(role = this.state.role, channel = this.state.channel) {
    this.renewals = 0;
    this.mode = 'stream';
    this.set({ role, channel });
    await this.issue();
  }

  // Stops everything; nothing that is still under way may change the page afterwards.
  close() {
    this.turn += 1;
    this.live?.close();
    this.live = null;
    this.view.stop();
    this.cancelDeadline?.();
    this.exchanging = false;
    return this.turn;
  }

  async issue() {
    const turn = this.close();
    if (this.pageHidden()) return this.set({ challenge: null, cover: 'paused', problem: null });
    this.set({ challenge: null, cover: 'loading', problem: null, trouble: false, pairMessage: '', busy: false });
    const { role, channel } = this.state;
    const wanted = channel ? { role, channel } : { role };
    try {
      const { body } = await this.call('POST', '/login/challenges', { body: wanted });
      if (turn !== this.turn) return undefined;
      this.set({ challenge: body, role: body.role, issuedAt: this.clock.now() });
      this.listen();
    } catch (refused) {
      if (turn === this.turn) this.fail(refused);
    }
    return undefined;
  }

  listen() {
    const { challenge } = this.state;
    this.watchDeadline();
    const drawn = (draw) => (what) => {
      draw(what);
      this.set({ cover: this.coverOf(this.state.challenge) });
    };
    this.live = this.openLive(challenge, {
      frames: drawn((frames) => this.view.frames(frames)),
      image: drawn((url) => this.view.image(url)),
      status: (news) => this.hear(news),
      gone: () => { if (!this.exchanging) this.renew(); },
      trouble: (trouble) => this.set({ trouble }),
      mode: (mode) => { this.mode = mode; this.view.mode(mode); },
    }, this.mode === 'poll' ? 'wait' : this.mode);
  }

  coverOf(challenge) {
    if (!challenge) return this.state.cover;
    if (challenge.status === 'pending') return null;
    return isOpen(challenge.status) ? 'scanned' : 'refresh';
  }

  hear(news) {
    // The stream may tell of our own exchange before its answer, and the cookie with it, is here.
    if (this.exchanging) return;
    const before = this.state.challenge;
    const challenge = merged(before, news);
    if (challenge === before) return;
    const drawing = challenge.status === 'pending' && this.state.cover === 'loading';
    const moved = challenge.status !== before.status || challenge.revision !== before.revision;
    this.set({
      challenge, role: challenge.role,
      problem: challenge.refusal ?? (moved ? null : this.state.problem),
      cover: drawing ? 'loading' : this.coverOf(challenge),
    });
    this.watchDeadline();
    this.follow(challenge);
  }

  follow({ status }) {
    if (status === 'approved') this.exchange();
    else if (status === 'expired') this.renew();
    else if (status === 'exchanged') this.finish({});
    else if (!isOpen(status)) this.rest();
  }

  rest() {
    this.close();
    this.set({ cover: 'refresh', busy: false });
  }

  watchDeadline() {
    this.cancelDeadline?.();
    const { challenge } = this.state;
    if (!challenge || challenge.status === 'approved' || !isOpen(challenge.status)) return;
    this.cancelDeadline = this.timers.after(this.secondsLeft() * 1000 + GRACE_MS, () => this.renew());
  }

  secondsLeft() {
    const { challenge, issuedAt } = this.state;
    return challenge ? secondsLeft(challenge.expires_at, this.clock, issuedAt) : 0;
  }

  renew() {
    if (this.renewals < SILENT_RENEWALS) {
      this.renewals += 1;
      return this.issue();
    }
    const challenge = this.state.challenge && { ...this.state.challenge, status: 'expired' };
    this.close();
    this.set({ challenge, cover: 'refresh', busy: false });
    return undefined;
  }

  fail(refused) {
    this.close();
    this.set({ cover: 'refresh', problem: refused.problem, busy: false });
  }

  // Switches 法人/办事员 on the same challenge; where that is impossible, on a new one.
  async switchRole(role) {
    const { challenge } = this.state;
    if (!challenge || !isOpen(challenge.status)) return this.start(role);
    const { turn } = this;
    this.set({ role, problem: null });
    try {
      const changed = await patchRole(this.call, challenge, role);
      if (turn !== this.turn) return undefined;
      this.hear(changed);
      this.live?.know(changed);
      this.set({ role: this.state.challenge.role });
    } catch (refused) {
      if (turn !== this.turn) return undefined;
      if (refused.status === 404 || refused.status === 410) return this.start(role);
      this.set({ role: this.state.challenge.role, problem: refused.problem });
    }
    return undefined;
  }

  // 不是我,重新获取: the claimed challenge dies at once, whoever holds the phone.
  async refuseScanner() {
    const { challenge } = this.state;
    const turn = this.close();
    this.set({ busy: true });
    await this.call('DELETE', `/login/challenges/${challenge.id}`).catch(() => null);
    if (turn === this.turn) await this.start();
  }

  // Where to register: whoever scanned comes along, if the server still knows who it was.
  async placeToRegister() {
    const { challenge } = this.state;
    try {
      const { body } = await this.call('POST', `/login/challenges/${challenge.id}/carry`);
      return `/register#${new URLSearchParams({ carried: body.token, name: body.name })}`;
    } catch {
      return '/register';
    }
  }

  async pair(code) {
    const { challenge } = this.state;
    const turn = this.turn;
    this.set({ busy: true, pairMessage: '' });
    try {
      const path = `/login/challenges/${challenge.id}/pair`;
      const { body } = await this.call('POST', path, { body: { code } });
      if (turn !== this.turn) return;
      if (body?.status) this.hear(body);
      else this.set({ challenge: { ...this.state.challenge, pair_required: false } });
      this.set({ busy: false });
    } catch (refused) {
      if (turn === this.turn) this.set({ busy: false, pairMessage: refused.problem.title });
    }
  }

  async exchange() {
    if (this.exchanging) return;
    this.exchanging = true;
    const turn = this.turn;
    try {
      const exchanged = await exchange(this.call, this.timers, this.state.challenge.id, this.newKey());
      if (turn === this.turn) this.finish(exchanged);
    } catch (refused) {
      if (turn !== this.turn) return;
      // Exchanged already: in another tab of this browser there may be a session by now.
      if (refused.status === 409) this.finish({ problem: refused.problem });
      else this.fail(refused);
    }
  }

  finish(exchanged) {
    this.close();
    this.entered(exchanged);
  }

  // A code that nobody sees is not kept alive; one that is scanned already is.
  visibilityChanged() {
    const { challenge, cover } = this.state;
    if (this.pageHidden()) {
      if (!this.live || challenge?.status !== 'pending') return undefined;
      this.close();
      return this.set({ cover: 'paused' });
    }
    if (cover !== 'paused') return undefined;
    this.renewals = 0;
    if (!challenge || this.secondsLeft() < WORTH_RESUMING_S) return this.issue();
    this.set({ cover: 'loading' });
    return this.listen();
  }
}
