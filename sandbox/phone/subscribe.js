// Message reminders 订阅消息: what the product would like to ask, the platform's prompt, the answer.

import * as api from './api.js';
import { $, make } from './dom.js';

const MOST = 3; // templates that a prompt takes
let offered = { token: '', platform: '', openid: '', items: [] };

// Shows the card when there is something to ask for; a product that cannot say asks for nothing.
export async function offer(token, platform, person) {
  hide();
  const listed = await api.subscriptions(token).catch(() => ({ items: [] }));
  const items = (listed.items ?? []).filter(({ ask }) => ask).slice(0, MOST);
  offered = { token, platform, openid: api.openidOf(platform, person), items };
  $('subscribe-open').hidden = false;
  $('subscribe').hidden = items.length === 0;
}

function hide() {
  $('subscribe').hidden = true;
  $('prompt').hidden = true;
  $('subscribe-note').textContent = '';
}

// The platforms prompt only upon a tap.
function openPrompt() {
  $('prompt-list').replaceChildren(...offered.items.map(({ template_id: id, title }) => {
    const box = make('input', { type: 'checkbox', value: id, 'data-testid': `prompt-${id}` });
    box.checked = true;
    return make('label', {}, box, make('span', {}, title));
  }));
  $('prompt').hidden = false;
  $('prompt-title').focus();
}

async function answer(accepting) {
  const { token, platform, openid, items } = offered;
  const wanted = new Set([...$('prompt-list').querySelectorAll('input:checked')].map(({ value }) => value));
  const results = Object.fromEntries(items.map(({ template_id: id }) => [id, accepting && wanted.has(id) ? 'accept' : 'reject']));
  $('prompt').hidden = true;
  try {
    // The platform knows first, and tells the product by its own event as well.
    if (platform === 'wechat') {
      for (const [id, said] of Object.entries(results)) await api.answerPrompt(openid, id, said === 'accept');
    }
    await api.tellPrompt(token, results);
    $('subscribe-note').textContent = accepting && wanted.size ? '已开启消息提醒。' : '没有开启,通知仍会放在“消息”里。';
    $('subscribe-open').hidden = true;
  } catch (refused) {
    $('subscribe-note').textContent = refused instanceof api.Refused ? refused.problem.title : String(refused);
  }
}

export function start() {
  $('subscribe-open').addEventListener('click', openPrompt);
  $('prompt-allow').addEventListener('click', () => answer(true));
  $('prompt-cancel').addEventListener('click', () => answer(false));
}
