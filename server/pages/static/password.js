// The password tab of the login page: what is typed, what is refused, and the way to the QR code.

import { byId, say, show } from './dom.js';
import { showRefusal } from './refusal.js';

const EMPTY = {
  account: { code: 'SB-2001', title: '账号不能为空!', detail: '用户没有输入账号,不允许登录', solutions: ['输入正确用户账号后再登录。'], actions: [] },
  password: { code: 'SB-2002', title: '密码不能为空!', detail: '用户没有输入密码,不允许登录', solutions: ['输入正确用户密码后再登录。'], actions: [] },
};

// Which field must not be sent as it is, or null.
export const missing = (account, password) => {
  if (!account.trim()) return 'account';
  return password ? null : 'password';
};

export class PasswordTab {
  // ports: {call, entered(answer), useQr(): show the code again, hidden(): the code is not shown}
  constructor(ports) {
    Object.assign(this, ports);
    byId('ways').addEventListener('change', (event) => this.turn(event.target.value));
    byId('password-part').addEventListener('submit', (event) => {
      event.preventDefault();
      this.send();
    });
    this.acts = {
      'use-qr': () => this.turn('scan'),
      'correct-input': () => byId('password').focus(),
      'reset-password': () => { location.href = '/login/reset'; },
    };
  }

  get shown() {
    return !byId('password-part').hidden;
  }

  turn(way) {
    const password = way === 'password';
    byId(`tab-${password ? 'password' : 'scan'}`).checked = true;
    show(byId('password-part'), password);
    show(byId('scan-part'), !password);
    showRefusal(byId('password-refusal'), null, {});
    if (password) {
      this.hidden();
      byId('account').focus();
    } else this.useQr();
  }

  refuse(problem) {
    const { set_password: token } = problem;
    const acts = { ...this.acts };
    // What follows the # stays in this browser.
    if (token) acts['change-password'] = () => { location.href = `/login/reset#${token}`; };
    showRefusal(byId('password-refusal'), problem, acts);
  }

  async send() {
    const [account, password] = [byId('account').value, byId('password').value];
    const empty = missing(account, password);
    if (empty) {
      this.refuse(EMPTY[empty]);
      byId(empty).focus();
      return;
    }
    const button = byId('password-submit');
    button.disabled = true;
    say(button, '正在登录…');
    try {
      const { body } = await this.call('POST', '/login/password', { body: { account, password } });
      byId('password').value = '';
      this.entered(body);
    } catch (refused) {
      this.refuse(refused.problem);
      byId('password').select();
    } finally {
      button.disabled = false;
      say(button, '登录');
    }
  }
}
