// What every page for people who have signed in shares: the session, its menus, the news of its end,
// large type.

import { caller } from './api.js';
import { timers } from './clock.js';
import { byId } from './dom.js';
import { drawMenus } from './menus.js';
import { showRefusal } from './refusal.js';
import { SessionEvents, otherTabs } from './sessionevents.js';
import './typeswitch.js';

export const call = caller((...args) => fetch(...args));
export const toLogin = () => location.assign('/login');
export const reload = () => location.reload();

// The session, with its menus drawn and this page's entry marked; null where there is none, which
// is dealt with here.
export async function signedIn(entry) {
  try {
    const { body } = await call('GET', '/session');
    drawMenus(body.menus, entry);
    return body;
  } catch (refused) {
    if (refused.status === 401) toLogin();
    else showRefusal(byId('notice'), refused.problem, { refresh: reload, retry: reload, 'sign-in': toLogin });
    return null;
  }
}

// The session's event stream, opened later. ports: those of SessionEvents in which pages differ.
export function newsOfSession(ports) {
  return new SessionEvents({
    EventSource: globalThis.EventSource,
    timers,
    switched: reload,
    check: () => call('GET', '/session').then(() => true, () => false),
    ...ports,
  });
}

// The session is over: says why, and what comes next.
export function sayEnded(problem) {
  showRefusal(byId('notice'), { ...problem, actions: [{ rel: 'sign-in', title: '重新登录' }] }, { 'sign-in': toLogin });
}

otherTabs(globalThis.BroadcastChannel, ({ type }) => {
  if (type === 'signed-out') toLogin();
  if (type === 'unit-switched') reload();
});
