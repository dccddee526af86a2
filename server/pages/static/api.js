// Calls to /api/v1: an answer is {status, body}; everything else is a Refused with its catalogue entry.

const BASE = '/api/v1';

// answer: the body as it came, for pages that know more members of it than all of them share.
export class Refused extends Error {
  constructor(status, problem, answer = null) {
    super(problem.title);
    this.answer = answer;
    this.status = status;
    this.problem = problem;
  }
}

const OFFLINE = {
  title: '网络连接中断,请检查网络后重试!',
  detail: '浏览器没有收到服务器的回答',
  solutions: ['检查网络连接后重试'],
};
const UNREADABLE = {
  title: '服务暂不可用,请稍后再试!',
  detail: '服务器的回答无法识别',
  solutions: ['稍后再试', '多次出现时,请联系运维人员并提供跟踪编号'],
};

// Makes a problem document whole, whoever sent it. body: parsed JSON or null.
export function problemOf(body, { traceId = null, retryAfter = null } = {}) {
  const known = body && typeof body.title === 'string' ? body : UNREADABLE;
  const seconds = Number(known.retry_after_s ?? retryAfter);
  return {
    code: known.code ?? null,
    title: known.title,
    detail: known.detail ?? '',
    solutions: known.solutions ?? [],
    actions: known.actions ?? [],
    errors: known.errors ?? [],
    trace_id: known.trace_id ?? traceId,
    ...(known.set_password ? { set_password: known.set_password } : {}), // with SB-2008
    retry_after_s: Number.isFinite(seconds) && seconds > 0 ? seconds : null,
  };
}

async function parsed(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

// Makes the caller. send: fetch; learnTime: told the Date header of every answer.
export function caller(send, learnTime = () => {}) {
  return async function call(method, path, { body, form, headers = {}, signal } = {}) {
    const init = { method, headers: { Accept: 'application/json', ...headers }, signal };
    init.credentials = 'same-origin';
    init.cache = 'no-store';
    if (body !== undefined) {
      init.headers['Content-Type'] = 'application/json';
      init.body = JSON.stringify(body);
    }
    if (form !== undefined) init.body = form;
    let response;
    try {
      response = await send(BASE + path, init);
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new Refused(0, problemOf(OFFLINE));
    }
    learnTime(response.headers.get('Date'));
    const answer = response.status === 204 ? null : await parsed(response);
    if (response.ok) return { status: response.status, body: answer };
    const hints = {
      traceId: response.headers.get('X-Trace-Id'),
      retryAfter: response.headers.get('Retry-After'),
    };
    throw new Refused(response.status, problemOf(answer, hints), answer);
  };
}

// A random Idempotency-Key (32 hex digits).
export function randomKey(crypto = globalThis.crypto) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
