// The list of messages: drawing one, and what the list says when there is none.

import { localTime } from './clock.js';
import { el } from './dom.js';

const OWN_GRANTS = '/my-grants';
const RENEWABLE = new Set(['grant.expiring', 'grant.expired']);
const TO_ACT = {
  filings: '查看这笔业务', matters: '去办理', grants: '去处理授权', units: '去首页',
  certificates: '查看证书', devices: '查看登录设备', account: '查看账号', registration: '去首页', profile: '查看单位信息',
};

export const EMPTY = {
  all: { title: '还没有消息', text: '办理业务、授权变动、证书到期时,通知会出现在这里。' },
  unread: { title: '没有未读消息', text: '所有消息都看过了。要看以前的消息,请选“全部”。' },
};

// Where a message leads. session: of GET /session; null: nowhere on this site.
export function stepOf({ link, unit }, session) {
  if (!/^\/(?!\/)/.test(link.url ?? '')) return null;
  // One's own grants are on one page, whichever unit they are of.
  const elsewhere = unit && session.unit?.id !== unit.id && link.url !== OWN_GRANTS;
  return { href: elsewhere ? '/' : link.url, title: TO_ACT[link.rel] ?? '查看', elsewhere: Boolean(elsewhere) };
}

// Whether a message tells a clerk of a grant's end: then more time can be asked for at once.
export const renewable = (message, session) => RENEWABLE.has(message.topic) && session.role === 'clerk';

// One message. acts: {read(message), follow(message), renew(message)}.
export function messageNode(message, session, acts) {
  const unread = !message.read_at;
  const renews = renewable(message, session);
  const step = renews ? null : stepOf(message, session);
  const id = `message-${message.id}`;
  return el(
    'li',
    { class: 'message', testid: 'message', 'data-id': message.id, 'data-unread': String(unread), 'data-topic': message.topic },
    el('h2', { id, testid: 'message-title' }, message.title,
      unread ? el('span', { class: 'badge new', text: '未读' }) : null,
      unread && message.urgent ? el('span', { class: 'badge urgent', text: '重要' }) : null),
    el('p', { class: 'facts' }, [message.unit?.name, localTime(message.created_at)].filter(Boolean).join(' · ')),
    el('p', { testid: 'message-body', text: message.body }),
    el('p', { class: 'acts' },
      step && !step.elsewhere
        ? el('a', { class: 'button', href: step.href, testid: 'message-step', 'aria-describedby': id, text: step.title, on: { click: () => acts.follow(message) } })
        : null,
      renews
        ? el('button', { type: 'button', testid: 'message-renew', 'aria-describedby': id, text: '申请续期', on: { click: () => acts.renew(message) } })
        : null,
      step?.elsewhere ? el('span', { class: 'elsewhere', testid: 'message-elsewhere', text: '这是另一个单位的消息,请先在首页切换单位再办理。' }) : null,
      unread
        ? el('button', { type: 'button', class: 'quiet', testid: 'message-read', 'aria-describedby': id, text: '标为已读', on: { click: () => acts.read(message) } })
        : null),
  );
}
