// One's own account: personal data, password, consent, export, closing.

import { caller, Refused } from './api.js';
import { localTime } from './clock.js';
import { byId, el, say, show } from './dom.js';
import { drawMenus } from './menus.js';
import { fault, wordOf } from './newpassword.js';
import { bindTypeSwitch, memory } from './preferences.js';
import { showRefusal } from './refusal.js';

const call = caller((...args) => fetch(...args));
const WAYS = { phone: '手机号码', email: '邮箱' };
const acts = {
  'sign-in': () => { location.href = '/login'; },
  'use-qr': () => { location.href = '/login'; },
  'confirm-identity': () => { location.href = '/login'; },
  'reset-password': () => { location.href = '/login/reset'; },
  'read-privacy-notice': () => byId('consent-title').focus(),
  refresh: () => location.reload(),
  retry: () => refuse(null),
  'correct-input': () => refuse(null),
};
let session = null;
let me = null;
let way = 'phone';
let request = null;

function refuse(problem) {
  showRefusal(byId('refusal'), problem, acts);
  if (problem) byId('refusal').scrollIntoView({ block: 'center' });
}

const tell = (words) => say(byId('told'), words);
const headers = () => ({ 'X-CSRF-Token': session.csrf_token });

// Does one thing the person asked for, then shows how things stand.
async function act(work, words = '') {
  refuse(null);
  tell('');
  try {
    await work();
    if (session) await load();
    tell(words);
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    refuse(refused.problem);
  }
}

const send = (method, path, body) => call(method, path, { body, headers: headers() });

function draw() {
  say(byId('name'), me.name);
  say(byId('id-no'), me.id_no_masked);
  say(byId('phone'), me.phone_masked ?? '未绑定');
  say(byId('email'), me.email ?? '未绑定');
  const { password, consent, export: copy, closing } = me;
  say(byId('password-state'), password
    ? `上次设置:${localTime(password.changed_at)},有效期至 ${localTime(password.expires_at)}。`
    : '还没有设置密码。设置后,除了扫码,还可以用账号和密码登录。');
  show(byId('old-field'), Boolean(password));
  say(byId('consent-state'), consent
    ? `您已于 ${localTime(consent.given_at)} 同意(版本 ${consent.version})。撤回后,绑定的手机和邮箱会被删除。`
    : '您还没有同意现行的隐私保护指引。同意后才能绑定手机和邮箱;不同意也可以扫码登录和办理业务。');
  show(byId('consent-form'), !consent);
  show(byId('withdraw-row'), Boolean(consent));
  const ready = copy?.status === 'ready';
  say(byId('export-state'), exportWords(copy, ready));
  show(byId('export-ask'), !copy);
  show(byId('export-take'), ready);
  say(byId('closing-state'), closing
    ? `您已申请注销,将于 ${localTime(closing.due_at)} 完成。在此之前可以撤销。`
    : '注销有15天冷静期,期间可以撤销。注销后,您的姓名、证件号码、手机、邮箱和密码会被删除;依法必须保存的申报和授权记录除外。');
  show(byId('closing-ask'), !closing);
  show(byId('closing-cancel'), Boolean(closing));
}

function exportWords(copy, ready) {
  if (!copy) return '可以导出一份本平台保存的您的个人信息(zip 文件)。准备需要一点时间,好了会通知您。';
  return ready ? `已经准备好,请在 ${localTime(copy.expires_at)} 之前下载,只能下载一次。` : '正在准备,请稍后刷新本页查看。';
}

async function load() {
  ({ body: me } = await call('GET', '/me'));
  draw();
  show(byId('account'), true);
}

// Asks once more before something that cannot easily be undone.
function sure(words) {
  say(byId('sure-words'), words);
  const dialog = byId('sure');
  dialog.showModal();
  return new Promise((answer) => {
    byId('sure-yes').onclick = () => { answer(true); dialog.close(); };
    byId('sure-no').onclick = () => dialog.close();
    dialog.onclose = () => answer(false);
  });
}

function changeContact(chosen) {
  [way, request] = [chosen, null];
  say(byId('address-label'), `新${WAYS[way]}`);
  byId('address').value = '';
  byId('contact-code').value = '';
  show(byId('contact'), true);
  byId('address').focus();
}

for (const button of document.querySelectorAll('[data-way]')) {
  button.addEventListener('click', () => changeContact(button.dataset.way));
}
byId('send').addEventListener('click', () => act(async () => {
  const { body } = await send('POST', '/me/contact', { way, address: byId('address').value.trim() });
  request = body.request;
  byId('contact-code').focus();
}, '验证码已发出,10分钟内有效。'));
byId('contact').addEventListener('submit', (event) => {
  event.preventDefault();
  const code = byId('contact-code').value.trim();
  if (!request) return refuse(wordOf('请先获取验证码。'));
  if (!/^\d{6}$/.test(code)) return refuse(wordOf('请输入6位数字验证码。'));
  return act(async () => {
    await send('PUT', '/me/contact', { request, code });
    show(byId('contact'), false);
  }, `新的${WAYS[way]}已绑定。`);
});
byId('password-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const [old, password] = [byId('old').value, byId('password').value];
  const wrong = fault(password, byId('again').value);
  if (wrong) return refuse(wordOf(wrong));
  return act(async () => {
    await send('POST', '/me/password', old ? { password, old } : { password });
    session = null;
    location.href = '/login?way=password&set=1';
  });
});
byId('consent-form').addEventListener('submit', (event) => {
  event.preventDefault();
  if (!byId('read').checked) return refuse(wordOf('请先阅读隐私保护指引,并勾选同意。'));
  return act(() => send('POST', '/me/consent', { version: me.notice_version }), '已记录您的同意。');
});
byId('withdraw').addEventListener('click', async () => {
  if (await sure('撤回同意后,绑定的手机和邮箱会立即删除,将不能用验证码找回密码。')) {
    await act(() => send('DELETE', '/me/consent'), '同意已撤回。');
  }
});
byId('export-ask').addEventListener('click', () => act(() => send('POST', '/me/export'), '已申请导出。'));
byId('export-take').addEventListener('click', () => act(async () => {
  const path = '/api/v1/me/export/archive';
  const answer = await fetch(path, { method: 'POST', headers: headers(), credentials: 'same-origin' });
  if (answer.status !== 200) throw new Refused(answer.status, await answer.json());
  const link = el('a', { href: URL.createObjectURL(await answer.blob()), download: 'zhangban-export.zip' });
  link.click();
  URL.revokeObjectURL(link.href);
}, '已下载。'));
byId('closing-ask').addEventListener('click', async () => {
  if (await sure('申请后有15天冷静期。到期后您的账号和个人信息将被删除,不能恢复。')) {
    await act(() => send('DELETE', '/me'), '已收到注销申请。');
  }
});
byId('closing-cancel').addEventListener('click', () => act(() => send('DELETE', '/me/closing'), '注销申请已撤销。'));

bindTypeSwitch(byId('type-switch'), document.documentElement, memory(() => localStorage));
act(async () => {
  ({ body: session } = await call('GET', '/session'));
  drawMenus(session.menus, 'account');
});
