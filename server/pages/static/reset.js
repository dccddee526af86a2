// A forgotten password: a code to the bound phone or mailbox, or a one-time link, then a new one.

import { caller } from './api.js';
import { byId, say, show } from './dom.js';
import { fault, wordOf } from './newpassword.js';
import { bindTypeSwitch, memory } from './preferences.js';
import { showRefusal } from './refusal.js';

const call = caller((...args) => fetch(...args));
const TOKEN = /^#[A-Za-z0-9_-]{43}$/;
const token = TOKEN.test(location.hash) ? location.hash.slice(1) : null;
let request = null;

const refuse = (problem) => showRefusal(byId('refusal'), problem, {
  retry: () => step('ask'),
  'correct-input': () => byId('password').focus(),
  'use-qr': () => { location.href = '/login'; },
});

function step(name) {
  for (const each of ['ask', 'set', 'done']) show(byId(each), each === name);
  refuse(null);
  if (name !== 'done') byId(name === 'ask' ? 'account' : 'password').focus();
}

async function working(form, work) {
  const button = form.querySelector('[type=submit]');
  button.disabled = true;
  try {
    await work();
  } catch (refused) {
    refuse(refused.problem);
  } finally {
    button.disabled = false;
  }
}

byId('ask').addEventListener('submit', (event) => {
  event.preventDefault();
  const account = byId('account').value.trim();
  const way = event.target.elements.way.value;
  if (!account) return refuse(wordOf('账号不能为空!'));
  return working(event.target, async () => {
    const { body } = await call('POST', '/login/otp', { body: { account, way } });
    request = body.request;
    step('set');
    const where = way === 'phone' ? '手机' : '邮箱';
    say(byId('set-words'), `如果这个账号绑定了${where},验证码已经发出,10分钟内有效。没有收到的,请核对账号,或换一种方式。`);
    byId('code').focus();
  });
});

byId('set').addEventListener('submit', (event) => {
  event.preventDefault();
  const [code, password] = [byId('code').value.trim(), byId('password').value];
  if (!token && !/^\d{6}$/.test(code)) return refuse(wordOf('请输入6位数字验证码。'));
  const wrong = fault(password, byId('again').value);
  if (wrong) return refuse(wordOf(wrong));
  const body = token ? { token, password } : { request, code, password };
  return working(event.target, async () => {
    await call('POST', '/login/reset', { body });
    step('done');
    byId('reset-title').focus();
  });
});

byId('back').addEventListener('click', () => step('ask'));
byId('reveal').addEventListener('change', (event) => {
  for (const id of ['password', 'again']) byId(id).type = event.target.checked ? 'text' : 'password';
});
bindTypeSwitch(byId('type-switch'), document.documentElement, memory(() => localStorage));

if (token) {
  // The link works once; it need not stay in the address bar and the history.
  history.replaceState(null, '', location.pathname);
  show(byId('code-field'), false);
  show(byId('back'), false);
  step('set');
  say(byId('set-words'), '请设置登录密码。这个链接只能使用一次。');
}
