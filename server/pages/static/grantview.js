// How a grant looks: its clerk, state, scope and end, and what can be done in that state.

import { el } from './dom.js';
import { itemWords } from './scopechoice.js';

const SOURCES = { online: '法人添加', request: '办事员申请', window: '窗口授权' };
const WHY = { rep_changed: '法定代表人变更后暂停,请逐个确认', wished: '法人暂停', unit_closed: '单位停用', dormant: '长期未使用' };
const MANY = 4;

export const day = (at) => (at ? new Date(at).toLocaleDateString('zh-CN', { timeZone: 'Asia/Shanghai' }) : '长期');

// A scope in lines: insurance, number and business of each relation. names: relation id → relation.
export function scopeLines(scope, names) {
  const lines = Object.entries(scope).map(([id, items]) => {
    const known = names.get(id);
    return `${known ? `${known.insurance_name} ${known.unit_no}` : '参保关系'}:${itemWords(items)}`;
  });
  return lines.length > MANY ? [...lines.slice(0, MANY), `等 ${lines.length} 条`] : lines;
}

function rows(grant, names) {
  const { clerk } = grant;
  const lines = scopeLines(grant.scope, names);
  const found = [
    ['证件号码', clerk.id_no], ['联系电话', clerk.phone || '未填写'],
    [grant.status === 'requested' ? '申请办理' : '参保关系', el('div', { testid: 'scope' }, ...lines.map((text) => el('div', { text })))],
  ];
  if (grant.status === 'requested') {
    found.push(['申请时间', day(grant.requested_at)], ['说明', grant.note || '没有填写'], ['答复期限', day(grant.answer_by)]);
  } else {
    found.push(['有效期', `${day(grant.valid_from)} 至 ${day(grant.valid_to)}`], ['来源', SOURCES[grant.source] ?? grant.source]);
    if (grant.suspension) found.push(['暂停原因', [WHY[grant.suspension] ?? '已暂停', grant.reason].filter(Boolean).join(':')]);
    else if (grant.reason) found.push(['原因', grant.reason]);
  }
  return found;
}

const ACTS = {
  requested: [['approve', '同意授权'], ['deny', '拒绝']],
  offered: [['change', '修改授权'], ['revoke', '删除']],
  scheduled: [['change', '修改授权'], ['suspend', '暂停'], ['revoke', '删除']],
  active: [['change', '修改授权'], ['suspend', '暂停'], ['revoke', '删除']],
  suspended: [['resume', '确认恢复'], ['revoke', '删除']],
};

function actsOf(grant) {
  const found = [...(ACTS[grant.status] ?? [])];
  if (grant.status === 'active') found.splice(2, 0, grant.manager ? ['dismiss', '取消管理员'] : ['appoint', '设为单位管理员']);
  return found;
}

// acts: {approve, deny, change, suspend, resume, revoke, appoint, dismiss}, each told the grant.
export function grantNode(grant, acts, names) {
  const buttons = actsOf(grant).map(([name, title], at) => el('button', {
    type: 'button', class: at ? 'quiet' : null, testid: `act-${name}`, text: title, 'aria-label': `${title}:${grant.clerk.name}`,
    on: { click: () => acts[name](grant) },
  }));
  return el(
    'li', { class: 'grant', testid: 'grant', 'data-status': grant.status, 'data-grant': grant.id, 'data-revision': grant.revision },
    el('h3', {}, el('span', { testid: 'clerk', text: grant.clerk.name }), el('span', { class: 'badge', testid: 'status', text: grant.label }), grant.manager ? el('span', { class: 'badge', testid: 'manager', text: '单位管理员' }) : null),
    el('dl', {}, ...rows(grant, names).flatMap(([term, told]) => [el('dt', { text: term }), typeof told === 'string' ? el('dd', { text: told }) : el('dd', {}, told)])),
    buttons.length ? el('p', { class: 'acts' }, ...buttons) : null,
  );
}
