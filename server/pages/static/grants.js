// The grants page's entry: what waits for an answer, the unit's clerks, and news of both.

import { actor } from './acting.js';
import { byId, say, show } from './dom.js';
import { GrantActs } from './grantacts.js';
import { GrantEditor } from './granteditor.js';
import { grantNode } from './grantview.js';
import { redraw } from './listing.js';
import { newestOnly, oneAtATime } from './looking.js';
import { showRefusal } from './refusal.js';
import { call, newsOfSession, reload, sayEnded, signedIn, toLogin } from './signedin.js';

const PAGE = 50;
const MOST = 100;

class Grants {
  constructor() {
    const headers = (grant = null) => ({
      'X-CSRF-Token': this.session.csrf_token, ...(grant ? { 'If-Match': `"${grant.revision}"` } : {}),
    });
    const failed = (place, refused, again) => this.failed(place, refused, again);
    this.act = actor({
      title: 'grants-title', places: ['notice', 'editor-refusal'], failed,
      settled: () => this.editor.close(), refresh: () => this.refresh(),
    });
    this.editor = new GrantEditor({ call, headers, failed, saved: (work, text) => this.act('editor-refusal', work, text) });
    this.acts = new GrantActs({
      call, headers, failed, here: 'role=legal_rep&confirm=grants',
      choices: (grant) => this.editor.relations(grant.id), edit: (grant) => this.editor.open(grant),
      act: (work, text, onRefused) => this.act('notice', work, text, onRefused),
    });
    this.names = new Map();
    this.begin = newestOnly();
    this.refresh = oneAtATime(() => this.look());
    this.events = newsOfSession({
      ended: (problem) => this.end(problem),
      changed: () => this.refresh(),
      opened: () => this.refresh(), // what came before the stream was there, it does not tell
    });
    byId('more').addEventListener('click', () => this.load(this.cursor));
    byId('add').addEventListener('click', () => this.editor.open(null));
    byId('filters').addEventListener('change', () => this.load());
  }

  async start() {
    this.session = await signedIn('grants');
    if (!this.session) return undefined;
    if (!this.session.unit) return location.assign('/');
    say(byId('unit-name'), this.session.unit.name);
    await this.refresh();
    this.events.open();
    return this.goOn();
  }

  // Back from confirming one's identity: the answer that was begun is taken up again.
  goOn() {
    const asked = new URLSearchParams(location.search).get('answer');
    if (!asked) return undefined;
    history.replaceState(null, '', location.pathname);
    const grant = this.waiting.find((each) => each.id === asked);
    return grant?.status === 'requested' ? this.acts.approve(grant) : undefined;
  }

  async look() {
    try {
      const relations = await this.editor.relations('');
      this.names = new Map(relations.map(({ relation }) => [relation.id, relation]));
      await this.loadWaiting();
    } catch (refused) {
      return this.failed('notice', refused, () => this.refresh());
    }
    return this.load();
  }

  node(grant) {
    return grantNode(grant, this.acts, this.names);
  }

  async every(query) {
    const found = [];
    let cursor = '';
    do {
      const { body } = await call('GET', `/grants?${query}&limit=${MOST}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      found.push(...body.items);
      cursor = body.next_cursor;
    } while (cursor);
    return found;
  }

  // Everything that waits for the legal rep, however much there is: requests, and grants that were
  // paused when the legal rep changed.
  async loadWaiting() {
    const requests = await this.every('status=requested');
    const paused = await this.every('status=suspended&suspension=rep_changed');
    this.waiting = [...requests, ...paused];
    redraw(byId('waiting'), this.waiting.map((each) => this.node(each)), 'grant');
    say(byId('paused'), `法定代表人变更后,有 ${paused.length} 位办事员的授权已暂停,请在下面逐个确认或删除。`);
    show(byId('paused'), paused.length > 0);
    say(byId('waiting-count'), String(this.waiting.length));
    show(byId('to-do'), this.waiting.length > 0);
  }

  async load(cursor = null) {
    const asked = new URLSearchParams({ limit: String(PAGE) });
    const status = document.querySelector('input[name="filter"]:checked').value;
    if (status) asked.set('status', status);
    if (cursor) asked.set('cursor', cursor);
    const counts = this.begin();
    try {
      const { body } = await call('GET', `/grants?${asked}`);
      if (!counts()) return; // another filter was chosen, or the list begun again
      const above = new Set(this.waiting.map((each) => each.id));
      const nodes = body.items.filter((each) => !above.has(each.id)).map((each) => this.node(each));
      if (cursor) byId('list').append(...nodes);
      else redraw(byId('list'), nodes, 'grant');
      this.cursor = body.next_cursor;
      this.told();
    } catch (refused) {
      this.failed('notice', refused, () => this.load(cursor));
    }
  }

  told() {
    show(byId('more'), Boolean(this.cursor));
    show(byId('grants'), true);
    const none = byId('list').children.length === 0;
    show(byId('empty'), none && !this.cursor);
    byId('grants').dataset.state = none ? 'empty' : 'ready';
  }

  end(problem) {
    this.events.close();
    this.editor.close();
    show(byId('grants'), false);
    sayEnded(problem);
  }

  failed(place, { status, problem }, again) {
    if (status === 401) return this.end(problem);
    return showRefusal(byId(place), problem, {
      retry: again, refresh: reload, 'sign-in': toLogin, 'view-grants': reload,
      'correct-input': () => byId(place).scrollIntoView(),
    });
  }
}

new Grants().start();
