// A catalogue entry on the page: 提示, 说明, 解决方案, next steps, code and trace id.

import { el } from './dom.js';

const PLACES = {
  'go-home': '/',
  'look-up-code': '/help/errors',
  register: '/register',
  'use-qr': '/login',
  'reset-password': '/login/reset',
  'change-password': '/account',
  'read-privacy-notice': '/privacy',
};
// These happen on the phone that scanned; on the computer they can only be said.
const ON_PHONE = new Set(['request-grant', 'view-grant-request', 'confirm-identity', 'subscribe', 'update-app']);

// No answer of the server speaks of it: the fault is the page's own.
const BROKEN = {
  title: '页面出错,请刷新后核对!',
  detail: '页面程序遇到意外情况,刚才的操作可能没有完成',
  solutions: ['刷新页面,核对刚才的操作是否已经完成', '多次出现时,请更新浏览器,或联系经办机构'],
  actions: [{ rel: 'refresh', title: '刷新页面' }],
};

// What becomes of each action: a button (`act`), a link (`href`) or words (`text`).
// acts: {rel: function}, what this page can do by itself.
export function stepsOf(problem, acts) {
  return (problem.actions ?? []).map(({ rel, title }) => {
    if (acts[rel]) return { rel, title, act: acts[rel] };
    if (PLACES[rel]) return { rel, title, href: PLACES[rel] };
    return { rel, title, text: ON_PHONE.has(rel) ? `${title}(请在手机上操作)` : title };
  });
}

function stepNode({ rel, title, act, href, text }) {
  const testid = `action-${rel}`;
  if (act) return el('button', { type: 'button', class: 'quiet', testid, text: title, on: { click: act } });
  if (href) return el('a', { class: 'button quiet', href, testid, text: title });
  return el('span', { class: 'step', testid, text });
}

function listed(problem) {
  const faults = (problem.errors ?? []).map((fault) => el('li', { text: fault.detail }));
  const remedies = (problem.solutions ?? []).map((remedy) => el('li', { text: remedy }));
  return [
    faults.length ? el('ul', { class: 'faults' }, ...faults) : null,
    remedies.length ? el('h3', { text: '解决方案' }) : null,
    remedies.length ? el('ul', { testid: 'refusal-solutions' }, ...remedies) : null,
  ];
}

function footing({ code, trace_id: trace }) {
  if (!code && !trace) return null;
  const parts = [];
  if (code) {
    const href = `/help/errors/${encodeURIComponent(code)}`;
    parts.push('错误代码:', el('a', { href, target: '_blank', rel: 'noopener', testid: 'refusal-code', text: code }));
  }
  if (trace) parts.push(el('span', { class: 'trace' }, '流水号:', el('code', { testid: 'refusal-trace', text: trace })));
  return el('p', { class: 'codes' }, ...parts);
}

// The card of one refusal. problem: as api.js makes it, or the `refusal` of a challenge.
export function refusalCard(problem, acts) {
  const steps = stepsOf(problem, acts);
  return el(
    'div',
    { class: 'refusal', role: 'alert', testid: 'refusal' },
    el('h2', { testid: 'refusal-title', text: problem.title }),
    problem.detail ? el('p', { testid: 'refusal-detail', text: problem.detail }) : null,
    ...listed(problem),
    steps.length ? el('div', { class: 'steps', testid: 'refusal-actions' }, ...steps.map(stepNode)) : null,
    footing(problem),
  );
}

// Puts the card into `place`, or empties it (null); the same refusal is not announced twice.
// problem: undefined when what went wrong carries none, so it was no answer of the server.
export function showRefusal(place, problem, acts) {
  if (problem === undefined) return showRefusal(place, BROKEN, { refresh: () => location.reload() });
  const shown = problem ? JSON.stringify(problem) : '';
  if (place.dataset.shown === shown) return undefined;
  place.dataset.shown = shown;
  place.replaceChildren(...(problem ? [refusalCard(problem, acts)] : []));
  return undefined;
}

// A fault that nobody caught is said too: nobody should wait for what does not come.
let above = null;

function tell(fault) {
  if (!fault || fault.name === 'AbortError') return;
  if (!above) {
    above = el('div', { testid: 'page-fault' });
    document.querySelector('main').prepend(above);
  }
  showRefusal(above, fault.problem, { refresh: () => location.reload() });
  above.scrollIntoView({ block: 'nearest' });
}

globalThis.addEventListener?.('error', ({ error }) => tell(error));
globalThis.addEventListener?.('unhandledrejection', ({ reason }) => tell(reason));
