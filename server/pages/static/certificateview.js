// How one certificate is shown: its state, the days left, what was checked, what can be done.

import { el } from './dom.js';

const LATE = new Set(['expired', 'reverify', 'lost', 'revoked', 'unrecognised']);
const SOON = new Set(['renewable', 'expiring', 'renewing', 'pending']);
const MARKS = { ok: '通过', failed: '未通过', unknown: '未核对' };

export function daysText({ status, days_left: days, expires_on: day }) {
  if (status === 'replaced') return `原到期日${day}`;
  if (days < 0) return `已过期${-days}天(${day})`;
  return days === 0 ? `今天到期(${day})` : `还有${days}天到期(${day})`;
}

export function toneOf({ status }) {
  if (status === 'replaced') return 'over';
  if (LATE.has(status)) return 'late';
  return SOON.has(status) ? 'soon' : 'good';
}

export const doneText = (added) => `已添加“${added.title}”:${added.status_label},${daysText(added)}。`;

function fact(name, value) {
  return value ? [el('dt', { text: name }), el('dd', { text: value })] : [];
}

function checkLine({ result, detail, code }) {
  const more = code ? el('a', { href: `/help/errors/${code}`, testid: 'check-code', text: code }) : null;
  return el('li', {}, el('span', { text: `${MARKS[result]}:${detail}` }), more ? ' ' : null, more);
}

function advice({ status, renewal }) {
  if (status === 'reverify') return '过期超过1年,需带营业执照、法人和经办人身份证、证书介质到证书机构重新认证。';
  if (status === 'lost' || status === 'revoked') return '请联系证书机构补办,办好后点“添加新证书替换”。';
  if (renewal?.status === 'asked') return `已向证书机构申请更新,最迟${renewal.give_up_at.slice(0, 10)}有结果,办好后自动换成新证书并通知您。`;
  if (renewal?.status === 'refused') return `证书机构没有同意更新:${renewal.reason || '没有说明原因'}。可以再次申请,或到证书机构办理后上传新证书。`;
  if (renewal?.status === 'timed_out') return '证书机构在3个工作日内没有回应。可以再次申请,或到证书机构办理后上传新证书。';
  return '';
}

export function certificateNode(each, acts) {
  const live = each.status !== 'replaced';
  const button = (name, testid, act) => el('button', { type: 'button', class: 'quiet', testid, text: name, on: { click: () => act(each) } });
  const lines = each.checks.map((check) => checkLine(check));
  return el(
    'li',
    { class: 'certificate', testid: 'certificate', 'data-status': each.status, 'data-tone': toneOf(each) },
    el('h2', {}, el('span', { text: each.title }), el('span', { class: 'badge', testid: 'status', text: each.status_label })),
    el('p', { testid: 'days', text: daysText(each) }),
    el('dl', {}, ...fact('主体', each.subject), ...fact('颁发机构', each.issuer), ...fact('序列号', each.serial), ...fact('算法', each.algorithm)),
    el('ul', { class: 'checks' }, ...lines),
    advice(each) ? el('p', { class: 'hint', text: advice(each) }) : null,
    el(
      'p',
      { class: 'acts' },
      each.renewable ? button('在线更新', 'renew', acts.renew) : null,
      each.status === 'renewing' ? button('取消更新', 'cancel-renewal', acts.cancel) : null,
      live ? button('添加新证书替换', 'replace', acts.replace) : null,
      live && each.status !== 'lost' && each.status !== 'revoked' ? button('挂失', 'lost', acts.lost) : null,
      button('删除', 'remove', acts.remove),
    ),
  );
}
