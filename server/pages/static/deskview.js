// The login desk on the page: draws what desk.js knows, and hands back what the person does.

import { CAPTIONS, countdownWords, isOpen, statusWords } from './challenge.js';
import { minutesAndSeconds, timers } from './clock.js';
import { byId, say, show } from './dom.js';
import { framePlayer, fullyShown, pathOf, unpacked, viewBoxOf } from './qr.js';
import { showRefusal } from './refusal.js';

const CLAIMED = new Set(['scanned', 'grant_wait', 'approved']);
const COVERS = {
  loading: () => '正在生成二维码…',
  paused: () => '页面在后台,二维码已暂停',
  scanned: ({ challenge: { status, scanned_by: who } }) => {
    if (status === 'grant_wait') return '等待法人授权';
    return status === 'approved' ? '正在进入…' : `${who ?? '手机'}已扫码`;
  },
  refresh: ({ challenge, problem }) => {
    if (challenge?.status === 'expired') return '二维码已过期';
    if (challenge?.status === 'denied') return challenge.refusal ? '登录未完成' : '登录已拒绝';
    return problem && !challenge ? '暂时无法获取二维码' : '二维码已失效';
  },
};

export class DeskView {
  constructor() {
    this.player = framePlayer(timers, (frame) => this.drawFrame(frame));
    this.node = byId('desk');
    this.seen = () => {}; // told the text of every frame drawn
  }

  // Ties the page's controls to the desk. desk: desk.js.
  bind(desk) {
    this.desk = desk;
    const start = () => desk.start();
    this.acts = {
      refresh: start, retry: start, 'scan-again': start, 'sign-in': start, 'use-qr': start,
      register: async () => { location.href = await desk.placeToRegister(); },
      'use-clerk-role': () => desk.start('clerk'),
      'use-legal-rep-role': () => desk.start('legal_rep'),
    };
    byId('refresh').addEventListener('click', start);
    byId('not-me').addEventListener('click', () => desk.refuseScanner());
    byId('roles').addEventListener('change', (event) => desk.switchRole(event.target.value));
    byId('channels')?.addEventListener('change', (event) => desk.start(undefined, event.target.value));
    byId('pair').addEventListener('submit', (event) => {
      event.preventDefault();
      const code = byId('pair-code').value.trim();
      if (/^\d{2}$/.test(code)) desk.pair(code);
      else say(byId('pair-message'), '请输入两位数字。');
    });
    const look = () => this.measure();
    addEventListener('resize', look);
    addEventListener('scroll', look, { passive: true });
    setInterval(() => this.tick(), 1000);
  }

  draw(state) {
    const { challenge, cover, problem, role, busy, trouble } = state;
    this.state = state;
    this.node.dataset.status = challenge?.status ?? (problem ? 'failed' : 'loading');
    say(byId('caption'), challenge?.caption ?? CAPTIONS[role]);
    say(byId('status'), challenge || !problem ? statusWords(challenge) : '');
    show(byId('trouble'), trouble);
    this.drawCover(state);
    this.drawSwitches(state);
    this.drawPair(state);
    const claimed = challenge && CLAIMED.has(challenge.status) && challenge.status !== 'approved';
    show(byId('not-me'), Boolean(claimed));
    say(byId('not-me'), challenge?.status === 'grant_wait' ? '取消等待,重新获取' : '不是我,重新获取');
    byId('not-me').disabled = busy;
    showRefusal(byId('desk-refusal'), problem, this.acts);
    byId('qr').setAttribute('aria-busy', String(cover === 'loading'));
    this.tick();
    requestAnimationFrame(() => this.measure());
  }

  drawCover(state) {
    const { cover } = state;
    const refresh = byId('refresh');
    const hadFocus = document.activeElement === refresh;
    show(byId('qr-cover'), cover !== null);
    byId('qr').dataset.cover = cover ?? '';
    show(refresh, cover === 'refresh');
    if (cover) say(byId('cover-text'), COVERS[cover](state));
    // A focused button that disappears would drop the keyboard back to the top of the page.
    if (hadFocus && cover !== 'refresh') byId('caption').focus();
  }

  drawSwitches({ challenge, role, channel }) {
    // Not while busy: a disabled radio would lose the keyboard's focus at every switch.
    const fixed = Boolean(challenge && CLAIMED.has(challenge.status));
    byId('roles').disabled = fixed;
    for (const input of byId('roles').querySelectorAll('input')) input.checked = input.value === role;
    const channels = byId('channels');
    if (!channels) return;
    channels.disabled = fixed;
    const chosen = challenge?.channel ?? channel;
    for (const input of channels.querySelectorAll('input')) {
      input.checked = chosen ? input.value === chosen : input.defaultChecked;
    }
  }

  drawPair({ challenge, busy, pairMessage }) {
    const form = byId('pair');
    const owed = challenge?.status === 'scanned' && Boolean(challenge.pair_required);
    const opening = owed && form.hidden;
    show(form, owed);
    byId('pair-submit').disabled = busy;
    say(byId('pair-message'), pairMessage);
    if (opening || (owed && pairMessage && !busy)) {
      byId('pair-code').value = '';
      byId('pair-code').focus();
    }
  }

  frames(frames) {
    this.player.play(frames);
  }

  drawFrame({ bits, size, frame, url }) {
    const svg = byId('qr-svg');
    svg.setAttribute('viewBox', viewBoxOf(size));
    byId('qr-path').setAttribute('d', pathOf(unpacked(bits), size));
    svg.dataset.frame = frame;
    this.seen(url);
    svg.removeAttribute('hidden');
    show(byId('qr-picture'), false);
  }

  image(url) {
    this.player.stop();
    const picture = byId('qr-picture');
    picture.src = url;
    show(picture, true);
    byId('qr-svg').setAttribute('hidden', '');
  }

  mode(name) {
    this.node.dataset.live = name;
  }

  stop() {
    this.player.stop();
  }

  tick() {
    const { challenge, cover } = this.state ?? {};
    const counting = challenge && challenge.status !== 'approved' && isOpen(challenge.status) && cover !== 'paused';
    show(byId('countdown'), Boolean(counting));
    if (!counting) return;
    say(byId('countdown-words'), countdownWords(challenge.status));
    say(byId('seconds-left'), minutesAndSeconds(this.desk.secondsLeft()));
  }

  measure() {
    if (this.node.hidden) return;
    const viewport = { width: innerWidth, height: innerHeight };
    const cropped = this.state?.cover === null && !fullyShown(byId('qr').getBoundingClientRect(), viewport);
    show(byId('cropped'), cropped);
  }
}
