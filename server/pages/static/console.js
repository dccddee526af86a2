// The console's entry: signing in, beginning by an invitation, the session, leaving.

import { caller, Refused } from './api.js';
import { ConsoleUnits } from './consoleunits.js';
import { byId, say, show } from './dom.js';
import { bindTypeSwitch, memory } from './preferences.js';
import { showRefusal } from './refusal.js';

const send = caller((...args) => fetch(...args));
const WINDOW = ['window', 'reviewer', 'supervisor'];

class Console {
  constructor() {
    this.units = new ConsoleUnits((...given) => this.call(...given), (fault) => this.refuse(fault));
    byId('sign-in').addEventListener('submit', (event) => this.signIn(event));
    byId('change-password').addEventListener('click', () => this.askForAnother());
    byId('invited').addEventListener('submit', (event) => this.accept(event));
    byId('leave').addEventListener('click', () => this.leave());
  }

  async call(method, path, options = {}) {
    const headers = { 'X-CSRF-Token': this.session?.csrf_token ?? '', ...options.headers };
    const answer = await send(method, `/officer${path}`, { ...options, headers });
    // Whatever was refused before is over once something works.
    showRefusal(byId('notice'), null);
    return answer;
  }

  refuse(fault) {
    if (!(fault instanceof Refused)) throw fault;
    if (fault.status === 401 && this.session) this.showSignIn();
    say(byId('done'), '');
    const again = () => this.showSignIn();
    showRefusal(byId('notice'), fault.problem, {
      'sign-in': again, refresh: () => location.reload(), 'change-password': () => this.askForAnother(),
    });
    byId('notice').scrollIntoView({ block: 'nearest' });
  }

  async start() {
    this.token = new URLSearchParams(location.hash.slice(1)).get('invitation');
    if (this.token) {
      history.replaceState(null, '', location.pathname);
      return this.showInvitation();
    }
    try {
      this.enter((await this.call('GET', '/session')).body);
    } catch (fault) {
      if (fault.status !== 401) return this.refuse(fault);
      this.showSignIn();
    }
    return undefined;
  }

  showSignIn() {
    this.session = null;
    for (const id of ['desk', 'elsewhere', 'leave', 'invited']) show(byId(id), false);
    say(byId('who'), '');
    show(byId('sign-in'), true);
    byId('account').focus();
  }

  askForAnother() {
    show(byId('another'), true);
    byId('another-password').required = true;
    byId('another-password').focus();
  }

  async signIn(event) {
    event.preventDefault();
    const body = { account: byId('account').value, password: byId('password').value, code: byId('code').value };
    const another = byId('another-password').value;
    if (another) body.new_password = another;
    byId('code').value = '';
    try {
      this.enter((await this.call('POST', '/login', { body })).body);
    } catch (fault) {
      this.refuse(fault);
    }
  }

  enter(session) {
    this.session = session;
    for (const id of ['password', 'another-password']) byId(id).value = '';
    byId('another-password').required = false;
    show(byId('another'), false);
    const left = session.password_days_left;
    say(byId('done'), left === null ? '' : `您的密码还有${left}天到期,下次登录时请点“登录并修改密码”。`);
    showRefusal(byId('notice'), null);
    say(byId('who'), [session.name, session.agency_name].filter(Boolean).join(' · '));
    show(byId('sign-in'), false);
    show(byId('leave'), true);
    const serves = session.duties.some((duty) => WINDOW.includes(duty));
    show(byId('desk'), serves);
    show(byId('elsewhere'), !serves);
    this.units.duties = session.duties;
    this.units.mayGrant = session.duties.includes('window');
    if (serves) byId('desk-title').focus();
  }

  async leave() {
    try {
      await this.call('DELETE', '/session');
    } catch (fault) {
      if (fault.status !== 401) return this.refuse(fault);
    }
    location.reload();
    return undefined;
  }

  async showInvitation() {
    try {
      const shown = (await this.call('POST', '/invitations/look', { body: { token: this.token } })).body;
      say(byId('invited-account'), shown.account);
      say(byId('secret'), shown.totp_secret);
      show(byId('invited'), true);
    } catch (fault) {
      this.refuse(fault);
    }
  }

  async accept(event) {
    event.preventDefault();
    const body = { token: this.token, password: byId('new-password').value, code: byId('first-code').value };
    try {
      await this.call('POST', '/invitations/accept', { body });
      showRefusal(byId('notice'), null);
      this.showSignIn();
      say(byId('done'), '账号已开通。请等验证器显示下一个动态口令,然后登录。');
    } catch (fault) {
      this.refuse(fault);
    }
  }
}

bindTypeSwitch(byId('type-switch'), document.documentElement, memory(() => localStorage));
new Console().start();
