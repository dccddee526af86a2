// The ways through granting: asking from a failed scan and from one's own page, answering, ending.

import * as answers from './answers.js';
import * as api from './api.js';
import { $, show } from './dom.js';
import * as mine from './mine.js';

// ports: {phone, during(text, work, onRefused), done(title, text), fail, failIn(id)}
export function start({ phone, during, done, fail, failIn }) {
  function requestGrant(event) {
    event.preventDefault();
    const asked = { uscc: $('grant-uscc').value.trim().toUpperCase(), note: $('grant-note').value.trim() };
    return during('正在提交…', async () => {
      if (!phone.login) {
        await api.askForGrant(phone.token, asked);
        return openMine();
      }
      const request = await api.requestGrant(phone.token, phone.login, asked.uscc, asked.note);
      $('waiting-approve').hidden = true;
      $('waiting-error').replaceChildren();
      $('waiting-text').textContent = `已向${request.unit}的法人提交申请。请不要关闭电脑上的页面,法人同意后登录会继续。`;
      show('waiting');
      watchAnswer(request.id);
      return undefined;
    }, failIn('grant-error'));
  }

  async function watchAnswer(id) {
    const answered = await answers.waitFor(phone.token, id).catch(() => null);
    if (!answered) return;
    const { enters, text } = answers.outcome(answered);
    $('waiting-approve').hidden = !enters;
    $('waiting-text').textContent = text;
  }

  function approveAfterGrant() {
    return during('正在确认…', async () => {
      await api.approve(phone.token, { ...phone.login, role: 'clerk' }, '');
      done('已确认登录', '请看电脑屏幕,页面会自动进入。');
    }, failIn('waiting-error'));
  }

  function openAnswers() {
    $('answer-error').replaceChildren();
    return during('正在查询…', async () => {
      const units = await api.ownUnits(phone.token);
      if (units.length === 1) await listUnit(units[0]);
      else answers.drawUnits(units, (unit) => during('正在查询…', () => listUnit(unit), failIn('answer-error')));
      show('answers');
    }, fail);
  }

  async function listUnit(unit) {
    phone.token = await api.enterUnit(phone.token, unit.id);
    answers.drawUnit(await api.grantsOfUnit(phone.token), {
      approve: (request, terms) => answer(request, 'approve', terms, '已同意授权', '办事员正在登录的,电脑上的登录会继续。'),
      deny: (request, body) => answer(request, 'deny', body, '已拒绝', '系统会把原因告诉申请人。'),
      change: (grant, verb, body) => answer(grant, verb, body, ENDED[verb], '系统会通知办事员。'),
    });
  }

  const ENDED = { revoke: '已删除授权', suspend: '已暂停授权', resume: '已恢复授权' };

  function answer(grant, verb, body, title, text) {
    return during('正在提交…', async () => {
      try {
        await api.changeGrant(phone.token, grant, verb, body);
      } catch (failure) {
        // The step is important: the e-card is shown once more, then it is taken.
        if (failure.problem?.code !== 'SB-3012') throw failure;
        await api.showCard(phone.token, phone.person);
        await api.changeGrant(phone.token, grant, verb, body);
      }
      done(title, text);
    }, failIn('answer-error'));
  }

  async function openMine() {
    $('mine-error').replaceChildren();
    mine.draw(await api.ownGrants(phone.token), {
      renew: (grant) => change(() => api.renewGrant(phone.token, grant.id)),
      withdraw: (request) => change(() => api.withdrawRequest(phone.token, request.id)),
    });
    show('mine');
  }

  function change(work) {
    return during('正在提交…', async () => {
      await work();
      await openMine();
    }, failIn('mine-error'));
  }

  // Asking without a scan: no desk waits for the answer.
  function askAnew() {
    phone.login = null;
    $('grant-error').replaceChildren();
    $('grant-form').reset();
    show('grant');
  }

  $('grant-form').addEventListener('submit', requestGrant);
  $('waiting-approve').addEventListener('click', approveAfterGrant);
  $('answer-open').addEventListener('click', openAnswers);
  $('mine-open').addEventListener('click', () => during('正在查询…', openMine, fail));
  $('mine-ask').addEventListener('click', askAnew);
}
