// A clerk's own grants: what units let one do, asking for more, and, as a manager, answering others.

import { actor } from './acting.js';
import { ask } from './asking.js';
import { byId, say, show } from './dom.js';
import { GrantActs } from './grantacts.js';
import { grantNode } from './grantview.js';
import { redraw } from './listing.js';
import { oneAtATime } from './looking.js';
import { askedNode, ownGrantNode } from './mygrantview.js';
import { showRefusal } from './refusal.js';
import { call, newsOfSession, reload, sayEnded, signedIn, toLogin } from './signedin.js';

const PAGE = 20;

class MyGrants {
  constructor() {
    const headers = (grant = null) => ({
      'X-CSRF-Token': this.session.csrf_token, ...(grant ? { 'If-Match': `"${grant.revision}"` } : {}),
    });
    this.headers = headers;
    this.waiting = [];
    const failed = (place, refused, again) => this.failed(place, refused, again);
    this.act = actor({
      title: 'mine-title', places: ['notice', 'ask-refusal'], failed, refresh: () => this.refresh(),
      settled: (place) => place === 'ask-refusal' && byId('ask-form').reset(),
    });
    this.acts = {
      renew: (grant) => this.act('notice', () => call('POST', `/session/grants/${grant.id}/renewal`, { headers: headers() }), '已提交续期申请,法人同意后继续有效。'),
      withdraw: (request) => this.withdraw(request),
    };
    this.answers = new GrantActs({
      call, headers, here: 'role=clerk&confirm=own', latest: () => this.here()?.dataset.until || null, choices: async (grant) => this.choices(grant),
      failed, act: (work, text, onRefused) => this.act('notice', work, text, onRefused),
    });
    this.refresh = oneAtATime(() => this.look());
    this.events = newsOfSession({
      ended: (problem) => this.end(problem),
      changed: () => this.refresh(),
      opened: () => this.refresh(), // what came before the stream was there, it does not tell
      arrived: () => this.refresh(),
    });
    byId('ask-form').addEventListener('submit', (event) => this.submit(event));
    byId('own-more').addEventListener('click', () => this.loadOwn(this.ownCursor));
    byId('asked-more').addEventListener('click', () => this.loadAsked(this.askedCursor));
  }

  async start() {
    this.session = await signedIn('own_grants');
    if (!this.session) return undefined;
    await this.refresh();
    if (this.session.unit) this.events.open();
    const asked = new URLSearchParams(location.search).get('answer');
    history.replaceState(null, '', location.pathname);
    const begun = asked && this.waiting.find((each) => each.id === asked);
    return begun ? this.answers.approve(begun) : undefined;
  }

  async look() {
    try {
      this.session = (await call('GET', '/session')).body;
      await this.loadOwn();
      await this.loadWaiting();
      await this.loadAsked();
    } catch (refused) {
      return this.failed('notice', refused, () => this.refresh());
    }
    show(byId('mine'), true);
    byId('mine').dataset.state = 'ready';
    return undefined;
  }

  async load(path, cursor, list, node) {
    const { body } = await call('GET', `${path}?limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    const nodes = body.items.map(node);
    if (cursor) list.append(...nodes);
    else redraw(list, nodes, 'grant');
    return body.next_cursor;
  }

  async loadOwn(cursor = null) {
    this.ownCursor = await this.load('/session/grants', cursor, byId('own'), (each) => ownGrantNode(each, this.acts));
    show(byId('own-more'), Boolean(this.ownCursor));
    show(byId('own-empty'), byId('own').children.length === 0);
  }

  async loadAsked(cursor = null) {
    this.askedCursor = await this.load('/grant-requests', cursor, byId('asked'), (each) => askedNode(each, this.acts));
    show(byId('asked-more'), Boolean(this.askedCursor));
    show(byId('asked-empty'), byId('asked').children.length === 0);
  }

  // Managers answer requests within their own grant; for everybody else there are none to see.
  async loadWaiting() {
    this.waiting = [];
    if (this.here()?.dataset.manager === 'true') {
      const { body } = await call('GET', '/units/current/grant-requests?limit=100');
      this.waiting = body.items.map((each) => ({ ...each, status: 'requested', label: '待审批' }));
    }
    const names = new Map((this.session.relations ?? []).map((relation) => [relation.id, relation]));
    redraw(byId('waiting'), this.waiting.map((each) => grantNode(each, this.answers, names)), 'grant');
    say(byId('waiting-count'), String(this.waiting.length));
    show(byId('to-do'), this.waiting.length > 0);
  }

  // The own grant of the unit one is in now.
  here() {
    const { unit, role } = this.session;
    return role === 'clerk' ? byId('own').querySelector(`[data-unit="${CSS.escape(unit?.id ?? '')}"]`) : null;
  }

  // A manager can give what was asked for, as far as the own relations go.
  choices({ scope }) {
    return this.session.relations.filter(({ id }) => scope[id]).map((relation) => ({ relation, already_granted: true, items: scope[relation.id] }));
  }

  async withdraw(request) {
    const agreed = await ask({ title: `撤回给${request.unit}的申请`, text: '撤回后法人不再看到这份申请,您可以重新申请。', ok: '撤回申请' });
    return agreed ? this.act('notice', () => call('DELETE', `/grant-requests/${request.id}`, { headers: this.headers() }), '已撤回申请。') : undefined;
  }

  submit(event) {
    event.preventDefault();
    const body = { uscc: byId('uscc').value.trim().toUpperCase(), note: byId('note').value.trim() };
    return this.act('ask-refusal', () => call('POST', '/grant-requests', { body, headers: this.headers() }), '已提交申请,法人会收到提醒。');
  }

  end(problem) {
    this.events.close();
    show(byId('mine'), false);
    sayEnded(problem);
  }

  failed(place, { status, problem }, again) {
    if (status === 401 || problem?.code === 'SB-3005') return this.end(problem);
    return showRefusal(byId(place), problem, {
      retry: again, refresh: reload, 'sign-in': toLogin, 'choose-unit': () => location.assign('/'),
      'request-grant': () => byId('uscc').focus(), 'view-grant-request': () => byId('asked').scrollIntoView(),
      'view-grants': () => byId('own').scrollIntoView(), 'correct-input': () => byId('uscc').focus(),
    });
  }
}

new MyGrants().start();
