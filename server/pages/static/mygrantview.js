// How a clerk's own grants and requests look, and what can be done with each.

import { el } from './dom.js';
import { day } from './grantview.js';
import { itemWords } from './scopechoice.js';

const ASKED = '已申请续期,等法人答复。';

// What became of a request, in a sentence. request: of GET /grant-requests.
export function outcome({ status, reason, label, valid_from: from, valid_to: to }) {
  const until = to ? `,有效期至 ${day(to)}` : '';
  const words = {
    requested: '等法人答复。',
    active: `法人已同意${until}。请在首页点“切换单位”进入。`,
    offered: '法人已同意,请扫码登录一次确认。',
    scheduled: `法人已同意,从 ${day(from)} 起可以办理${until}。`,
    suspended: '法人已同意,但授权现在是暂停的,请联系法人恢复。',
    denied: `法人没有同意:${reason || '没有说明原因'}。`,
    cancelled: '您已撤回申请。',
    lapsed: '21天内没有答复,申请已失效。',
    expired: '授权已经到期。',
    revoked: '授权后来被撤销了。',
  };
  return words[status] ?? `${label}。`;
}

const rows = (pairs) => el('dl', {}, ...pairs.flatMap(([term, told]) => [el('dt', { text: term }), typeof told === 'string' ? el('dd', { text: told }) : el('dd', {}, ...told)]));

const relationLines = (relations) => relations.map((each) => el('div', { text: `${each.insurance_name} ${each.unit_no}:${itemWords(each.items)}` }));

// A grant that a unit has given. acts: {renew(grant)}.
export function ownGrantNode(grant, acts) {
  const renew = grant.renewable
    ? el('button', { type: 'button', testid: 'renew', 'aria-label': `申请续期:${grant.unit.name}`, text: '申请续期', on: { click: () => acts.renew(grant) } })
    : null;
  return el(
    'li', { class: 'grant', testid: 'own-grant', 'data-status': grant.status, 'data-grant': grant.id, 'data-unit': grant.unit.id, 'data-manager': String(grant.manager), 'data-until': grant.valid_to },
    el('h3', {}, el('span', { testid: 'own-unit', text: grant.unit.name }), el('span', { class: 'badge', testid: 'own-status', text: grant.label }), grant.manager ? el('span', { class: 'badge', text: '单位管理员' }) : null),
    rows([['参保关系', relationLines(grant.relations)], ['有效期', `${day(grant.valid_from)} 至 ${day(grant.valid_to)}`]]),
    grant.asked ? el('p', { class: 'hint', testid: 'own-asked', text: ASKED }) : null,
    renew ? el('p', { class: 'acts' }, renew) : null,
  );
}

// A request that was made. acts: {withdraw(request)}.
export function askedNode(request, acts) {
  const open = request.status === 'requested';
  return el(
    'li', { class: 'grant', testid: 'request', 'data-status': request.status, 'data-grant': request.id },
    el('h3', {}, el('span', { text: request.unit }), el('span', { class: 'badge', testid: 'request-status', text: request.label })),
    el('p', { testid: 'request-outcome', text: outcome(request) }),
    rows([['申请时间', day(request.requested_at)], ...(open ? [['答复期限', day(request.answer_by)]] : []), ...(request.note ? [['说明', request.note]] : [])]),
    open ? el('p', { class: 'acts' }, el('button', { type: 'button', class: 'quiet', testid: 'withdraw', 'aria-label': `撤回申请:${request.unit}`, text: '撤回申请', on: { click: () => acts.withdraw(request) } })) : null,
  );
}
