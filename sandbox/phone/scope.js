// What a legal rep gives on the phone: which insured relations, which business on them, until when.

import { make } from './dom.js';

const DAY_MS = 24 * 3600 * 1000;
const ITEMS = {
  employees: '人员增减', bases: '缴费基数申报', unit_info: '单位信息变更', certificates: '数字证书', prints: '查询与证明打印',
};
const EVERYTHING = '*';

export const itemWords = (items) => (items === EVERYTHING ? '全业务' : `限${items.split(',').map((item) => ITEMS[item] ?? item).join('、')}`);

export const relationWords = ({ insurance_name: insurance, unit_no: number }) => `${insurance} ${number}`;

function box(testid, value, text, checked) {
  const input = make('input', { type: 'checkbox', value, 'data-testid': testid });
  input.checked = checked;
  return make('label', {}, input, make('span', {}, text));
}

const chosen = (list) => [...list.querySelectorAll('input:checked')].map(({ value }) => value);

// relations: those asked for. Answers {node, problem(), terms()}; terms: as the server takes them.
export function scopeChoice(relations) {
  const list = make('div', { class: 'choices' }, ...relations.map((each) => box('answer-relation', each.id, relationWords(each), true)));
  const items = make('div', { class: 'choices', hidden: '' }, ...Object.entries(ITEMS).map(([value, text]) => box(`answer-item-${value}`, value, text, false)));
  const width = make('select', { 'data-testid': 'answer-width' }, make('option', { value: 'all' }, '全业务'), make('option', { value: 'some' }, '只限部分业务'));
  const until = make('select', { 'data-testid': 'answer-until' },
    make('option', { value: '365' }, '一年'), make('option', { value: '30' }, '30天'), make('option', { value: 'day' }, '选择日期'), make('option', { value: '' }, '长期'));
  const day = make('input', { type: 'date', 'data-testid': 'answer-day' });
  const dayRow = make('label', { class: 'field', hidden: '' }, '截止日期', day);
  width.addEventListener('change', () => { items.hidden = width.value !== 'some'; });
  until.addEventListener('change', () => { dayRow.hidden = until.value !== 'day'; });
  const lastDay = () => (day.value ? new Date(`${day.value}T23:59:59+08:00`) : null);
  const node = make('div', {},
    make('fieldset', { class: 'units', 'data-testid': 'answer-relations' }, make('legend', {}, '参保关系'), list),
    make('label', { class: 'field' }, '业务范围', width), items,
    make('label', { class: 'field' }, '授权到', until), dayRow);
  return {
    node,
    problem() {
      if (!chosen(list).length) return '请至少选择一条参保关系。';
      if (width.value === 'some' && !chosen(items).length) return '请至少选择一项业务。';
      if (until.value === 'day' && !(lastDay() > new Date())) return '请选择今天以后的日期。';
      return '';
    },
    terms() {
      const terms = { relation_ids: chosen(list) };
      if (width.value === 'some') terms.items = chosen(items);
      if (until.value === 'day') terms.valid_to = lastDay().toISOString();
      else if (until.value) terms.valid_to = new Date(Date.now() + until.value * DAY_MS).toISOString();
      return terms;
    },
  };
}
