// The page 修改资料: what is kept of the unit, changing what may be changed at once, and the way for
// the rest.

import { randomKey } from './api.js';
import { localTime } from './clock.js';
import { byId, el, say, show } from './dom.js';
import {
  changeNode, changesOf, factNodes, faultOf, inputNode, isDirect, relationNode, reviewNode, windowNodes,
} from './profileview.js';
import { showRefusal } from './refusal.js';
import { call, reload, signedIn, toLogin } from './signedin.js';


class Profile {
  constructor() {
    byId('edit').addEventListener('click', () => this.edit());
    byId('leave').addEventListener('click', () => this.leave());
    byId('editor').addEventListener('submit', (event) => this.check(event));
    byId('sure-no').addEventListener('click', () => byId('sure').close());
    byId('sure-yes').addEventListener('click', () => this.save());
  }

  async start() {
    this.session = await signedIn('profile');
    if (!this.session) return undefined;
    return this.session.unit ? this.load() : location.assign('/');
  }

  refuse(place, { status, problem }, again) {
    if (status === 401) return toLogin();
    showRefusal(byId(place), problem, {
      retry: again, refresh: reload, 'sign-in': toLogin, 'view-unit': reload,
      'correct-input': () => byId('editor').querySelector('input')?.focus(),
      'find-window': () => byId('windows').scrollIntoView(),
    });
    return byId(place).scrollIntoView({ block: 'center' });
  }

  async load() {
    try {
      this.unit = (await call('GET', '/units/current')).body;
    } catch (refused) {
      return this.refuse('notice', refused, () => this.load());
    }
    showRefusal(byId('notice'), null, {});
    return this.draw();
  }

  draw() {
    const { fields, relations, agencies, former_names: former } = this.unit;
    const editable = fields.some((field) => field.editable);
    byId('direct').replaceChildren(...factNodes(fields));
    byId('review').replaceChildren(...fields.filter((field) => !isDirect(field)).map(reviewNode));
    byId('windows').replaceChildren(...windowNodes(agencies));
    byId('relation-rows').replaceChildren(...relations.map(relationNode));
    show(byId('relations'), relations.length > 0);
    show(byId('no-relations'), relations.length === 0);
    byId('former-names').replaceChildren(...former.map(({ name, until }) =>
      el('li', { testid: 'former-name', text: `${name}(至 ${localTime(until).slice(0, 10)})` })));
    show(byId('former'), former.length > 0);
    show(byId('edit'), editable);
    show(byId('only-looking'), !editable);
    show(byId('profile'), true);
    byId('profile').dataset.state = 'ready';
  }

  edit() {
    byId('inputs').replaceChildren(...this.unit.fields.filter(isDirect).map(inputNode));
    this.editing(true);
    this.key = randomKey();
    say(byId('told'), '');
    byId('inputs').querySelector('input').focus();
  }

  editing(on) {
    showRefusal(byId('editor-refusal'), null, {});
    show(byId('editor'), on);
    show(byId('direct'), !on);
    show(byId('edit'), !on);
  }

  leave() {
    this.editing(false);
    byId('edit').focus();
  }

  // Shows old and new side by side before anything is sent (常见问题 2.2).
  check(event) {
    event.preventDefault();
    const typed = Object.fromEntries([...byId('inputs').querySelectorAll('input')].map((input) => [input.name, input.value]));
    this.changes = changesOf(this.unit.fields, typed);
    const fault = faultOf(this.changes);
    if (fault) return this.wrong(fault);
    if (!this.changes.length) {
      this.leave();
      return say(byId('told'), '没有修改任何内容。');
    }
    showRefusal(byId('editor-refusal'), null, {});
    byId('changes').replaceChildren(...this.changes.map(changeNode));
    byId('sure').showModal();
    return byId('sure-title').focus();
  }

  wrong({ name, detail }) {
    showRefusal(byId('editor-refusal'), { title: `${detail}!`, detail: '请填写后再继续。' }, {});
    byId(name).focus();
  }

  async save() {
    const body = Object.fromEntries(this.changes.map(({ name, after }) => [name, after]));
    const headers = {
      'X-CSRF-Token': this.session.csrf_token, 'If-Match': `"${this.unit.revision}"`, 'Idempotency-Key': this.key,
    };
    byId('sure-yes').disabled = true;
    try {
      await call('PATCH', '/units/current', { body, headers });
    } catch (refused) {
      byId('sure').close();
      // What was refused is not the same request any more once it was corrected.
      if (refused.status >= 400 && refused.status < 500) this.key = randomKey();
      return this.refuse('editor-refusal', refused, () => this.save());
    } finally {
      byId('sure-yes').disabled = false;
    }
    byId('sure').close();
    this.editing(false);
    await this.load();
    say(byId('told'), '已保存,修改已生效。');
    return byId('title').focus();
  }
}

new Profile().start();
