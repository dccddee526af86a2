// A login challenge as the page knows it: how news is merged, and how a state is said in words.

export const CAPTIONS = { legal_rep: '法人扫码登录', clerk: '办事员扫码登录' };
export const ROLES = { legal_rep: '法人', clerk: '办事员', officer: '经办机构人员' };
const OPEN = new Set(['pending', 'scanned', 'grant_wait', 'approved']);
const TRANSIENT = { scanned_by: null, pair_required: false, reason: null, refusal: null };

export const isOpen = (status) => OPEN.has(status);

// The challenge after a piece of news. News older than what is known is ignored (a long-poll may
// answer after the stream did), and the end of a stream only repeats the state; a field that other
// news leaves out is no longer so.
export function merged(challenge, news) {
  if (news.revision !== undefined && news.revision < challenge.revision) return challenge;
  if (news.revision === undefined && news.status === challenge.status) return challenge;
  return { ...challenge, ...TRANSIENT, ...news };
}

const DENIED = {
  not_me: '手机端选择了“不是我操作”,本次登录已拒绝。',
  pairing: '配对数字多次输入错误,本次登录已拒绝。',
};

function scannedWords({ scanned_by: who, pair_required: pairing }) {
  const scanned = `${who ?? '手机'}已扫码。`;
  return pairing
    ? `${scanned}请输入手机上显示的两位数字。`
    : `${scanned}请在手机上核对身份和单位后确认登录。`;
}

const WORDS = {
  pending: ({ channel }) =>
    channel === 'ecard' ? '请用电子社保卡中的“扫一扫”扫码' : '请用微信、支付宝或电子社保卡扫码',
  scanned: scannedWords,
  grant_wait: () => '已向法人发送授权申请,请等待法人在手机上同意。请勿关闭本页,同意后将继续登录。',
  approved: () => '手机已确认,正在进入,请稍候…',
  exchanged: () => '该二维码已完成登录。',
  // With a refusal nobody said no: the catalogue entry beside it tells why.
  denied: ({ reason, refusal }) =>
    refusal ? '本次登录没有完成,原因见下方提示。' : DENIED[reason] ?? '您已在手机上拒绝本次登录。',
  cancelled: () => '本次登录已取消,或已在其他页面重新获取二维码。',
  expired: () => '二维码已过期,请刷新!',
};

// What the live region says for a challenge (null: none yet).
export function statusWords(challenge) {
  if (!challenge) return '正在生成二维码…';
  // A state this page does not know yet must not freeze it: the person can always start anew.
  return (WORDS[challenge.status] ?? (() => '登录状态已变化,请重新获取二维码。'))(challenge);
}

const COUNTDOWNS = { scanned: '请在手机上确认,还剩', grant_wait: '等待授权,还剩' };

// What the time left is for.
export const countdownWords = (status) => COUNTDOWNS[status] ?? '二维码有效期还剩';

// Whether a device that reads this page is itself a phone. hint: navigator.userAgentData?.mobile.
export function isPhone(userAgent, hint) {
  return hint ?? /Mobi|Android|iPhone|iPod|HarmonyOS|MicroMessenger/i.test(userAgent);
}
