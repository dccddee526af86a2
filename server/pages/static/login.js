// The page's entry: asks whether there is a session, and shows the desk or the signed-in view.

import { caller, randomKey } from './api.js';
import { isPhone } from './challenge.js';
import { serverClock, timers } from './clock.js';
import { bindDemo, isDemo } from './demophone.js';
import { Desk } from './desk.js';
import { DeskView } from './deskview.js';
import { byId, el, show } from './dom.js';
import { Home } from './home.js';
import { openLive } from './live.js';
import { PasswordTab } from './password.js';
import { bindTypeSwitch, memory, rememberRole, rememberedRole } from './preferences.js';
import { showRefusal } from './refusal.js';
import { otherTabs } from './sessionevents.js';

const kept = memory(() => localStorage);
const clock = serverClock(() => Date.now());
const call = caller((...args) => fetch(...args), (header) => clock.learn(header));
const { EventSource, BroadcastChannel } = globalThis;

function notice(what, acts = {}) {
  const place = byId('notice');
  const problem = typeof what === 'string' ? null : what;
  showRefusal(place, problem, acts);
  if (typeof what === 'string') {
    place.dataset.shown = what;
    place.replaceChildren(el('p', { class: 'refusal calm', role: 'status', testid: 'notice-text', text: what }));
  }
}

const demo = isDemo(location) && Boolean(byId('demo'));
const view = new DeskView();
const desk = new Desk({
  call,
  view,
  timers,
  clock,
  openLive: (challenge, tell, mode) => openLive(challenge, tell, { EventSource, call, timers }, mode),
  newKey: () => randomKey(),
  pageHidden: () => document.hidden && !demo, // the simulated phone may cover this page
  entered: (exchanged) => {
    rememberRole(kept, desk.state.role);
    tabs.post('signed-in');
    look(exchanged);
  },
});
view.bind(desk);

const tabs = otherTabs(BroadcastChannel, ({ type }) => {
  const signedIn = Boolean(home.session);
  if (type === 'signed-in' && !signedIn) look({});
  if (type === 'unit-switched' && signedIn) home.switchedElsewhere();
  if (type !== 'signed-out') return;
  const why = '您已在其他页面退出登录。';
  if (signedIn) home.end(why);
  else notice(why); // the session's stream told of the end first, but not the reason
});
const home = new Home({ call, tabs, notice, EventSource, leave: (why) => showDesk(why) });

const asked = new URLSearchParams(location.search);
// A step elsewhere that needs a fresh scan: the way back to it, taken once somebody is signed in.
const CONFIRMS = { grants: '/grants', own: '/my-grants' };
const confirming = CONFIRMS[asked.get('confirm')] ?? null;
const greeting = asked.has('set') ? '密码已设置,请用新密码或扫码登录。' : null;
let askedForPassword = asked.get('way') === 'password';
const password = new PasswordTab({
  call,
  entered: async (entered) => {
    tabs.post('signed-in');
    await look(entered);
    const left = entered.password_days_left;
    if (left !== undefined) notice(`您的密码还有${left}天到期,请到“我的账号”里修改。`);
  },
  useQr: () => desk.start(),
  hidden: () => desk.close(),
});

function showDesk(why) {
  notice(why ?? null, { 'sign-in': () => notice(null), refresh: () => notice(null) });
  document.title = '登录 · 掌办';
  show(byId('desk'), true);
  if (password.shown) byId('account').focus();
  else if (askedForPassword) password.turn('password');
  else desk.start();
  askedForPassword = false;
}

function showHome(session, units) {
  desk.close();
  show(byId('desk'), false);
  notice(null);
  home.enter(session, units);
}

// Shows what the session allows. exchanged: the answer of an exchange, {problem} where it failed,
// or {} when another tab signed in.
async function look({ units = null, problem = null } = {}) {
  try {
    const { body } = await call('GET', '/session');
    showHome(body, units);
  } catch (refused) {
    // 401 is the plain answer to a visitor; anything else he should know about.
    showDesk(refused.status === 401 ? problem ?? greeting : refused.problem);
  }
}

async function currentText() {
  const { challenge } = desk.state;
  if (challenge?.status !== 'pending') return '';
  return call('GET', `/login/challenges/${challenge.id}`).then(({ body }) => body.url, () => '');
}

if (demo) view.seen = bindDemo(globalThis, currentText);
bindTypeSwitch(byId('type-switch'), document.documentElement, kept);
show(byId('phone-note'), isPhone(navigator.userAgent, navigator.userAgentData?.mobile));
desk.state.role = rememberedRole(kept, location.search);
if (confirming) {
  const answer = asked.get('answer');
  home.onward = answer ? `${confirming}?answer=${encodeURIComponent(answer)}` : confirming;
}
document.addEventListener('visibilitychange', () => {
  if (!home.session) desk.visibilityChanged();
  else if (!document.hidden) home.refresh();
});
if (confirming) {
  showDesk('这一步需要确认是您本人:请用您的电子社保卡扫码。确认后回到刚才的页面接着办理。');
  byId('notice').append(el('p', {}, el('a', { href: confirming, testid: 'confirm-later', text: '暂不确认,返回刚才的页面' })));
} else look();
