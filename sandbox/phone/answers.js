// Grants on the phone: what became of a request, and the cards of a legal rep who answers and ends.

import * as api from './api.js';
import { $, make } from './dom.js';
import { itemWords, relationWords, scopeChoice } from './scope.js';

const EVERY_MS = 1500;
const REASONS = ['不认识申请人', '不是本单位的办事员', '暂时不需要'];
const ENDINGS = ['人员离职', '岗位调整', '信息填写错误'];
let turn = 0;

export function time(at) {
  return new Date(at).toLocaleString('zh-CN', { hour12: false, timeZone: 'Asia/Shanghai' });
}

export const day = (at) => (at ? new Date(at).toLocaleDateString('zh-CN', { timeZone: 'Asia/Shanghai' }) : '长期');

// What became of a request: {enters, text}; enters: the desk that waits can be confirmed now.
export function outcome({ status, label, reason, valid_from: from }) {
  const text = {
    active: '法人已同意。请核对是您本人在登录电脑,再确认。',
    scheduled: `法人已同意,从${day(from)}起生效。到时请重新扫码登录。`,
    suspended: '法人已同意,但授权现在是暂停的。请联系法人恢复后,再扫码登录。',
    denied: `法人没有同意:${reason || label}。请联系法人后重新申请。`,
    cancelled: '申请已撤回,不再等待。',
    lapsed: '21天内没有人答复,申请已失效。请先与法人联系好,再重新申请。',
  }[status];
  return { enters: status === 'active', text: text ?? `授权现在是“${label}”,不能登录。请联系法人。` };
}

// Asks until the request is answered or nobody waits any more; the answered request, or null.
export async function waitFor(token, requestId) {
  turn += 1;
  const mine = turn;
  while (mine === turn) {
    const { items } = await api.ownRequests(token);
    const found = items.find((each) => each.id === requestId);
    if (found && found.status !== 'requested') return mine === turn ? found : null;
    await new Promise((resolve) => { setTimeout(resolve, EVERY_MS); });
  }
  return null;
}

export function stopWaiting() {
  turn += 1;
}

const options = (texts) => texts.map((text) => make('option', { value: text }, text));

function reasonRow(testid, label, texts) {
  const select = make('select', { 'data-testid': testid }, ...options(texts));
  return { select, row: make('label', { class: 'field' }, label, select) };
}

function button(testid, text, kind, act) {
  const made = make('button', { type: 'button', class: kind, 'data-testid': testid }, text);
  made.addEventListener('click', act);
  return made;
}

// A step that cannot be undone takes two presses.
function twice(testid, text, sure, act) {
  const made = button(testid, text, 'secondary', () => {
    if (made.textContent === sure) return act();
    made.textContent = sure;
    return undefined;
  });
  return made;
}

// One request: who asks, since when, for what. relations: the unit's, marked where asked for.
function requestCard(request, relations, on) {
  const { clerk } = request;
  const choice = scopeChoice(relations.filter(({ id }) => request.scope[id]));
  const { select, row } = reasonRow('answer-reason', '拒绝原因', REASONS);
  const mute = make('input', { type: 'checkbox', 'data-testid': 'answer-mute' });
  const wrong = make('p', { class: 'field-error', role: 'alert', 'data-testid': 'answer-wrong' });
  const yes = () => {
    wrong.textContent = choice.problem();
    if (!wrong.textContent) on.approve(request, choice.terms());
  };
  return make(
    'li', { class: 'card plain', 'data-testid': 'answer-card' },
    make('b', {}, clerk.name), make('span', {}, clerk.id_no),
    make('span', {}, `申请时间:${time(request.requested_at)}`),
    make('span', {}, request.note ? `说明:${request.note}` : '没有说明'),
    choice.node, wrong, button('answer-yes', '同意授权', 'primary', yes),
    row, make('label', { class: 'platforms' }, mute, make('span', {}, '不再提醒我这个人的申请')),
    button('answer-no', '拒绝', 'secondary', () => on.deny(request, { reason: select.value, mute: mute.checked })),
  );
}

const MORE = { active: ['suspend', '暂停'], scheduled: ['suspend', '暂停'], suspended: ['resume', '确认恢复'] };

// One grant that works, waits or is paused.
function grantCard(grant, relations, on) {
  const names = new Map(relations.map((each) => [each.id, each]));
  const lines = Object.entries(grant.scope).map(([id, items]) => make('span', {}, `${names.has(id) ? relationWords(names.get(id)) : '参保关系'}:${itemWords(items)}`));
  const { select, row } = reasonRow('grant-reason', '暂停或删除的原因', ENDINGS);
  const [verb, title] = MORE[grant.status] ?? [];
  return make(
    'li', { class: 'card plain', 'data-testid': 'grant-card' },
    make('b', {}, grant.clerk.name), make('span', { 'data-testid': 'grant-label' }, grant.label), ...lines,
    make('span', {}, `有效期至:${day(grant.valid_to)}`), row,
    ...(verb ? [button(`grant-${verb}`, title, 'secondary', () => on.change(grant, verb, verb === 'resume' ? undefined : { reason: select.value }))] : []),
    twice('grant-revoke', '删除授权', '再按一次,确认删除', () => on.change(grant, 'revoke', { reason: select.value })),
  );
}

// on: {approve(request, terms), deny(request, body), change(grant, verb, body)}.
export function drawUnit({ requests, grants, relations }, on) {
  $('answer-empty').hidden = requests.length > 0;
  $('answer-list').replaceChildren(...requests.map((each) => requestCard(each, relations, on)));
  $('grant-list-title').hidden = grants.length === 0;
  $('grant-list').replaceChildren(...grants.map((each) => grantCard(each, relations, on)));
}

export function drawUnits(units, onUnit) {
  $('answer-empty').hidden = units.length > 0;
  $('grant-list-title').hidden = true;
  $('grant-list').replaceChildren();
  $('answer-list').replaceChildren(...units.map((unit) => {
    const open = make('button', { type: 'button', class: 'card', 'data-testid': 'answer-unit' }, make('b', {}, unit.name));
    open.addEventListener('click', () => onUnit(unit));
    return make('li', {}, open);
  }));
}
