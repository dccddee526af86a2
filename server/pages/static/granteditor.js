// The form that adds a clerk or changes a grant: who, which relations, which business, until when.

import { byId, el, say, show } from './dom.js';
import { showRefusal } from './refusal.js';
import { ScopeChoice } from './scopechoice.js';

const WHO = ['id-type', 'id-no', 'name', 'phone'];
// SB-3011's own sentence (tests/pages/test_documents.py keeps them equal).
const FIXED = '该办事员已登录过,证件号码不可修改!';
const HOW = '请先删除这位办事员,再用正确的证件号码重新添加并授权。联系电话可以直接修改。';
const HINT = '证件号码和姓名要与电子社保卡一致,填错了办事员不能扫码登录。';
const LIVE = new Set(['offered', 'scheduled', 'active', 'suspended']);

export class GrantEditor {
  // ports: {call, headers(grant), failed(place, refused, again), saved(work, text)}
  constructor(ports) {
    Object.assign(this, ports);
    byId('leave').addEventListener('click', () => this.close());
    byId('editor').addEventListener('submit', (event) => this.save(event));
    byId('id-no').addEventListener('change', () => this.lookUp());
  }

  async relations(grantId) {
    const asked = grantId ? `?clerk_id=${encodeURIComponent(grantId)}` : '';
    return (await this.call('GET', `/units/current/relations${asked}`)).body.items;
  }

  // grant: the one to change, null to add somebody.
  async open(grant) {
    this.grant = grant;
    this.known = null;
    this.choice = new ScopeChoice({ changing: Boolean(grant) });
    try {
      this.choice.draw(await this.relations(grant?.id));
    } catch (refused) {
      return this.failed('notice', refused, () => this.open(grant));
    }
    byId('scope').replaceChildren(this.choice.node);
    say(byId('editor-title'), grant ? `修改授权:${grant.clerk.name}` : '添加办事员');
    this.fill(grant);
    showRefusal(byId('editor-refusal'), null, {});
    show(byId('editor'), true);
    byId('editor').scrollIntoView({ block: 'start' });
    return byId('editor-title').focus();
  }

  fill(grant) {
    const { id_type: kind = '01', id_no: number = '', name = '', phone = '' } = grant?.clerk ?? {};
    [kind, number, name, phone].forEach((value, at) => { byId(WHO[at]).value = value; });
    const fixed = Boolean(grant?.clerk_fixed);
    for (const id of ['id-type', 'id-no', 'name']) byId(id).disabled = fixed;
    byId('phone').required = !grant;
    say(byId('who-hint'), fixed ? `${FIXED}${HOW}` : HINT);
    byId('who-hint').className = fixed ? 'hint warn' : 'muted';
    say(byId('duplicate'), '');
  }

  close() {
    this.grant = null;
    show(byId('editor'), false);
  }

  // Somebody who is in the list already is said so, with the relations that are granted.
  async lookUp() {
    const number = byId('id-no').value.trim();
    if (this.grant || !number) return;
    try {
      const { body } = await this.call('GET', `/grants?clerk=${encodeURIComponent(number)}`);
      const found = body.items.find((each) => LIVE.has(each.status) && each.clerk.id_no === number.toUpperCase());
      if (number !== byId('id-no').value.trim() || found?.id === this.known?.id) return;
      this.known = found ?? null;
      say(byId('duplicate'), found ? `${found.clerk.name}已经在授权列表里(${found.label})。保存后会增加没有标“已授权”的参保关系。` : '');
      this.choice.mark(await this.relations(found?.id));
    } catch (refused) {
      this.failed('editor-refusal', refused, () => this.lookUp());
    }
  }

  clerk() {
    const [kind, number, name, phone] = WHO.map((id) => byId(id).value.trim());
    return { id_type: kind, id_no: number, name, phone };
  }

  save(event) {
    event.preventDefault();
    const problem = this.choice.problem();
    if (problem) return showRefusal(byId('editor-refusal'), problem, {});
    const terms = this.choice.terms();
    const { grant } = this;
    if (!grant) return this.saved(() => this.call('POST', '/grants', { body: { clerk: this.clerk(), ...terms }, headers: this.headers() }), '已保存,并通知办事员。');
    const typed = this.clerk();
    const differs = ['id_type', 'id_no', 'name', 'phone'].some((field) => typed[field] !== grant.clerk[field]);
    const body = differs ? { ...terms, clerk: typed } : terms;
    return this.saved(() => this.call('PATCH', `/grants/${grant.id}`, { body, headers: this.headers(grant) }), '已修改授权。');
  }
}

// Used by the approval too: what a request asks for, to be given in full or in part. latest: the day
// beyond which who answers cannot give, null for none.
export function requestChoice(choices, latest = null) {
  const choice = new ScopeChoice();
  choice.endBy(latest);
  choice.draw(choices, { mark: '', only: true, all: true });
  choice.node.prepend(el('p', { class: 'muted', text: '可以只同意其中一部分,或限定业务和期限。' }));
  return choice;
}
