// The number of unread messages next to the menu's 消息.

import { el, say, show } from './dom.js';
import { newestOnly } from './looking.js';

// "3", "99+", or "" for none.
export const countText = ({ unread, more }) => (unread ? `${unread}${more ? '+' : ''}` : '');

export class Unread {
  // ports: {call, link(): the menu's entry, or null}
  constructor(ports) {
    Object.assign(this, ports);
    this.text = '';
    this.begin = newestOnly();
  }

  async refresh() {
    const counts = this.begin();
    // The badge is a convenience: what fails here is said where the messages are.
    const counted = await this.call('GET', '/messages/unread-count').then(({ body }) => body, () => null);
    // What arrived while this was on its way knows better.
    if (counted && counts()) this.know(counted);
  }

  know(counted) {
    this.begin();
    this.text = countText(counted);
    this.draw();
  }

  draw() {
    const link = this.link();
    if (!link) return;
    let badge = link.querySelector('.count');
    if (!badge) {
      badge = el('span', { class: 'count', testid: 'menu-unread' });
      link.append(badge);
    }
    say(badge, this.text);
    show(badge, Boolean(this.text));
    link.setAttribute('aria-label', this.text ? `消息,${this.text} 条未读` : '消息');
  }
}
