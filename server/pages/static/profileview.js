// How a unit's information looks, and what an edit would change.

import { el } from './dom.js';

const LIMITS = { contact_name: 60, contact_phone: 30, postal_address: 160 };
const HINTS = {
  contact_name: '单位里负责社保业务的人。',
  contact_phone: '手机号码,或带区号的固定电话,例如 0451-87654321。',
  postal_address: '用来邮寄缴费单据和通知。',
};
const TYPES = { contact_phone: 'tel' };

export const shown = (value) => value || '未填写';
export const isDirect = (field) => field.policy === 'direct';

// What differs between the fields as they were shown and the texts as they were typed, in the order
// of the fields: [{name, title, before, after}].
export function changesOf(fields, typed) {
  return fields.filter(isDirect)
    .map(({ name, title, value }) => ({ name, title, before: value ?? '', after: (typed[name] ?? '').trim() }))
    .filter(({ before, after }) => before !== after);
}

// What can be told before asking the server: null, or {name, detail} of the first field at fault.
export function faultOf(changes) {
  const emptied = changes.find(({ after }) => after === '');
  return emptied ? { name: emptied.name, detail: `${emptied.title}不能为空` } : null;
}

export function factNodes(fields) {
  return fields.filter(isDirect).flatMap(({ name, title, value }) => [
    el('dt', { text: title }),
    el('dd', { testid: `value-${name}`, class: value ? null : 'muted', text: shown(value) }),
  ]);
}

export function inputNode({ name, title, value }) {
  return el(
    'div', { class: 'field' },
    el('label', { for: name, text: title }),
    el('input', {
      id: name, name, type: TYPES[name] ?? 'text', value: value ?? '', maxlength: LIMITS[name],
      autocomplete: 'off', 'aria-describedby': `${name}-hint`, testid: `input-${name}`,
    }),
    el('p', { id: `${name}-hint`, class: 'muted', text: HINTS[name] }),
  );
}

// A field that is changed by filing, and the way to it.
export function reviewNode({ name, title, value, item }) {
  return el(
    'li', { testid: `review-${name}` },
    el('p', { class: 'reviewed-value' },
      el('span', { class: 'muted', text: title }), ' ',
      el('strong', { testid: `value-${name}`, text: value || (name === 'bank_account' ? '以业务系统登记为准' : '未填写') }), ' ',
      el('span', { class: 'badge', text: '需审核' })),
    el('details', { testid: `way-${name}` },
      el('summary', { text: `怎样修改${title}` }),
      el('p', {}, '需要申报', el('strong', { testid: `item-${name}`, text: `“${item.title}”` }), ',审核通过后生效。材料清单:'),
      el('ul', {}, ...item.materials.map((text) => el('li', { text })))),
  );
}

// Where the papers are handed in.
export function windowNodes(agencies) {
  if (!agencies.length) return [];
  const line = (label, text) => (text ? el('span', { class: 'line', text: `${label}${text}` }) : null);
  return [
    el('h3', { text: '办理窗口' }),
    el('ul', {}, ...agencies.map(({ name, address, phone, hours }) => el(
      'li', { testid: 'window' }, el('strong', { text: name }),
      line('地址:', address), line('电话:', phone), line('时间:', hours),
    ))),
  ];
}

export function relationNode({ insurance_name: insurance, unit_no: number, agency, pay_state_name: state, consistent }) {
  return el(
    'tr', { testid: 'relation' },
    el('td', { text: insurance }), el('td', {}, number, consistent ? null : el('span', { class: 'badge here', text: '信用代码不一致' })),
    el('td', { text: agency }), el('td', { text: state }),
  );
}

export function changeNode({ name, title, before, after }) {
  return el(
    'li', { testid: `change-${name}` },
    el('span', { class: 'muted', text: title }),
    el('del', { text: shown(before), 'aria-label': `原来:${shown(before)}` }), ' → ',
    el('ins', { text: after, 'aria-label': `改为:${after}` }),
  );
}
