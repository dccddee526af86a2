// Asks in a dialog before a step: what will happen, for what reason, with a way back.

import { el, show } from './dom.js';
import { showRefusal } from './refusal.js';

let count = 0;

// Shows a question and waits. body: nodes between text and buttons; check(): a problem that keeps
// the dialog open, or null. Answers whether the person agreed; Escape is a no.
export function ask({ title, text, body = [], ok, check = () => null }) {
  count += 1;
  const id = `ask-${count}`;
  const refusal = el('div', {});
  const form = el(
    'form', { novalidate: true },
    el('h2', { id: `${id}-title`, testid: 'ask-title', text: title }),
    text ? el('p', { id: `${id}-text`, testid: 'ask-text', text }) : null,
    ...body, refusal,
    el('p', { class: 'acts' },
      el('button', { type: 'submit', testid: 'ask-yes', text: ok }),
      el('button', { type: 'button', class: 'quiet', testid: 'ask-no', text: '取消', on: { click: () => dialog.close() } })),
  );
  const dialog = el('dialog', {
    class: 'ask', testid: 'ask', 'aria-labelledby': `${id}-title`, 'aria-describedby': text ? `${id}-text` : null,
  }, form);
  let agreed = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const problem = check();
    showRefusal(refusal, problem, {});
    if (problem) return refusal.scrollIntoView({ block: 'nearest' });
    agreed = true;
    return dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(agreed);
    });
  });
}

const OTHER = '';
const NO_REASON = { title: '请填写原因!', detail: '原因会告诉办事员,也会留在授权记录里。', solutions: ['选择一个原因,或选“其他”后填写。'] };

// Asks with a reason: one of those given, or in one's own words. mute: text of a box to tick.
// Answers {reason, mute} or null.
export async function askReason({ title, text, reasons, ok, mute = null }) {
  const words = el('input', { type: 'text', maxlength: '100', autocomplete: 'off', testid: 'reason-text' });
  const own = el('p', {}, el('label', {}, '请填写原因 ', words));
  const choices = [...reasons, OTHER].map((reason, at) => el(
    'label', {},
    el('input', { type: 'radio', name: 'reason', value: reason, checked: at === 0, testid: reason ? 'reason' : 'reason-other' }),
    el('span', { text: reason || '其他' }),
  ));
  const list = el('fieldset', { class: 'reasons', testid: 'reasons' }, el('legend', { text: '原因' }), ...choices);
  const box = el('input', { type: 'checkbox', testid: 'mute' });
  show(own, false);
  list.addEventListener('change', ({ target }) => show(own, target.value === OTHER));
  const reason = () => list.querySelector('input:checked').value || words.value.trim();
  const agreed = await ask({
    title, text, ok, body: [list, own, mute ? el('p', {}, el('label', { class: 'check' }, box, ` ${mute}`)) : null].filter(Boolean),
    check: () => (reason() ? null : NO_REASON),
  });
  return agreed ? { reason: reason(), mute: box.checked } : null;
}
