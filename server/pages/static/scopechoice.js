// What a grant covers: which insured relations, which business on them, and until when.

import { el, show } from './dom.js';

const DAY_MS = 24 * 3600 * 1000;
const AS_IS = 'as-is';
const ON_A_DAY = 'day';
export const ALL_ITEMS = '*';

// 业务范围, as models/grant_states.py words it (tests/pages/test_documents.py keeps them equal).
export const ITEMS = {
  employees: '人员增减', bases: '缴费基数申报', unit_info: '单位信息变更', certificates: '数字证书', prints: '查询与证明打印',
};

// A scope's items in words.
export function itemWords(items) {
  return items === ALL_ITEMS ? '全业务' : `限${items.split(',').map((item) => ITEMS[item] ?? item).join('、')}`;
}

export const relationWords = ({ insurance_name: insurance, unit_no: number, agency }) => `${insurance} · ${number} · ${agency}`;

const NOTHING_CHOSEN = { title: '请选择参保关系!', detail: '至少选择一条参保关系才能授权。', solutions: ['请勾选后再保存'] };
const NO_ITEMS = { title: '请选择业务范围!', detail: '选了“只限部分业务”,至少要勾选一项业务。', solutions: ['勾选可以办理的业务', '或改选“全业务”'] };
const NO_DAY = { title: '请选择截止日期!', detail: '截止日期必须在今天以后。', solutions: ['选择今天以后的日期', '或改选“一年”“长期”'] };

// The moment at which a day ends in China; null for no day or one that is over.
export function endOf(day, now = Date.now()) {
  const end = /^\d{4}-\d{2}-\d{2}$/.test(day) ? new Date(`${day}T23:59:59+08:00`) : null;
  return end && end.getTime() > now ? end.toISOString() : null;
}

export class ScopeChoice {
  // changing: leaving items and end as they are is a choice too, and the first one.
  constructor({ changing = false } = {}) {
    this.changing = changing;
    this.list = el('div', { class: 'relation-list' });
    this.items = el('div', { class: 'items', testid: 'items' }, ...Object.entries(ITEMS).map(([value, text]) => el(
      'label', {}, el('input', { type: 'checkbox', value, testid: `item-${value}` }), el('span', { text }),
    )));
    this.width = el('select', { testid: 'width', on: { change: () => this.follow() } },
      changing ? el('option', { value: AS_IS, text: '不变' }) : null,
      el('option', { value: 'all', text: '全业务' }), el('option', { value: 'some', text: '只限部分业务' }));
    this.until = el('select', { testid: 'until', on: { change: () => this.follow() } },
      changing ? el('option', { value: AS_IS, text: '不变' }) : null,
      el('option', { value: '365', text: '一年' }), el('option', { value: '30', text: '30天' }),
      el('option', { value: ON_A_DAY, text: '选择日期' }), el('option', { value: '', text: '长期' }));
    this.day = el('input', { type: 'date', testid: 'until-day', min: new Date().toISOString().slice(0, 10) });
    this.dayRow = el('p', {}, el('label', {}, '截止日期 ', this.day));
    this.node = el(
      'div', { class: 'scope' },
      el('fieldset', { testid: 'relations' }, el('legend', { text: '单位授权:选择参保关系' }), this.list),
      el('p', {}, el('label', {}, '业务范围 ', this.width)), this.items,
      el('p', {}, el('label', {}, '授权到 ', this.until)), this.dayRow,
    );
  }

  // choices: of GET /units/current/relations. mark: what to write beside those already covered;
  // only: show these alone; all: tick every one.
  draw(choices, { mark = '已授权', only = false, all = false } = {}) {
    const shown = only ? choices.filter((each) => each.already_granted) : choices;
    this.list.replaceChildren(...shown.map((each) => this.relation(each, mark, all)));
    // A single relation needs no choice (手册 3.1.1).
    const boxes = this.list.querySelectorAll('input');
    if (!this.changing && boxes.length === 1) boxes[0].checked = true;
    this.limit(shown, only);
    this.follow();
  }

  // A relation to tick; what the clerk has already is marked by colour and in words (手册 3.1.2).
  relation({ relation, already_granted: granted, items }, mark, all) {
    const box = el('input', { type: 'checkbox', value: relation.id, testid: 'relation' });
    box.checked = granted || all;
    const note = granted ? mark && `${mark}${items === ALL_ITEMS ? '' : `(${itemWords(items)})`}` : '';
    return el(
      'label', { class: granted && mark ? 'granted' : null }, box, el('span', { text: relationWords(relation) }),
      note ? el('span', { class: 'mark', testid: 'granted', text: note }) : null,
    );
  }

  // Of a request only what was asked for can be given.
  limit(shown, only) {
    const asked = only ? shown.map((each) => each.items).find((items) => items !== ALL_ITEMS) : undefined;
    for (const label of this.items.children) show(label, !asked || asked.split(',').includes(label.firstChild.value));
  }

  mark(choices) {
    const granted = new Map(choices.map((each) => [each.relation.id, each]));
    const ticked = this.chosen();
    this.draw(choices);
    for (const box of this.list.querySelectorAll('input')) box.checked = ticked.includes(box.value) || granted.get(box.value)?.already_granted;
  }

  // A manager gives nothing beyond the own last day: what would is not offered.
  endBy(latest) {
    if (!latest) return;
    const left = new Date(latest).getTime() - Date.now();
    for (const option of [...this.until.options]) {
      if (option.value === '' || option.value * DAY_MS > left) option.remove();
    }
    const last = new Date(latest).toLocaleDateString('zh-CN', { timeZone: 'Asia/Shanghai' });
    this.until.prepend(el('option', { value: AS_IS, text: `${last}(您的授权截止日)` }));
    this.until.value = AS_IS;
    this.day.max = latest.slice(0, 10);
  }

  follow() {
    show(this.items, this.width.value === 'some');
    show(this.dayRow, this.until.value === ON_A_DAY);
  }

  chosen() {
    return [...this.list.querySelectorAll('input:checked')].map((box) => box.value);
  }

  chosenItems() {
    return [...this.items.querySelectorAll('input:checked')].map((box) => box.value);
  }

  // What is wrong with the choice, as a problem to show; null when nothing is.
  problem() {
    if (!this.chosen().length) return NOTHING_CHOSEN;
    if (this.width.value === 'some' && !this.chosenItems().length) return NO_ITEMS;
    return this.until.value === ON_A_DAY && !endOf(this.day.value) ? NO_DAY : null;
  }

  // The choice as the server takes it: {relation_ids, items?, valid_to?}.
  terms() {
    const terms = { relation_ids: this.chosen() };
    if (this.width.value === 'some') terms.items = this.chosenItems();
    else if (this.changing && this.width.value === 'all') terms.items = [];
    const until = this.until.value;
    if (until === ON_A_DAY) terms.valid_to = endOf(this.day.value);
    else if (until !== AS_IS) terms.valid_to = until ? new Date(Date.now() + until * DAY_MS).toISOString() : null;
    return terms;
  }
}
