// The registration page's entry: the form, what the registries say, and how to go on.

import { caller, randomKey } from './api.js';
import { ITEMS, diagnosisRows, wrongItems } from './diagnosis.js';
import { byId, el, say, show } from './dom.js';
import { bindTypeSwitch, memory } from './preferences.js';
import { showRefusal } from './refusal.js';

const call = caller((...args) => fetch(...args));
const POINTERS = {
  '/uscc': 'uscc',
  '/name': 'name',
  '/legal_rep/name': 'legal_rep_name',
  '/legal_rep/id_no': 'legal_rep_id_no',
  '/phone': 'phone',
};
const FIELDS = Object.values(POINTERS);
const REP = ['legal_rep_name', 'id_type', 'legal_rep_id_no'];
const value = (id) => byId(id).value.trim();

// Whoever scanned, as the login page sent him along behind the `#`; null when nobody did.
function carriedAlong() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (!/^[0-9a-f]+$/.test(given.get('carried') ?? '')) return null;
  history.replaceState(null, '', location.pathname);
  return { token: given.get('carried'), name: given.get('name') ?? '' };
}

class Registration {
  constructor() {
    this.key = randomKey();
    byId('form').addEventListener('submit', (event) => this.submit(event));
    byId('form').addEventListener('input', () => {
      this.key = randomKey();
    });
    byId('type-rep').addEventListener('click', () => this.take(null));
    this.take(carriedAlong());
  }

  take(carried) {
    this.key = randomKey();
    this.carried = carried;
    say(byId('carried-name'), carried?.name ?? '');
    show(byId('carried'), carried !== null);
    show(byId('rep'), carried === null);
    for (const id of REP) byId(id).disabled = carried !== null;
  }

  body() {
    const unit = { uscc: value('uscc').toUpperCase(), name: value('name'), phone: value('phone') };
    if (this.carried) return { ...unit, carried: this.carried.token };
    const rep = {
      name: value('legal_rep_name'),
      id_type: byId('id_type').value,
      id_no: value('legal_rep_id_no').toUpperCase(),
    };
    return { ...unit, legal_rep: rep };
  }

  async submit(event) {
    event?.preventDefault();
    if (this.busy || !byId('form').reportValidity()) return;
    this.busy = true;
    byId('submit').disabled = true;
    say(byId('status'), '正在向营商、养老参保和机关事业三方核对,最多需要10秒,请稍候…');
    this.mark([]);
    try {
      const headers = { 'Idempotency-Key': this.key };
      this.taken((await call('POST', '/registrations', { body: this.body(), headers })).body);
    } catch (refused) {
      this.refused(refused);
    } finally {
      this.busy = false;
      byId('submit').disabled = false;
      say(byId('status'), '');
    }
  }

  taken({ status, sources, sentence }) {
    const active = status === 'active';
    showRefusal(byId('notice'), sentence ?? null, this.acts());
    this.diagnose(active ? [] : sources, []);
    show(byId('form'), !active);
    show(byId('outcome'), true);
    show(byId('to-login'), active);
    say(byId('outcome-title'), active ? '注册成功' : '已保存,等待单位数据同步');
    say(
      byId('outcome-text'),
      active
        ? '请用法人的电子社保卡扫码登录,登录后可以添加办事员。'
        : '不用重复提交。系统会在1小时、6小时后再查,之后每天查一次,最多30天;同步后发短信通知您。发现填错了,可以在下面改好再提交。',
    );
    byId('outcome-title').focus();
  }

  refused({ problem, answer }) {
    show(byId('outcome'), false);
    showRefusal(byId('notice'), problem, this.acts());
    const sources = answer?.sources ?? [];
    this.diagnose(sources, answer?.relations ?? []);
    const typed = (problem?.errors ?? []).map(({ pointer }) => POINTERS[pointer]).filter(Boolean);
    this.mark([...typed, ...wrongItems(sources)]);
    byId('title').focus();
  }

  diagnose(sources, relations) {
    show(byId('diagnosis'), sources.length > 0);
    byId('diagnosis-rows').replaceChildren(...diagnosisRows(sources));
    show(byId('relations'), relations.length > 0);
    byId('relations').replaceChildren(...relations.map(relationNode));
  }

  mark(wrong) {
    for (const id of FIELDS) byId(id).setAttribute('aria-invalid', String(wrong.includes(id)));
    this.wrong = wrong;
  }

  acts() {
    const first = () => {
      const wrong = this.wrong?.find((id) => !byId(id).disabled);
      byId(wrong ?? Object.keys(ITEMS)[0]).focus();
    };
    return { 'correct-input': first, retry: () => this.submit() };
  }
}

function relationNode({ insurance_name: insurance, unit_no: unitNo, consistent }) {
  const words = consistent ? '信用代码一致' : '信用代码不一致,需要维护';
  return el('li', { text: `${insurance} 单位编号 ${unitNo}:${words}` });
}

bindTypeSwitch(byId('type-switch'), document.documentElement, memory(() => localStorage));
new Registration();
