// What the legal rep does to one grant: answer, pause, confirm, delete, appoint; each is asked first.

import { ask, askReason } from './asking.js';
import { byId } from './dom.js';
import { requestChoice } from './granteditor.js';
import { showRefusal } from './refusal.js';

const TERMS = '有效期、参保关系和业务都可以改。同意后办事员马上可以办理。';

export class GrantActs {
  // ports: {call, headers(grant), choices(grant), edit(grant), act(work, text, onRefused),
  // failed(place, refused, again), latest?(): beyond which one cannot give, here: this page's name at
  // the login page}
  constructor(ports) {
    Object.assign(this, ports);
  }

  post(grant, verb, body, text, onRefused) {
    const work = () => this.call('POST', `/grants/${grant.id}/${verb}`, { body, headers: this.headers(grant) });
    return this.act(work, text, onRefused);
  }

  async approve(grant) {
    let choice;
    try {
      choice = requestChoice(await this.choices(grant), this.latest?.());
    } catch (refused) {
      return this.failed('notice', refused, () => this.approve(grant));
    }
    const agreed = await ask({
      title: `同意${grant.clerk.name}为本单位办理业务`, text: `证件号码:${grant.clerk.id_no}。${TERMS}`,
      body: [choice.node], ok: '同意授权', check: () => choice.problem(),
    });
    if (!agreed) return undefined;
    const confirm = (refused) => this.confirmIdentity(grant, refused);
    return this.post(grant, 'approve', choice.terms(), '已同意。办事员正在登录的,电脑上的登录会继续。', confirm);
  }

  // The step needs a fresh scan: the login page asks for one and leads back to this answer.
  confirmIdentity(grant, { problem }) {
    if (problem?.code !== 'SB-3012') return false;
    const go = () => location.assign(`/login?${this.here}&answer=${encodeURIComponent(grant.id)}`);
    showRefusal(byId('notice'), problem, { 'confirm-identity': go });
    return true;
  }

  async deny(grant) {
    const said = await askReason({
      title: `拒绝${grant.clerk.name}的申请`, text: '原因会告诉申请人。', ok: '拒绝申请',
      reasons: ['不认识申请人', '不是本单位的办事员', '暂时不需要'], mute: '以后这个人再申请,不再提醒我(申请仍会显示在这里)',
    });
    return said ? this.post(grant, 'deny', said, '已拒绝。') : undefined;
  }

  async suspend(grant) {
    const said = await askReason({
      title: `暂停${grant.clerk.name}的授权`, text: '对方马上退出登录,暂停期间不能办理。随时可以恢复。', ok: '暂停授权',
      reasons: ['暂时不办理', '休假', '岗位调整'],
    });
    return said ? this.post(grant, 'suspend', { reason: said.reason }, '已暂停,办事员不能再办理。') : undefined;
  }

  async resume(grant) {
    const agreed = await ask({ title: `确认恢复${grant.clerk.name}的授权`, text: '恢复后,办事员可以按原来的范围和期限继续办理。', ok: '确认恢复' });
    return agreed ? this.post(grant, 'resume', undefined, '已恢复,办事员可以继续办理。') : undefined;
  }

  async revoke(grant) {
    const said = await askReason({
      title: `删除${grant.clerk.name}的授权`, text: '对方马上退出登录,不能再为本单位办理。以后要重新添加。', ok: '删除授权',
      reasons: ['人员离职', '岗位调整', '信息填写错误'],
    });
    return said ? this.post(grant, 'revoke', { reason: said.reason }, '已删除授权。') : undefined;
  }

  async manage(grant, manager, question, text) {
    if (!await ask(question)) return undefined;
    const work = () => this.call('PATCH', `/grants/${grant.id}`, { body: { manager }, headers: this.headers(grant) });
    return this.act(work, text);
  }

  appoint(grant) {
    return this.manage(grant, true, {
      title: `设${grant.clerk.name}为单位管理员`, ok: '设为单位管理员',
      text: '单位管理员可以在自己的授权范围内,审批其他办事员的申请。一个单位最多5名。',
    }, '已设为单位管理员。');
  }

  dismiss(grant) {
    return this.manage(grant, false, {
      title: `取消${grant.clerk.name}的单位管理员`, ok: '取消管理员', text: '取消后不能再审批申请,自己办理业务不受影响。',
    }, '已取消单位管理员。');
  }

  change(grant) {
    return this.edit(grant);
  }
}
