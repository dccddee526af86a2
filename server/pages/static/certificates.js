// The certificates page's entry: the session, the unit's certificates, adding and looking after them.

import { actor } from './acting.js';
import { certificateNode, doneText } from './certificateview.js';
import { byId, say, show } from './dom.js';
import { showRefusal } from './refusal.js';
import { call, reload, signedIn, toLogin } from './signedin.js';

const PAGE = 50;
const LARGEST = 64 * 1024;
const TOO_LARGE = {
  title: '文件过大!',
  detail: '证书文件不会超过64 KB,可能选错了文件。',
  solutions: ['请选择证书工具导出的.cer、.pem或.p7b文件'],
};

class Certificates {
  constructor() {
    this.replaces = '';
    this.act = actor({
      title: 'certificates-title', places: ['notice', 'upload-refusal', 'dates-refusal'],
      settled: () => this.stopReplacing(), refresh: () => this.load(),
      failed: (place, refused, again) => this.refused(place, refused, again),
    });
    byId('more').addEventListener('click', () => this.load(this.cursor));
    byId('file').addEventListener('change', (event) => this.upload(event.target.files[0]));
    byId('dates').addEventListener('submit', (event) => this.saveDates(event));
    byId('upload').addEventListener('submit', (event) => event.preventDefault());
    this.bindDrop(byId('drop'));
  }

  bindDrop(drop) {
    for (const name of ['dragover', 'dragleave', 'drop']) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.classList.toggle('over', name === 'dragover');
      });
    }
    drop.addEventListener('drop', (event) => this.upload(event.dataTransfer.files[0]));
  }

  async start() {
    this.session = await signedIn('certificates');
    if (!this.session) return undefined;
    if (!this.session.unit) return location.assign('/');
    show(byId('certificates'), true);
    return this.load();
  }

  headers(more = {}) {
    return { 'X-CSRF-Token': this.session.csrf_token, ...more };
  }

  async load(cursor = null) {
    const asked = new URLSearchParams({ limit: String(PAGE) });
    if (cursor) asked.set('cursor', cursor);
    try {
      const { body } = await call('GET', `/certificates?${asked}`);
      const acts = { renew: (each) => this.renew(each), cancel: (each) => this.cancelRenewal(each), lost: (each) => this.reportLost(each), remove: (each) => this.remove(each), replace: (each) => this.replace(each) };
      const nodes = body.items.map((each) => certificateNode(each, acts));
      if (cursor) byId('list').append(...nodes);
      else byId('list').replaceChildren(...nodes);
      this.cursor = body.next_cursor;
      show(byId('more'), Boolean(this.cursor));
      const none = byId('list').children.length === 0;
      show(byId('empty'), none);
      byId('certificates').dataset.state = none ? 'empty' : 'ready';
      showRefusal(byId('notice'), null, {});
    } catch (refused) {
      this.refused('notice', refused, () => this.load(cursor));
    }
  }

  refused(place, { status, problem }, again) {
    if (status === 401) return toLogin();
    return showRefusal(byId(place), problem, {
      retry: again, refresh: reload, 'sign-in': toLogin,
      'upload-again': () => byId('file').click(),
      'check-certificate': () => this.explain(),
    });
  }

  explain() {
    byId('trouble').open = true;
    byId('trouble').querySelector('summary').focus();
  }

  upload(file) {
    byId('file').value = '';
    if (!file) return undefined;
    if (file.size > LARGEST) return showRefusal(byId('upload-refusal'), TOO_LARGE, {});
    const form = new FormData();
    form.append('file', file);
    return this.act('upload-refusal', () => call('POST', this.target(), { form, headers: this.headers() }), doneText);
  }

  saveDates(event) {
    event.preventDefault();
    // The last second of the chosen day in China.
    const body = { title: byId('dates-title').value.trim() || '单位数字证书', not_after: `${byId('dates-end').value}T15:59:59Z` };
    return this.act('dates-refusal', () => call('POST', this.target(), { body, headers: this.headers() }), doneText);
  }

  target() {
    return this.replaces ? `/certificates?replaces=${this.replaces}` : '/certificates';
  }

  replace(each) {
    this.replaces = each.id;
    say(byId('replacing'), `添加的新证书将替换“${each.title}”(到期日${each.expires_on}),旧证书不再提醒。`);
    show(byId('replacing'), true);
    byId('upload-title').focus();
  }

  stopReplacing() {
    this.replaces = '';
    show(byId('replacing'), false);
  }

  renew(each) {
    const work = () => call('POST', `/certificates/${each.id}/renew`, { headers: this.matching(each) });
    return this.act('notice', work, '已申请在线更新。证书机构办好后自动换成新证书,并通知您;现在的证书到期前照常使用。');
  }

  cancelRenewal(each) {
    const work = () => call('POST', `/certificates/${each.id}/cancel-renewal`, { headers: this.matching(each) });
    return this.act('notice', work, '已取消更新,到期前仍会提醒您。');
  }

  matching(each) {
    return this.headers({ 'If-Match': `"${each.revision}"` });
  }

  reportLost(each) {
    if (!confirm('挂失后本平台不再使用这个证书,并通知单位的办事员和法人。确定挂失吗?')) return undefined;
    const work = () => call('POST', `/certificates/${each.id}/report-lost`, { headers: this.matching(each) });
    return this.act('notice', work, '已挂失。请联系证书机构补办,办好后在这里添加新证书。');
  }

  remove(each) {
    if (!confirm('删除后不再提醒这个证书的到期日。确定删除吗?')) return undefined;
    const work = () => call('DELETE', `/certificates/${each.id}`, { headers: this.headers() });
    return this.act('notice', work, '已删除。');
  }
}

new Certificates().start();
