// The way through the phone: choose a person, sign in, scan, decide.

import * as answers from './answers.js';
import * as api from './api.js';
import * as camera from './camera.js';
import * as choose from './choose.js';
import * as confirm from './confirm.js';
import { $, busy, refusal, show } from './dom.js';
import * as granting from './granting.js';
import * as pocket from './pocket.js';
import * as subscribe from './subscribe.js';

const asked = new URLSearchParams(window.location.search);
const phone = { token: '', person: null, login: null, working: false };
const FRESH_MS = 8000; // a code's text can be used for ten seconds

// One request at a time: a double tap must not send twice.
async function during(text, work, onRefused) {
  if (phone.working) return;
  phone.working = true;
  busy(text);
  try {
    await work();
  } catch (failure) {
    if (!(failure instanceof api.Refused)) throw failure;
    onRefused(failure.problem);
  } finally {
    phone.working = false;
    busy('');
  }
}

function fail(problem) {
  $('failed-error').replaceChildren(refusal(problem, (rel) => act(rel, problem)));
  $('failed-home').hidden = !phone.token;
  show('failed');
}

function failIn(id) {
  return (problem) => {
    $(id).replaceChildren(refusal(problem, (rel) => act(rel, problem)));
    $(id).querySelector('h2').focus();
  };
}

function act(rel, problem) {
  if (rel === 'request-grant' && problem.challenge_id) {
    phone.login = { challenge_id: problem.challenge_id, nonce: problem.nonce };
    $('grant-error').replaceChildren();
    show('grant');
  } else if (rel === 'register') {
    done('请在电脑上注册', '电脑页面上点“去注册”,您的姓名和证件号码会自动带入,不用再填。');
  } else if (phone.token) {
    show('home');
  } else {
    show('choose');
  }
}

function done(title, text) {
  $('done-title').textContent = title;
  $('done-text').textContent = text;
  show('done');
}

function enter(person) {
  phone.token = '';
  return during('正在进入小程序…', async () => {
    phone.token = await api.signIn(choose.platform(), person);
    phone.person = person;
    $('person-name').textContent = person.name;
    $('person-note').textContent = [person.note, choose.maskedNo(person.id_no)].filter(Boolean).join(' · ');
    show('home');
    subscribe.offer(phone.token, choose.platform(), person);
  }, fail);
}

function scan(text) {
  camera.stop();
  return during('正在识别二维码…', async () => {
    if (api.isECards(text)) {
      const { state } = await api.scanByECard(phone.person, text.trim());
      if (state === 'CONFIRMED') done('已用电子社保卡扫码并确认', '请看电脑屏幕,页面会自动进入。');
      else done('二维码已失效', '请在电脑上刷新二维码后再扫。');
      return;
    }
    phone.login = await api.scan(phone.token, text.trim());
    confirm.draw(phone.login);
    show('confirm');
  }, fail);
}

function approve() {
  return during('正在确认…', async () => {
    await api.approve(phone.token, phone.login, confirm.chosenUnit(phone.login));
    done('已确认登录', '请看电脑屏幕,页面会自动进入。');
  }, failIn('confirm-error'));
}

function deny(reason) {
  return during('正在提交…', async () => {
    await api.deny(phone.token, phone.login, reason);
    if (reason === 'not_me') done('已拒绝,谢谢提醒', '电脑上的登录已终止。如果不是您本人操作,请不要再扫描陌生人发来的二维码。');
    else done('已拒绝', '电脑上的登录已终止。');
  }, failIn('confirm-error'));
}

async function openCamera() {
  if (!camera.canRead() || !navigator.mediaDevices) {
    $('camera-note').textContent = '此浏览器不能用相机识别二维码,请粘贴二维码下方的网址。';
    $('scan-text').focus();
    return;
  }
  $('camera-note').textContent = '请对准电脑上的二维码';
  try {
    const text = await camera.watch();
    $('camera-note').textContent = '';
    if (text) await scan(text);
  } catch {
    camera.stop();
    $('camera-note').textContent = '无法打开相机,请粘贴二维码下方的网址。';
  }
}

async function openPicture(event) {
  const [file] = event.target.files;
  if (!file) return;
  const text = await camera.readPicture(file).catch(() => '');
  if (text) await scan(text);
  else $('camera-note').textContent = '图片中没有找到二维码。';
}

function leave(to) {
  camera.stop();
  answers.stopWaiting();
  if (to === 'choose') phone.token = '';
  show(to);
}

async function begin() {
  choose.start(followed);
  subscribe.start();
  confirm.start({ onApprove: approve, onDeny: deny });
  $('scan-camera').addEventListener('click', openCamera);
  $('scan-picture').addEventListener('change', openPicture);
  $('picture-row').hidden = !camera.canRead();
  $('paste-form').addEventListener('submit', (event) => { event.preventDefault(); scan($('scan-text').value); });
  granting.start({ phone, during, done, fail, failIn });
  $('failed-home').addEventListener('click', () => leave('home'));
  $('back').addEventListener('click', () => leave(document.body.dataset.screen === 'home' || !phone.token ? 'choose' : 'home'));
  for (const button of document.querySelectorAll('[data-go]')) button.addEventListener('click', () => leave(button.dataset.go));
  const last = asked.has('text') ? pocket.owner() : {};
  if (asked.has('text')) pocket.takePlace();
  choose.choosePlatform(asked.get('platform') ?? last.platform);
  $('scan-text').value = asked.get('text') || '';
  let personas = [];
  await during('', async () => { personas = await api.personas(); }, fail);
  choose.listPersonas(personas, followed);
  const wanted = personas.find((person) => person.key === (asked.get('persona') ?? last.key));
  if (wanted) await followed(wanted);
  document.body.dataset.ready = 'true';
}

// A link may bring the QR's text along: it is opened once, as soon as somebody is signed in.
async function followed(person) {
  await enter(person);
  if (phone.token && person.key) pocket.remember(person.key, choose.platform());
  const text = asked.get('text');
  asked.delete('text');
  if (!text || !phone.token) return;
  if (performance.now() < FRESH_MS) await scan(text);
  else $('camera-note').textContent = '刚才的二维码已更换,请回到电脑页面再点一次“用模拟手机扫码”。';
}

begin();
