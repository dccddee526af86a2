// The signed-in view: who acts for which unit, unit switching, devices, sign-out.

import { ROLES } from './challenge.js';
import { Chooser } from './chooser.js';
import { timers } from './clock.js';
import { Devices } from './devices.js';
import { byId, el, say, show } from './dom.js';
import { oneAtATime } from './looking.js';
import { showRefusal } from './refusal.js';
import { drawMenus, inboxLink } from './menus.js';
import { SessionEvents } from './sessionevents.js';
import { maskedName, pageOf } from './units.js';
import { ToDo } from './todo.js';
import { Unread } from './unread.js';

export class Home {
  // ports: {call, tabs, notice(problem|text, acts), leave(problem|text), EventSource}
  constructor(ports) {
    Object.assign(this, ports);
    const failed = (refused) => this.failed(refused);
    this.unread = new Unread({ call: this.call, link: inboxLink });
    this.devices = new Devices({ call: this.call, headers: () => this.headers(), failed });
    this.refresh = oneAtATime(() => this.look());
    this.events = new SessionEvents({
      EventSource: this.EventSource,
      timers,
      ended: (problem) => this.streamEnded(problem),
      switched: () => this.switchedElsewhere(),
      changed: () => this.refresh(),
      arrived: (told) => {
        this.unread.know(told);
        this.toDo.refresh(this.session);
      },
      opened: () => this.unread.refresh(),
      check: () => this.refresh(),
    });
    this.toDo = new ToDo({ call: this.call });
    byId('switch-unit').addEventListener('click', () => this.openSwitch());
    byId('unit-dialog-close').addEventListener('click', () => byId('unit-dialog').close());
    byId('show-devices').addEventListener('click', () => this.toggleDevices());
    addEventListener('hashchange', () => this.follow());
    for (const id of ['sign-out', 'choose-sign-out']) byId(id).addEventListener('click', () => this.signOut());
  }

  headers() {
    return { 'X-CSRF-Token': this.session.csrf_token };
  }

  // Shows the session; units: the complete list out of an exchange, if there was one.
  enter(session, units = null) {
    this.session = session;
    if (session.unit && this.onward) return void location.replace(this.onward);
    const choosing = !session.unit && session.role !== 'officer';
    show(byId('choose'), choosing);
    show(byId('home'), !choosing);
    document.title = choosing ? '选择单位 · 掌办' : `${session.unit?.name ?? '掌办'} · 掌办`;
    if (choosing) this.openChoice(units);
    else this.draw();
    if (session.unit) this.events.open(); // there are none before a unit is entered
    byId(choosing ? 'choose-title' : 'banner').focus();
    this.follow();
  }

  close() {
    this.events.close();
    this.session = null;
    if (byId('unit-dialog').open) byId('unit-dialog').close();
    for (const id of ['choose', 'home', 'devices', 'menus']) show(byId(id), false);
    byId('show-devices').setAttribute('aria-expanded', 'false');
  }

  draw() {
    const { person, role, unit, relations, menus } = this.session;
    say(byId('as-role'), ROLES[role] ?? role);
    say(byId('unit-name'), unit?.name ?? '');
    say(byId('person-name'), maskedName(person.name));
    say(byId('person-id'), person.id_no_masked ?? '');
    say(byId('unit-uscc'), unit?.uscc_masked ?? '');
    byId('relations').replaceChildren(...(relations ?? []).map((relation) =>
      el('tr', { testid: 'relation' },
        el('td', { text: relation.insurance_name ?? relation.insurance ?? '' }),
        el('td', { text: relation.unit_no ?? '' }),
        el('td', { text: relation.agency ?? '' }))));
    show(byId('relations-table'), Boolean(relations?.length));
    drawMenus(menus);
    this.unread.draw();
    this.toDo.refresh(this.session);
  }

  unitsFrom(complete) {
    if (complete) return async (query) => pageOf(complete, query);
    return async (query, cursor) => {
      const asked = new URLSearchParams();
      if (query) asked.set('q', query);
      if (cursor) asked.set('cursor', cursor);
      return (await this.call('GET', `/session/units${asked.size ? `?${asked}` : ''}`)).body;
    };
  }

  chooserIn(place, complete) {
    const { unit, role } = this.session;
    return new Chooser(place, {
      fetchPage: this.unitsFrom(complete),
      choose: (chosen) => this.choose(chosen),
      current: unit ? { unit_id: unit.id, role } : null,
      acts: { 'sign-in': () => this.end(null), refresh: () => location.reload(), retry: () => location.reload() },
      timers,
    });
  }

  openChoice(units) {
    this.chooserIn(byId('choose-list'), units?.length ? units : null).load();
  }

  async openSwitch() {
    const chooser = this.chooserIn(byId('switch-list'), null);
    byId('unit-dialog').showModal();
    await chooser.load();
    chooser.focusFirst();
  }

  async choose({ id, role }) {
    const { unit } = this.session;
    if (unit?.id === id && this.session.role === role) return byId('unit-dialog').close();
    // The old session dies with the switch; its own stream must not report that as a sign-out.
    this.events.close();
    try {
      await this.call('POST', '/session/unit', { body: { unit_id: id, role }, headers: this.headers() });
      const { body } = await this.call('GET', '/session');
      if (byId('unit-dialog').open) byId('unit-dialog').close();
      this.enter(body);
      this.tabs.post('unit-switched');
    } catch (refused) {
      if (this.failed(refused)) return undefined;
      this.events.open();
      throw refused;
    }
    return undefined;
  }

  // Reads the session again; false when it is over (the page is back at the desk then).
  async look() {
    try {
      const { body } = await this.call('GET', '/session');
      if (body.unit?.id !== this.session?.unit?.id || body.role !== this.session?.role) this.switchedElsewhere();
      else {
        this.session = body;
        if (body.unit) this.draw();
      }
      return true;
    } catch (refused) {
      return !this.failed(refused);
    }
  }

  // After a switch in another tab this browser holds a new session already; only asking tells.
  async streamEnded(problem) {
    const { session } = this;
    if (problem.code === 'SB-3005') return this.end(problem);
    const alive = await this.call('GET', '/session').then(() => true, () => false);
    if (this.session !== session) return undefined;
    return alive ? this.switchedElsewhere() : this.end(problem);
  }

  switchedElsewhere() {
    if (!this.session) return;
    const refresh = () => location.reload();
    if (!this.session.unit) return void refresh();
    this.notice({ title: '当前单位已切换', detail: '您已在其他页面切换了单位,请刷新本页后继续办理。',
      actions: [{ rel: 'refresh', title: '刷新' }] }, { refresh });
  }

  // Deals with the refusals that concern the whole page. Answers whether it did.
  failed({ status, problem }) {
    if (status === 401 || problem?.code === 'SB-3005') this.end(problem);
    else if (problem?.code === 'SB-2014') this.switchedElsewhere();
    else return false;
    return true;
  }

  end(problem) {
    this.close();
    this.leave(problem);
  }

  // The menu's 登录设备 leads to this page's #devices, wherever one comes from.
  follow() {
    if (location.hash !== '#devices' || byId('home').hidden) return;
    history.replaceState(null, '', location.pathname + location.search);
    if (byId('devices').hidden) this.toggleDevices();
  }

  toggleDevices() {
    const opening = byId('devices').hidden;
    show(byId('devices'), opening);
    byId('show-devices').setAttribute('aria-expanded', String(opening));
    if (opening) this.devices.load().then(() => byId('devices-title').focus());
  }

  async signOut() {
    try {
      await this.call('DELETE', '/session', { headers: this.headers() });
      this.tabs.post('signed-out');
      this.end('您已退出登录。');
    } catch (refused) {
      if (!this.failed(refused)) this.notice(refused.problem, { refresh: () => location.reload() });
    }
  }
}
