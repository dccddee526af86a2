// The notification settings: which channel for which group, and the quiet hours.

import { byId, el, say, show } from './dom.js';
import { showRefusal } from './refusal.js';

const CHANNELS = { wechat: '微信', alipay: '支付宝', sms: '短信', email: '邮件' };

// What is sent to PUT /preferences. boxes: [{group, channel, checked}]; quiet: {starts, ends} or null.
export function chosen(boxes, quiet) {
  const channels = {};
  for (const { group, channel, checked } of boxes) {
    channels[group] = { ...channels[group], [channel]: checked };
  }
  return { channels, quiet_hours: quiet };
}

export class Wishes {
  // ports: {call, headers(), failed(refused): true when dealt with}
  constructor(ports) {
    Object.assign(this, ports);
    byId('quiet-on').addEventListener('change', () => this.drawTimes());
    byId('wishes').addEventListener('input', () => say(byId('saved'), ''));
    byId('wishes').addEventListener('submit', (event) => {
      event.preventDefault();
      this.save();
    });
  }

  async load() {
    try {
      this.draw((await this.call('GET', '/preferences')).body);
      show(byId('settings'), true);
    } catch (refused) {
      this.failed(refused);
    }
  }

  draw({ groups, quiet_hours: quiet }) {
    const channels = Object.keys(groups[0]?.channels ?? {});
    show(byId('no-channels'), channels.length === 0);
    byId('wish-channels').replaceChildren(
      el('th', { scope: 'col', text: '通知类别' }),
      ...channels.map((channel) => el('th', { scope: 'col', text: CHANNELS[channel] })),
    );
    byId('wish-groups').replaceChildren(...groups.map((group) => this.row(group, channels)));
    byId('quiet-on').checked = Boolean(quiet);
    if (quiet) {
      byId('quiet-starts').value = quiet.starts;
      byId('quiet-ends').value = quiet.ends;
    }
    this.drawTimes();
  }

  row({ group, title, channels }, shown) {
    return el('tr', { 'data-group': group },
      el('th', { scope: 'row', text: title }),
      ...shown.map((channel) => el('td', {}, el('input', {
        type: 'checkbox', checked: channels[channel], 'data-group': group, 'data-channel': channel,
        'aria-label': `${title}:${CHANNELS[channel]}`, testid: `wish-${group}-${channel}`,
      }))));
  }

  drawTimes() {
    show(byId('quiet-times'), byId('quiet-on').checked);
  }

  async save() {
    const boxes = [...byId('wish-groups').querySelectorAll('input')].map((box) => (
      { group: box.dataset.group, channel: box.dataset.channel, checked: box.checked }));
    const quiet = byId('quiet-on').checked
      ? { starts: byId('quiet-starts').value, ends: byId('quiet-ends').value } : null;
    byId('save-wishes').disabled = true;
    try {
      const { body } = await this.call('PUT', '/preferences', { body: chosen(boxes, quiet), headers: this.headers() });
      this.draw(body);
      say(byId('saved'), '已保存。');
      showRefusal(byId('wishes-refusal'), null, {});
    } catch (refused) {
      if (!this.failed(refused)) showRefusal(byId('wishes-refusal'), refused.problem, { retry: () => this.save() });
    } finally {
      byId('save-wishes').disabled = false;
    }
  }
}
