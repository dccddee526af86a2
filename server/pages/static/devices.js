// The device list 登录设备: every session of this person, and signing one out from afar.

import { ROLES } from './challenge.js';
import { localTime } from './clock.js';
import { byId, el, show } from './dom.js';
import { showRefusal } from './refusal.js';

export class Devices {
  // ports: {call, headers(): unsafe-method headers, failed(refused): true when dealt with}
  constructor(ports) {
    Object.assign(this, ports);
    byId('devices-more').addEventListener('click', () => this.load(this.cursor));
  }

  async load(cursor = null) {
    const query = cursor ? `?cursor=${encodeURIComponent(cursor)}` : '';
    try {
      const { body } = await this.call('GET', `/sessions${query}`);
      const nodes = body.items.map((item) => this.itemOf(item));
      if (cursor) byId('device-list').append(...nodes);
      else byId('device-list').replaceChildren(...nodes);
      this.cursor = body.next_cursor;
      show(byId('devices-more'), Boolean(this.cursor));
      showRefusal(byId('devices-refusal'), null, {});
    } catch (refused) {
      this.refuse(refused);
    }
  }

  refuse(refused) {
    if (!this.failed(refused)) {
      showRefusal(byId('devices-refusal'), refused.problem, { retry: () => this.load() });
    }
  }

  itemOf(item) {
    const device = [item.browser, item.os].filter(Boolean).join(' · ') || '未知设备';
    const place = [item.place, item.ip].filter(Boolean).join(' · ');
    const acting = [ROLES[item.role], item.unit_name].filter(Boolean).join(' · ');
    const line = (label, text) => (text ? el('span', { class: 'line', text: `${label}${text}` }) : null);
    return el(
      'li',
      { class: 'device', testid: 'device', 'data-session': item.id },
      el('span', { class: 'device-name' }, device, item.current ? el('span', { class: 'badge here', text: '本机' }) : null),
      line('', acting),
      line('登录地点:', place),
      line('登录时间:', localTime(item.started_at)),
      line('最近使用:', localTime(item.last_seen_at)),
      item.current ? null : this.signOutButton(item, device),
    );
  }

  signOutButton(item, device) {
    const button = el('button', {
      type: 'button', class: 'quiet', testid: 'device-sign-out', text: '下线',
      'aria-label': `让 ${device} 下线`, on: { click: () => this.signOut(item, button) },
    });
    return button;
  }

  async signOut(item, button) {
    button.disabled = true;
    try {
      await this.call('DELETE', `/sessions/${encodeURIComponent(item.id)}`, { headers: this.headers() });
      button.closest('li').remove();
      byId('devices-status').textContent = '该设备已下线。';
      byId('devices-title').focus();
    } catch (refused) {
      button.disabled = false;
      this.refuse(refused);
    }
  }
}
