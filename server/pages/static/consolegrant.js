// The window grant: notice, papers, clerks, relations with those already granted marked, submit.

import { ClerkList } from './consoleclerks.js';
import { el, say, byId } from './dom.js';

export class WindowGrant {
  constructor(call, refuse, found, back) {
    Object.assign(this, { call, refuse, found, back, papers: [] });
  }

  async start(place) {
    try {
      this.notice = (await this.call('GET', '/window-grants/notice')).body;
    } catch (fault) {
      return this.refuse(fault);
    }
    this.read = el('input', { type: 'checkbox', id: 'read', required: true, testid: 'read' });
    this.shelf = el('ul', { class: 'plain', testid: 'papers' });
    this.rows = el('div', { testid: 'choices' });
    this.fault = el('p', { class: 'wrong', role: 'alert', testid: 'relation-fault' });
    const form = el(
      'form',
      { class: 'card', testid: 'window-grant', on: { submit: (event) => this.submit(event) } },
      el('h2', { tabindex: '-1', text: '公共服务单位用户授权' }),
      el('p', { text: `${this.found.unit.name} · ${this.found.unit.uscc}` }),
      el('h3', { text: '注意事项' }),
      el('ol', { testid: 'notice-items' }, ...this.notice.items.map((text) => el('li', { text }))),
      el('p', { class: 'check' }, this.read, el('label', { for: 'read', text: '我已阅读注意事项' })),
      el('h3', { text: '上传材料' }),
      this.picker(),
      this.shelf,
      el('h3', { text: '办事员' }),
      this.clerks(),
      el('h3', { text: '授权单位列表' }),
      this.rows,
      this.fault,
      el(
        'p',
        { class: 'acts' },
        el('button', { type: 'submit', testid: 'submit-grant', text: '提交办理' }),
        el('button', { type: 'button', class: 'quiet', text: '返回', on: { click: this.back } }),
      ),
    );
    place.replaceChildren(form);
    form.querySelector('h2').focus();
    this.drawPapers();
    return this.mark('');
  }

  picker() {
    const input = el('input', { id: 'paper', type: 'file', accept: '.pdf,.jpg,.jpeg,.png', testid: 'paper' });
    input.addEventListener('change', () => this.upload(input));
    return el('p', {}, el('label', { for: 'paper', text: '点击上传材料(PDF、JPG、PNG,10 MB以内)' }), input);
  }

  async upload(input) {
    const [file] = input.files;
    if (!file) return;
    if (!this.read.checked) {
      input.value = '';
      say(byId('done'), '请先阅读注意事项,并勾选“我已阅读”。');
      this.read.focus();
      return;
    }
    const query = `unit_id=${this.found.unit.id}&name=${encodeURIComponent(file.name)}`;
    try {
      this.papers.push((await this.call('POST', `/materials?${query}`, { form: file })).body);
      say(byId('done'), `已上传:${file.name}`);
    } catch (fault) {
      this.refuse(fault);
    }
    input.value = '';
    this.drawPapers();
  }

  drawPapers() {
    const rows = this.papers.map((paper) => {
      const href = `/api/v1/officer/materials/${paper.id}`;
      const picture = paper.mime.startsWith('image/') ? el('img', { src: href, alt: `预览:${paper.name}` }) : null;
      const act = () => this.remove(paper);
      return el(
        'li',
        { class: 'paper', testid: 'paper-row' },
        picture,
        el('a', { href, target: '_blank', rel: 'noopener', text: paper.name }),
        el('button', { type: 'button', class: 'quiet', testid: 'remove-paper', text: '删除', on: { click: act } }),
      );
    });
    this.shelf.replaceChildren(...(rows.length ? rows : [el('li', { class: 'hint', text: '还没有材料。请先上传单位介绍信和证件扫描件。' })]));
  }

  async remove(paper) {
    try {
      await this.call('DELETE', `/materials/${paper.id}`);
      this.papers = this.papers.filter((each) => each.id !== paper.id);
      say(byId('done'), '已删除,可以重新上传。');
    } catch (fault) {
      this.refuse(fault);
    }
    this.drawPapers();
  }

  clerks() {
    const known = this.found.clerks.map((each) => el('option', { value: each.id, text: `${each.clerk.name} ${each.clerk.id_no}` }));
    const choose = el('select', { id: 'known', testid: 'known' }, el('option', { value: '', text: '新办事员' }), ...known);
    choose.addEventListener('change', () => this.mark(choose.value));
    this.list = new ClerkList();
    return el(
      'div',
      {},
      known.length ? el('p', {}, el('label', { for: 'known', text: '查看已有办事员的权限' }), choose) : null,
      this.list.node,
    );
  }

  async mark(clerkId) {
    try {
      const path = `/units/${this.found.unit.id}/relations${clerkId ? `?clerk_id=${clerkId}` : ''}`;
      this.choices((await this.call('GET', path)).body.items);
    } catch (fault) {
      this.refuse(fault);
    }
  }

  choices(items) {
    this.rows.replaceChildren(...items.map(({ relation, already_granted: already }) => {
      const id = `r-${relation.id}`;
      const text = `${relation.insurance_name} · ${relation.unit_no} · ${relation.agency}`;
      return el(
        'div',
        { class: already ? 'relation already' : 'relation', testid: 'relation' },
        el('input', { id, type: 'checkbox', value: relation.id, checked: already || items.length === 1 }),
        el('label', { for: id, text }),
        already ? el('strong', { class: 'already-mark', testid: 'already', text: '已有权限' }) : null,
      );
    }));
  }

  async submit(event) {
    event.preventDefault();
    const chosen = [...this.rows.querySelectorAll('input:checked')].map((box) => box.value);
    say(this.fault, chosen.length ? '' : '请至少选择一条参保关系。');
    if (!chosen.length) {
      return this.rows.querySelector('input')?.focus();
    }
    const clerks = this.list.all();
    if (!clerks) return undefined;
    const body = {
      unit_id: this.found.unit.id, notice_version: this.notice.version,
      materials: this.papers.map((paper) => paper.id), clerks, relation_ids: chosen,
    };
    try {
      await this.call('POST', '/window-grants', { body });
    } catch (fault) {
      return this.refuse(fault);
    }
    await this.back();
    return say(byId('done'), '授权已办理。单位法人和办事员会收到通知,办事员现在可以扫码登录。');
  }
}
