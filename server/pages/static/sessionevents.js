// News of the session: from the server's event stream, and from the other tabs of this browser.

const REOPEN_MS = [2000, 5000, 15000, 60000];
const CLOSED = 2; // EventSource.CLOSED

// The catalogue's own sentences (tests/pages/test_documents.py keeps them equal).
const GRANT_REVOKED = {
  code: 'SB-3005',
  title: '授权已被撤销!',
  detail: '您在这个单位的授权已被法人或经办机构窗口撤销或更改,不能再用原来的授权办理业务。',
  solutions: ['还需要继续办理的,请联系单位法人重新授权。', '您还为其他单位办理业务的,请重新扫码登录。'],
};
const SESSION_ENDED = {
  code: 'SB-2012',
  title: '登录已失效,请重新登录!',
  detail: '您较长时间没有操作,或者密码已修改,或者在其他设备上退出了登录。',
  solutions: ['请重新扫码登录,登录后接着办理。'],
};
const REVOKED = /grant|revoke|SB-3005/;
const SWITCHED = /switch|SB-2014/;

// What a session-end event means: {switched: true}, or {problem} to be shown at the login desk.
// data: {reason?, code?, title?, refusal?}, all optional.
export function endOf(data) {
  const { refusal, ...own } = data ?? {};
  const told = refusal ?? own;
  const reason = `${told.code ?? ''} ${own.reason ?? ''}`;
  if (SWITCHED.test(reason)) return { switched: true };
  const known = REVOKED.test(reason) ? GRANT_REVOKED : SESSION_ENDED;
  return { problem: told.title ? { ...known, ...told } : known };
}

export class SessionEvents {
  // ports: {EventSource?, timers, ended(problem), switched(), changed(), arrived?(told), opened?(), check()}
  constructor(ports) {
    Object.assign(this, ports);
    this.failures = 0;
  }

  open() {
    this.close();
    if (!this.EventSource) return;
    const source = new this.EventSource('/api/v1/session/events');
    this.source = source;
    const on = (name, act) =>
      source.addEventListener(name, (event) => {
        if (this.source === source) act(event.data ? JSON.parse(event.data) : {});
      });
    on('unit-switched', () => {
      this.close(); // the old session's end follows, and is none for this browser
      this.switched();
    });
    on('grant', () => this.changed());
    on('message', (told) => this.arrived?.(told));
    on('session-end', (data) => {
      this.close();
      const end = endOf(data);
      if (end.switched) this.switched();
      else this.ended(end.problem);
    });
    source.onopen = () => {
      this.failures = 0;
      this.opened?.(); // what came before the stream was there, it does not tell
    };
    source.onerror = () => {
      if (this.source === source && source.readyState === CLOSED) this.reopen();
    };
  }

  // The browser gives up on an answer that is not a stream: the session may be over, or only the
  // server restarting. `check` asks which.
  reopen() {
    this.close();
    const pause = REOPEN_MS[Math.min(this.failures, REOPEN_MS.length - 1)];
    this.failures += 1;
    this.cancel = this.timers.after(pause, async () => {
      if (await this.check()) this.open();
    });
  }

  close() {
    this.source?.close();
    this.source = null;
    this.cancel?.();
    this.cancel = null;
  }
}

// The other tabs of this browser. hear: told {type} of each message.
export function otherTabs(Channel, hear) {
  if (!Channel) return { post() {} };
  const channel = new Channel('zhangban');
  channel.onmessage = (event) => hear(event.data ?? {});
  return { post: (type) => channel.postMessage({ type }) };
}
