// What waits for the person on the home page: requests to answer, a grant that is about to end.

import { byId, el, show } from './dom.js';
import { day } from './grantview.js';
import { oneAtATime } from './looking.js';

const MOST = 20;

function line(text, href, title, testid) {
  return el('li', { testid }, el('span', { text }), ' ', el('a', { href, testid: `${testid}-go`, text: title }));
}

// The lines for a session. read(path): the body of a GET, or null where it is refused.
export async function linesFor(session, read) {
  const lines = [];
  const isRep = session.role === 'legal_rep';
  const own = isRep ? null : await read('/session/grants?limit=100');
  const here = (own?.items ?? []).find(({ unit }) => unit.id === session.unit.id);
  const requests = isRep || here?.manager ? await read(`/units/current/grant-requests?limit=${MOST}`) : null;
  const count = requests?.items.length ?? 0;
  if (count) {
    const many = requests.next_cursor ? `${count} 份以上` : `${count} 份`;
    lines.push([`有 ${many}授权申请等您审批。`, isRep ? '/grants' : '/my-grants', '去审批', 'to-answer']);
  }
  if (isRep) {
    const paused = await read('/grants?status=suspended&suspension=rep_changed&limit=1');
    if (paused?.items.length) lines.push(['法定代表人变更后,有办事员的授权等您逐个确认。', '/grants', '去确认', 'to-confirm']);
  } else {
    for (const grant of own?.items ?? []) {
      if (!grant.renewable) continue;
      const ended = grant.status === 'expired';
      lines.push([`${grant.unit.name}给您的授权${ended ? '已到期' : `将于 ${day(grant.valid_to)} 到期`}。`, '/my-grants', '申请续期', 'to-renew']);
    }
  }
  return lines;
}

export class ToDo {
  // ports: {call}
  constructor(ports) {
    Object.assign(this, ports);
    this.again = oneAtATime(() => this.look());
  }

  refresh(session) {
    this.session = session;
    return this.again();
  }

  async look() {
    const { session } = this;
    if (!session?.unit || session.role === 'officer') return this.hide();
    // A line less is better than a home page that does not open.
    const read = (path) => this.call('GET', path).then(({ body }) => body, () => null);
    const lines = await linesFor(session, read);
    byId('home-to-do-list').replaceChildren(...lines.map((each) => line(...each)));
    return show(byId('home-to-do'), lines.length > 0);
  }

  hide() {
    show(byId('home-to-do'), false);
  }
}
