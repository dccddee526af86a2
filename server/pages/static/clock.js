// Time as the server sees it, and how it is said to people.

// A clock that learns the server's time from Date headers. now: () => ms since 1970.
export function serverClock(now) {
  let skew = null;
  return {
    learn(header) {
      const told = header ? Date.parse(header) : NaN;
      // A Date header is cut to the second: half a second is the better guess.
      if (!Number.isNaN(told)) skew = told + 500 - now();
    },
    now: () => now() + (skew ?? 0),
    trusted: () => skew !== null,
  };
}

// Seconds left until expires_at, never negative. Without a trusted clock an absurd value (the
// computer's clock is wrong) is replaced by the life of a fresh code, counted from `issuedAt`.
export function secondsLeft(expiresAt, clock, issuedAt, lifeS = 120) {
  const left = (Date.parse(expiresAt) - clock.now()) / 1000;
  const fresh = lifeS - (clock.now() - issuedAt) / 1000;
  const absurd = Number.isNaN(left) || (!clock.trusted() && (left > 900 || left < fresh - lifeS));
  return Math.max(0, absurd ? fresh : left);
}

// 95 -> "1:35".
export function minutesAndSeconds(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

// An RFC 3339 time as "2025-03-01 09:30" in the zone of this computer; "" for none.
export function localTime(text) {
  const at = new Date(text ?? NaN);
  if (Number.isNaN(at.getTime())) return '';
  const two = (number) => String(number).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

export const timers = {
  // Calls `act` after `ms`; the answer cancels it.
  after(ms, act) {
    const id = setTimeout(act, ms);
    return () => clearTimeout(id);
  },
};
