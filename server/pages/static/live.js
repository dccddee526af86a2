// News of one challenge: an event stream, else long-polling, else a poll every two seconds.

const FIRST_FRAME_MS = 3000;
const STREAM_ERRORS = 2;
const POLL_MS = 2000;
const POLL_SLOWEST_MS = 10000;
const BETWEEN_WAITS_MS = 1000;
const CLOSED = 2; // EventSource.CLOSED
const GONE = new Set([404, 410]);

// Opens the news. tell: {frames(frames), image(url), status(news), gone(refused), trouble(bool),
// mode(name)}; tools: {EventSource?, call, timers}; mode: where on the ladder to begin.
export function openLive(challenge, tell, tools, mode = 'stream') {
  const live = new Live(challenge, tell, tools);
  live.enter(mode === 'stream' && !tools.EventSource ? 'wait' : mode);
  return live;
}

class Live {
  constructor(challenge, tell, tools) {
    this.path = `/login/challenges/${encodeURIComponent(challenge.id)}`;
    this.revision = challenge.revision;
    this.frame = challenge.frame;
    this.stepMs = (challenge.step_s ?? 5) * 1000;
    this.pending = challenge.status === 'pending';
    this.tell = tell;
    this.tools = tools;
    this.open = true;
    this.failures = 0;
    this.ticks = 0;
    this.cancels = new Set();
    this.abort = new AbortController();
  }

  close() {
    this.open = false;
    this.source?.close();
    this.abort.abort();
    this.cancels.forEach((cancel) => cancel());
    this.cancels.clear();
  }

  after(ms, act) {
    const cancel = this.tools.timers.after(ms, () => {
      this.cancels.delete(cancel);
      if (this.open) act();
    });
    this.cancels.add(cancel);
    return cancel;
  }

  enter(mode) {
    this.mode = mode;
    this.tell.mode(mode);
    if (mode === 'stream') return this.stream();
    this.picture();
    if (mode === 'wait') this.tick();
    return this.ask();
  }

  stream() {
    const source = new this.tools.EventSource(`/api/v1${this.path}/events`);
    this.source = source;
    let errors = 0;
    // Nothing in time means something on the way keeps events back (a buffering proxy).
    let giveUp = this.after(FIRST_FRAME_MS, () => this.leaveStream());
    const alive = () => {
      errors = 0;
      giveUp?.();
      giveUp = null;
    };
    const on = (name, act) =>
      source.addEventListener(name, (event) => {
        if (this.open && this.source === source) act(JSON.parse(event.data));
      });
    on('frame', ({ frames }) => {
      alive();
      this.frame = frames[0].frame;
      this.tell.frames(frames);
    });
    on('status', (news) => {
      // While pending a frame must follow; only any other state is proof enough by itself.
      if (news.status !== 'pending') alive();
      this.hear(news);
    });
    on('end', (news) => {
      alive();
      source.close();
      this.hear(news);
    });
    source.onerror = () => {
      errors += 1;
      const refused = source.readyState === CLOSED;
      if (this.open && this.source === source && (refused || errors >= STREAM_ERRORS)) this.leaveStream();
    };
  }

  leaveStream() {
    if (!this.source) return; // the time limit may still run out after an error led away
    this.source.close();
    this.source = null;
    this.enter('wait');
  }

  hear(news) {
    if (news.revision !== undefined) this.revision = Math.max(this.revision, news.revision);
    this.pending = news.status === 'pending';
    this.tell.status(news);
  }

  // Told by the desk after a change it made itself (PATCH), so that the next wait starts from there.
  know(challenge) {
    this.revision = challenge.revision;
    this.frame = challenge.frame ?? this.frame;
    if (this.mode !== 'stream') this.picture();
  }

  picture() {
    if (!this.pending || !this.frame) return;
    const again = this.ticks ? `&n=${this.ticks}` : '';
    this.tell.image(`/api/v1${this.path}/qr.svg?f=${encodeURIComponent(this.frame)}${again}`);
  }

  // A waiting question says nothing about frames, so the picture is fetched anew at every step.
  tick() {
    this.after(this.stepMs, () => {
      if (this.mode !== 'wait') return;
      this.ticks += 1;
      this.picture();
      this.tick();
    });
  }

  async ask() {
    const waiting = this.mode === 'wait';
    const path = waiting ? `${this.path}?wait=25&revision=${this.revision}` : this.path;
    try {
      const { status, body } = await this.tools.call('GET', path, { signal: this.abort.signal });
      if (this.open) this.answered(status, body);
    } catch (refused) {
      if (this.open) this.failed(refused);
    }
  }

  answered(status, body) {
    this.failures = 0;
    this.tell.trouble(false);
    if (status === 200) {
      const drawn = this.frame;
      this.frame = body.frame ?? this.frame;
      this.hear(body);
      if (this.open && this.frame !== drawn) this.picture();
    }
    if (this.open) this.after(this.mode === 'wait' ? BETWEEN_WAITS_MS : POLL_MS, () => this.ask());
  }

  failed(refused) {
    if (GONE.has(refused.status)) {
      this.close();
      this.tell.gone(refused);
      return;
    }
    const slowDown = (refused.problem?.retry_after_s ?? 0) * 1000;
    if (this.mode === 'wait' && !slowDown) {
      this.mode = 'poll';
      this.tell.mode('poll');
    }
    this.failures += 1;
    if (this.failures > 1) this.tell.trouble(true);
    const pause = Math.min(POLL_MS * 2 ** (this.failures - 1), POLL_SLOWEST_MS);
    this.after(Math.max(pause, slowDown), () => this.ask());
  }
}
