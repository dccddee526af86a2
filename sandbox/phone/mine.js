// One's own grants and requests on the phone: what units let one do, asking, taking back, more time.

import { day, outcome } from './answers.js';
import { $, make } from './dom.js';
import { itemWords, relationWords } from './scope.js';

function act(testid, text, what) {
  const button = make('button', { type: 'button', class: 'secondary', 'data-testid': testid }, text);
  button.addEventListener('click', what);
  return button;
}

function grantCard(grant, on) {
  const lines = grant.relations.map((each) => make('span', {}, `${relationWords(each)}:${itemWords(each.items)}`));
  return make(
    'li', { class: 'card plain', 'data-testid': 'mine-grant' },
    make('b', {}, grant.unit.name), make('span', { 'data-testid': 'mine-label' }, grant.label), ...lines,
    make('span', {}, `有效期至:${day(grant.valid_to)}`),
    ...(grant.asked ? [make('span', { 'data-testid': 'mine-asked' }, '已提交申请,等法人答复。')] : []),
    ...(grant.renewable ? [act('mine-renew', '申请续期', () => on.renew(grant))] : []),
  );
}

function requestCard(request, on) {
  const open = request.status === 'requested';
  return make(
    'li', { class: 'card plain', 'data-testid': 'mine-request' },
    make('b', {}, request.unit), make('span', {}, request.label),
    make('span', { 'data-testid': 'mine-outcome' }, open ? `等法人答复,${day(request.answer_by)}前有效。` : outcome(request).text),
    ...(open ? [act('mine-withdraw', '撤回申请', () => on.withdraw(request))] : []),
  );
}

// on: {renew(grant), withdraw(request)}.
export function draw({ grants, requests }, on) {
  $('mine-empty').hidden = grants.length > 0;
  $('mine-grants').replaceChildren(...grants.map((each) => grantCard(each, on)));
  $('mine-requests-title').hidden = requests.length === 0;
  $('mine-requests').replaceChildren(...requests.map((each) => requestCard(each, on)));
}
