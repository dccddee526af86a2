// Speaks HTTP: to the sandbox's control (who holds the phone) and, through it, to the product's API.

export class Refused extends Error {
  constructor(problem) {
    super(problem.title);
    this.problem = problem;
  }
}

const OUT_OF_REACH = {
  title: '网络不通,请稍后再试!', code: 'SANDBOX-0', detail: '沙箱没有回应', solutions: ['确认沙箱仍在运行'], actions: [],
};

async function ask(path, { body, token, revision, method } = {}) {
  const headers = { Accept: 'application/json' };
  if (revision !== undefined) headers['If-Match'] = `"${revision}"`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (token) headers.Authorization = `Bearer ${token}`;
  let answer;
  try {
    answer = await fetch(path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'), headers, body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refused(OUT_OF_REACH);
  }
  const text = await answer.text();
  let content = {};
  try {
    content = text ? JSON.parse(text) : {};
  } catch {
    content = {};
  }
  if (answer.ok) return content;
  throw new Refused({
    title: content.title || content.message || '请求没有成功!',
    code: content.code || `HTTP ${answer.status}`,
    detail: content.detail || '',
    solutions: content.solutions || [],
    actions: content.actions || [],
    ...content,
  });
}

const control = (path, body) => ask(`/_ctl/${path}`, { body });
const product = (path, body, token) => ask(`/phone/api/phone/${path}`, { body, token });

export async function personas() {
  return (await control('personas')).items;
}

// The same person on the same platform is the same account each time; the text is no secret.
export function openidOf(platform, person) {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (const sign of `${platform}|${person.id_type}|${person.id_no}`) {
    high = Math.imul(high ^ sign.codePointAt(0), 2654435761);
    low = Math.imul(low ^ sign.codePointAt(0), 1597334677);
  }
  const hex = (number) => (number >>> 0).toString(16).padStart(8, '0');
  return `oSandbox_${hex(high)}${hex(low)}`;
}

function card({ name, id_no, id_type, card_state }) {
  return control('ecard/people', { name, id_no, id_type, card_state });
}

export async function signIn(platform, person) {
  const { code } = await control(`${platform}/users`, { openid: openidOf(platform, person) });
  const account = await product('login', { platform, code });
  if (account.identity === 'bound') return account.token;
  const { security } = await card(person);
  const bound = await product('identity', { ecard: { security } }, account.token);
  return bound.token || account.token;
}

// What sandbox/ecard/platform.py puts into its QR codes.
export const isECards = (text) => /\/q\/[0-9a-f]{32}\s*$/i.test(text);

// Scans with the e-card app, which asks for nothing but yes.
export async function scanByECard(person, text) {
  const { essc_no } = await card(person);
  return control('ecard/scan', { qr_code: text, essc_no, confirm: true });
}

export const subscriptions = (token) => ask('/phone/api/subscriptions', { token });

export const answerPrompt = (openid, templateId, accept) =>
  control('wechat/subscribe', { openid, template_id: templateId, accept });

export const tellPrompt = (token, results) => ask('/phone/api/subscriptions', {
  token, body: { results, prompt_id: crypto.randomUUID() },
});

export const scan = (token, text) => product('scans', { text, scene: 1011, source: 'scanner' }, token);

export const approve = (token, { challenge_id: id, nonce, role }, unitId) =>
  product(`challenges/${encodeURIComponent(id)}/approve`, unitId ? { nonce, role, unit_id: unitId } : { nonce, role }, token);

export const deny = (token, { challenge_id: id, nonce }, reason) =>
  product(`challenges/${encodeURIComponent(id)}/deny`, { nonce, reason }, token);

export const requestGrant = (token, { challenge_id: id, nonce }, uscc, note) =>
  product(`challenges/${encodeURIComponent(id)}/request-grant`, note ? { nonce, uscc, note } : { nonce, uscc }, token);

export const ownRequests = (token) => ask('/phone/api/grant-requests', { token });

// Units of which the person is legal representative.
export async function ownUnits(token) {
  const { items } = await ask('/phone/api/session/units?limit=100', { token });
  return items.filter((unit) => unit.role === 'legal_rep');
}

// The phone's session becomes one for the unit; the answer's token takes the place of the old one.
export async function enterUnit(token, unitId) {
  return (await product('session', { role: 'legal_rep', unit_id: unitId }, token)).token;
}

export async function showCard(token, person) {
  const { security } = await card(person);
  await product('identity', { ecard: { security } }, token);
}

const ENDED = new Set(['requested', 'expired', 'revoked', 'denied', 'cancelled', 'lapsed']);

// What a legal rep has to do with: {requests, grants, relations} of the unit that was entered.
export async function grantsOfUnit(token) {
  const read = async (path) => (await ask(`/phone/api/${path}`, { token })).items;
  const all = await read('grants?limit=100');
  return {
    requests: await read('units/current/grant-requests?limit=100'),
    grants: all.filter(({ status }) => !ENDED.has(status)),
    relations: (await read('units/current/relations')).map(({ relation }) => relation),
  };
}

// verb: approve, deny, suspend, resume or revoke.
export const changeGrant = (token, { id, revision }, verb, body) => ask(
  `/phone/api/grants/${encodeURIComponent(id)}/${verb}`, { token, revision, body, method: 'POST' },
);

// What units let the person do, and what the person has asked for.
export async function ownGrants(token) {
  const { items: grants } = await ask('/phone/api/session/grants?limit=100', { token });
  return { grants, requests: (await ownRequests(token)).items };
}

export const askForGrant = (token, { uscc, note }) => ask('/phone/api/grant-requests', { token, body: note ? { uscc, note } : { uscc } });

export const renewGrant = (token, id) => ask(`/phone/api/session/grants/${encodeURIComponent(id)}/renewal`, { token, method: 'POST' });

export const withdrawRequest = (token, id) => ask(`/phone/api/grant-requests/${encodeURIComponent(id)}`, { token, method: 'DELETE' });
