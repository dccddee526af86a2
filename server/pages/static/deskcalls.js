// The desk's calls that need a second try to be right.

const EXCHANGE_TRIES = 3;
const RETRY_MS = 1000;

// Changes the role of a challenge. Answers the challenge as it then stands: with the other role, or
// as the phone that was quicker left it. A stale revision is read again once.
export async function patchRole(call, challenge, role, again = true) {
  const path = `/login/challenges/${challenge.id}`;
  const headers = { 'If-Match': `"${challenge.revision}"` };
  try {
    return (await call('PATCH', path, { body: { role }, headers })).body;
  } catch (refused) {
    if (refused.status !== 409 || !again) throw refused;
    const { body } = await call('GET', path);
    // Scanned meanwhile: the role stays what the phone was shown.
    if (body.role === role || body.status !== 'pending') return body;
    return patchRole(call, body, role, false);
  }
}

// Exchanges an approved challenge for a session. The key is the same at every try: a lost answer is
// given again instead of a second session.
export async function exchange(call, timers, id, key, tries = EXCHANGE_TRIES) {
  try {
    const headers = { 'Idempotency-Key': key };
    return (await call('POST', `/login/challenges/${id}/exchange`, { body: {}, headers })).body;
  } catch (refused) {
    const passing = refused.status === 0 || refused.status >= 500;
    if (!passing || tries <= 1) throw refused;
    await new Promise((resolve) => { timers.after(RETRY_MS, resolve); });
    return exchange(call, timers, id, key, tries - 1);
  }
}
