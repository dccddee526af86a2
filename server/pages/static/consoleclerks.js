// 办事员列表信息: the clerks that a window grant is for, added one by one, removed again.

import { byId, el, say } from './dom.js';

const KINDS = [
  ['01', '居民身份证'], ['04', '港澳居民来往内地通行证(香港)'], ['05', '港澳居民来往内地通行证(澳门)'],
  ['06', '台湾居民来往大陆通行证'], ['07', '外国人永久居留身份证'], ['08', '护照'], ['16', '港澳台居民居住证'],
];
const FIELDS = [
  ['id-no', '办事员证件号码', { maxlength: '30' }],
  ['clerk-name', '办事员姓名', { maxlength: '100' }],
  ['clerk-phone', '办事员联系电话', { maxlength: '11', inputmode: 'numeric' }],
];
const MOST = 20;

export class ClerkList {
  constructor() {
    this.chosen = [];
    this.rows = el('ul', { class: 'plain', testid: 'clerk-rows' });
    this.fault = el('p', { class: 'wrong', role: 'alert', testid: 'clerk-fault' });
    this.node = el(
      'div', {}, this.rows,
      el('p', {}, el('label', { for: 'id-type', text: '证件类型' }), el('select', { id: 'id-type', testid: 'id-type' }, ...KINDS.map(([value, text]) => el('option', { value, text })))),
      ...FIELDS.map(([id, text, more]) => el('p', {}, el('label', { for: id, text }), el('input', { id, autocomplete: 'off', testid: id, ...more }))),
      this.fault,
      el('p', {}, el('button', { type: 'button', class: 'quiet', testid: 'add-clerk', text: '保存到列表,再添加一位', on: { click: () => this.add() } })),
    );
    this.draw();
  }

  draw() {
    const rows = this.chosen.map((each) => el(
      'li', { class: 'paper', testid: 'clerk-row' },
      el('span', { text: `${each.name} · ${each.id_no} · ${each.phone}` }),
      el('button', { type: 'button', class: 'quiet', testid: 'remove-clerk', 'aria-label': `删除:${each.name}`, text: '删除', on: { click: () => this.remove(each) } }),
    ));
    this.rows.replaceChildren(...(rows.length ? rows : [el('li', { class: 'hint', text: '列表里还没有办事员。填写后保存到列表,或者直接提交这一位。' })]));
  }

  typed() {
    const [idNo, name, phone] = FIELDS.map(([id]) => byId(id).value.trim());
    return { id_type: byId('id-type').value, id_no: idNo, name, phone };
  }

  // Takes what is typed into the list. Answers what is wrong, '' when nothing is.
  add() {
    const clerk = this.typed();
    const empty = FIELDS.find(([id]) => !byId(id).value.trim());
    let fault = '';
    if (empty) fault = `请填写${empty[1]}。`;
    else if (this.chosen.some((each) => each.id_no.toUpperCase() === clerk.id_no.toUpperCase())) fault = '这位办事员已经在列表里。';
    else if (this.chosen.length === MOST) fault = `一次最多办理${MOST}位办事员。`;
    say(this.fault, fault);
    if (fault) {
      byId(empty ? empty[0] : 'id-no').focus();
      return fault;
    }
    this.chosen.push(clerk);
    for (const [id] of FIELDS) byId(id).value = '';
    this.draw();
    byId('id-no').focus();
    return '';
  }

  remove(clerk) {
    this.chosen = this.chosen.filter((each) => each !== clerk);
    this.draw();
    byId('id-no').focus();
  }

  // The clerks to authorise; whoever is typed but not in the list yet counts. null: something lacks.
  all() {
    const begun = FIELDS.some(([id]) => byId(id).value.trim());
    if ((begun || !this.chosen.length) && this.add()) return null;
    return this.chosen;
  }
}
