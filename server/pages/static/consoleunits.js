// Looking units up, showing one masked or for a reason, and the way to a window grant.

import { ConsoleAccount } from './consoleaccount.js';
import { WindowGrant } from './consolegrant.js';
import { byId, el, say } from './dom.js';

const person = (each) => (each ? `${each.name} ${each.phone}` : '未登记');

export class ConsoleUnits {
  constructor(call, refuse) {
    this.call = call;
    this.refuse = refuse;
    byId('search').addEventListener('submit', (event) => this.search(event));
  }

  async search(event) {
    event.preventDefault();
    byId('unit').replaceChildren();
    say(byId('done'), '');
    try {
      const words = encodeURIComponent(byId('words').value.trim());
      this.list((await this.call('GET', `/units?q=${words}`)).body.items);
    } catch (fault) {
      this.refuse(fault);
    }
  }

  list(units) {
    const empty = '没有找到单位。请核对代码是否完整;不在本机构参保的单位查不到。';
    const rows = units.map((unit) => this.card(unit));
    byId('found').replaceChildren(...(rows.length ? rows : [el('p', { class: 'card', testid: 'nothing', text: empty })]));
  }

  card(unit) {
    return el(
      'div',
      { class: 'card', testid: 'found-unit' },
      el('h2', { text: unit.name }),
      el(
        'dl',
        {},
        el('dt', { text: '单位地址' }), el('dd', { text: unit.address }),
        el('dt', { text: '法人姓名、手机号' }), el('dd', { testid: 'found-rep', text: person(unit.legal_rep) }),
      ),
      el('button', { type: 'button', testid: 'details', text: '详细信息', on: { click: () => this.open(unit.id) } }),
    );
  }

  async open(id, reason = '') {
    try {
      const query = reason ? `?reason=${encodeURIComponent(reason)}` : '';
      this.show((await this.call('GET', `/units/${id}${query}`)).body, reason);
    } catch (fault) {
      this.refuse(fault);
    }
  }

  show(found, reason) {
    const { unit, relations } = found;
    const rows = relations.map((each) => el('li', { text: `${each.insurance_name} · ${each.unit_no} · ${each.agency}` }));
    const grant = el('button', {
      type: 'button', testid: 'begin-grant', text: '公共服务单位用户授权:业务办理',
      on: { click: () => new WindowGrant(this.call, this.refuse, found, () => this.open(unit.id)).start(byId('unit')) },
    });
    byId('found').replaceChildren();
    byId('unit').replaceChildren(el(
      'div',
      { class: 'card', testid: 'unit-detail' },
      el('h2', { tabindex: '-1', text: unit.name }),
      el(
        'dl',
        {},
        el('dt', { text: '统一社会信用代码' }), el('dd', { text: unit.uscc }),
        el('dt', { text: '法人' }), el('dd', { testid: 'rep', text: person(unit.legal_rep) }),
        el('dt', { text: '法人证件号码' }), el('dd', { testid: 'rep-id', text: unit.legal_rep?.id_no ?? '未登记' }),
      ),
      el('h3', { text: '保险种类、单位编号、参保机构' }),
      el('ul', { testid: 'relations' }, ...rows),
      reason ? el('p', { class: 'hint', text: `已显示完整信息,原因“${reason}”已记录。` }) : this.reasonForm(unit.id),
      this.mayGrant ? grant : null,
    ));
    this.account(unit.id);
    byId('unit').querySelector('h2').focus();
  }

  account(id) {
    if (!ConsoleAccount.serves(this.duties)) return;
    const account = new ConsoleAccount(this.call, this.refuse, id, this.duties);
    byId('unit').querySelector('[data-testid=unit-detail]').append(account.place);
    account.start();
  }

  reasonForm(id) {
    const field = el('input', { id: 'reason', maxlength: '100', required: true, testid: 'reason' });
    const submit = (event) => {
      event.preventDefault();
      this.open(id, field.value.trim());
    };
    return el(
      'form',
      { on: { submit } },
      el('label', { for: 'reason', text: '查看完整信息的原因(会记入审计日志)' }),
      field,
      el('p', {}, el('button', { type: 'submit', class: 'quiet', testid: 'unmask', text: '显示完整信息' })),
    );
  }
}
