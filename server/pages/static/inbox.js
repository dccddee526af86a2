// The inbox page's entry: the session, its messages, and those that arrive while it is open.

import { byId, say, show } from './dom.js';
import { redraw } from './listing.js';
import { newestOnly } from './looking.js';
import { inboxLink } from './menus.js';
import { EMPTY, messageNode } from './messages.js';
import { showRefusal } from './refusal.js';
import { call, newsOfSession, sayEnded, signedIn } from './signedin.js';
import { countText, Unread } from './unread.js';
import { Wishes } from './wishes.js';

const PAGE = 20;

class Inbox {
  constructor() {
    this.cursor = null;
    this.filter = '';
    this.known = new Set();
    this.begin = newestOnly();
    const headers = () => ({ 'X-CSRF-Token': this.session.csrf_token });
    const failed = (refused) => this.failed(refused);
    this.headers = headers;
    this.wishes = new Wishes({ call, headers, failed });
    this.unread = new Unread({ call, link: inboxLink });
    this.events = newsOfSession({
      ended: (problem) => this.end(problem),
      changed: () => this.load(),
      arrived: (told) => this.arrived(told),
      opened: () => this.load(),
    });
    byId('more').addEventListener('click', () => this.load(this.cursor));
    byId('read-all').addEventListener('click', () => this.readAll());
    byId('filters').addEventListener('change', (event) => {
      this.filter = event.target.value;
      this.load();
    });
  }

  async start() {
    this.session = await signedIn('inbox');
    if (!this.session) return;
    show(byId('inbox'), true);
    if (this.session.unit) this.events.open();
    await this.load();
    await this.wishes.load();
  }

  end(problem) {
    this.events.close();
    show(byId('inbox'), false);
    show(byId('settings'), false);
    sayEnded(problem);
  }

  // Deals with the refusals that concern the whole page. Answers whether it did.
  failed({ status, problem }) {
    if (status !== 401 && problem?.code !== 'SB-3005') return false;
    this.end(problem);
    return true;
  }

  async load(cursor = null) {
    const asked = new URLSearchParams({ limit: String(PAGE) });
    if (this.filter) asked.set('unread', this.filter);
    if (cursor) asked.set('cursor', cursor);
    const counts = this.begin();
    try {
      const { body } = await call('GET', `/messages?${asked}`);
      if (!counts()) return;
      const fresh = cursor ? [] : body.items.filter(({ id }) => this.begun && !this.known.has(id));
      this.draw(body, cursor);
      if (fresh.length) say(byId('arrived'), `收到新消息:${fresh[0].title}`);
      this.begun = true;
      showRefusal(byId('inbox-refusal'), null, {});
      await this.count(counts);
    } catch (refused) {
      if (!this.failed(refused)) showRefusal(byId('inbox-refusal'), refused.problem, { retry: () => this.load(cursor) });
    }
  }

  draw(body, cursor) {
    const acts = { read: (message) => this.read(message), follow: (message) => this.follow(message), renew: (message) => this.renew(message) };
    const nodes = body.items.map((message) => messageNode(message, this.session, acts));
    for (const { id } of body.items) this.known.add(id);
    if (cursor) byId('messages').append(...nodes);
    else redraw(byId('messages'), nodes, 'id');
    this.cursor = body.next_cursor;
    show(byId('more'), Boolean(this.cursor));
    const none = byId('messages').children.length === 0;
    const { title, text } = this.filter ? EMPTY.unread : EMPTY.all;
    say(byId('empty-title'), title);
    say(byId('empty-text'), text);
    show(byId('empty'), none);
    byId('inbox').dataset.state = none ? 'empty' : 'ready';
  }

  async count(counts) {
    const { body } = await call('GET', '/messages/unread-count');
    if (counts()) this.counted(body);
  }

  counted(body) {
    const text = countText(body);
    say(byId('unread'), text ? `${text} 条未读` : '');
    show(byId('unread'), Boolean(text));
    show(byId('read-all'), Boolean(text));
    this.unread.know(body);
  }

  // A message came: the list is read again from the top, without moving what the person reads.
  arrived(told) {
    this.counted(told);
    return this.load();
  }

  async read(message) {
    try {
      await call('POST', `/messages/${message.id}/read`, { headers: this.headers() });
      byId('inbox-title').focus();
      await this.load();
    } catch (refused) {
      if (!this.failed(refused)) showRefusal(byId('inbox-refusal'), refused.problem, { retry: () => this.read(message) });
    }
  }

  // One tap in the reminder asks the legal rep for more time (domain §7.2 row 10).
  async renew(message) {
    try {
      await call('POST', `/session/grants/${message.link.id}/renewal`, { headers: this.headers() });
      if (!message.read_at) await call('POST', `/messages/${message.id}/read`, { headers: this.headers() });
      byId('inbox-title').focus();
      await this.load();
      say(byId('renewed'), '已提交续期申请,法人同意后继续有效。');
    } catch (refused) {
      if (this.failed(refused)) return;
      showRefusal(byId('inbox-refusal'), refused.problem, { retry: () => this.renew(message), 'view-grant-request': () => location.assign('/my-grants'), 'view-grants': () => location.assign('/my-grants') });
      byId('inbox-refusal').scrollIntoView({ block: 'nearest' });
    }
  }

  // Following a message's link reads it; the page leaves before the answer comes.
  follow(message) {
    if (message.read_at) return;
    fetch(`/api/v1/messages/${message.id}/read`, {
      method: 'POST', headers: this.headers(), credentials: 'same-origin', keepalive: true,
    }).catch(() => null);
  }

  async readAll() {
    const newest = byId('messages').firstElementChild?.dataset.id;
    const upTo = newest ? `?up_to=${encodeURIComponent(newest)}` : '';
    try {
      await call('POST', `/messages/read-all${upTo}`, { headers: this.headers() });
      byId('inbox-title').focus();
      await this.load();
    } catch (refused) {
      if (!this.failed(refused)) showRefusal(byId('inbox-refusal'), refused.problem, { retry: () => this.readAll() });
    }
  }
}

new Inbox().start();
