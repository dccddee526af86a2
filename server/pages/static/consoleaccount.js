// The account of a unit's legal representative at the window: how it stands, and what may be done.

import { localTime } from './clock.js';
import { el, say } from './dom.js';

const STATES = {
  none: '未设置密码(可以扫码登录)',
  active: '正常',
  must_change: '须改密码',
  locked: '已锁定',
  dormant: '已休眠',
  stopped: '已停用',
  closed: '已注销',
};
const DONE = {
  unlock: '已解锁,法人会收到通知。',
  stop: '已停用,法人的登录已全部退出。',
  lift: '已记录。',
};

export class ConsoleAccount {
  // call, refuse: the console's; duties: of the officer who is signed in.
  constructor(call, refuse, unitId, duties) {
    Object.assign(this, { call, refuse, duties, path: `/units/${unitId}/account` });
    this.place = el('section', { class: 'account', testid: 'account-part' });
  }

  static serves(duties) {
    return duties.includes('window') || duties.includes('supervisor');
  }

  async start() {
    try {
      this.show((await this.call('GET', this.path)).body, '');
    } catch (fault) {
      this.refuse(fault);
    }
  }

  async act(name) {
    const body = { reason: this.reason.value.trim() };
    if (!body.reason) {
      say(this.told, '请先填写原因。');
      this.reason.focus();
      return;
    }
    try {
      this.show((await this.call('POST', `${this.path}/${name}`, { body })).body, DONE[name]);
    } catch (fault) {
      this.refuse(fault);
    }
  }

  async invite() {
    try {
      await this.call('POST', `${this.path}/invite`);
      say(this.told, '链接已发送到登记的法人手机,24小时内有效,只能使用一次。');
    } catch (fault) {
      this.refuse(fault);
    }
  }

  show(account, told) {
    this.reason = el('input', { id: 'account-reason', maxlength: '100', autocomplete: 'off', testid: 'account-reason' });
    this.told = el('p', { role: 'status', testid: 'account-told', text: told });
    this.place.replaceChildren(
      el('h3', { text: '法人账号' }),
      el('p', { testid: 'account-state', text: wordsOf(account) }),
      el('label', { for: 'account-reason', text: '办理原因(会记入审计日志,请不要填写证件号码)' }),
      this.reason,
      el('p', { class: 'acts' }, ...this.buttons(account)),
      this.told,
    );
  }

  buttons({ state, stop }) {
    const supervisor = this.duties.includes('supervisor');
    const may = {
      unlock: state === 'locked',
      stop: supervisor && state !== 'stopped' && state !== 'closed',
      lift: supervisor && stop !== null && !stop.by_you,
    };
    const titles = { unlock: '解锁', stop: '停用账号', lift: '同意恢复使用' };
    const shown = Object.keys(titles).filter((name) => may[name]).map((name) => el('button', {
      type: 'button', class: 'quiet', testid: `account-${name}`, text: titles[name], on: { click: () => this.act(name) },
    }));
    if (!this.duties.includes('window') || state === 'stopped' || state === 'closed') return shown;
    const hint = el('span', { class: 'hint', text: '请先核对法人本人的身份证件,并与本人确认登记的手机号。' });
    const link = el('button', {
      type: 'button', class: 'quiet', testid: 'account-invite', text: '发送设置密码的链接', on: { click: () => this.invite() },
    });
    return [...shown, link, hint];
  }
}

function wordsOf({ state, locked_until: until, stop }) {
  const more = [];
  if (until) more.push(`${localTime(until)}自动解锁`);
  if (stop) more.push(`原因“${stop.reason}”`, stop.one_agreed ? '已有一位主管同意恢复,还需另一位主管同意' : '恢复使用需要两位主管先后同意');
  return [STATES[state], ...more].join(',');
}
