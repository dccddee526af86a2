// Small pieces of the page: finding, making, switching screens, drawing a refusal.

export const $ = (id) => document.getElementById(id);

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export function show(screen) {
  for (const section of document.querySelectorAll('main > section')) section.hidden = section.id !== screen;
  $('back').hidden = screen === 'choose' || screen === 'done';
  document.body.dataset.screen = screen;
  window.scrollTo(0, 0);
  // Screen readers are told of the new page by the focus on its heading.
  document.querySelector(`#${screen} h1`).focus();
}

export function busy(text) {
  $('busy').textContent = text;
  document.body.setAttribute('aria-busy', text ? 'true' : 'false');
}

// A catalogue error: what happened, why, what to do; `onAction(rel)` runs its buttons.
export function refusal(problem, onAction) {
  const box = make('div', { class: 'refusal', role: 'alert', 'data-testid': 'error-box' });
  box.append(make('h2', { tabindex: '-1', 'data-testid': 'error-title' }, problem.title));
  if (problem.detail) box.append(make('p', { 'data-testid': 'error-detail' }, problem.detail));
  if (problem.solutions.length) {
    const list = make('ol', { 'data-testid': 'error-solutions' });
    list.append(...problem.solutions.map((text) => make('li', {}, text)));
    box.append(make('p', {}, '解决方案'), list);
  }
  box.append(make('p', { class: 'code', 'data-testid': 'error-code' }, problem.code));
  for (const action of problem.actions) {
    const button = make('button', { type: 'button', class: 'secondary', 'data-testid': `error-action-${action.rel}` }, action.title);
    button.addEventListener('click', () => onAction(action.rel));
    box.append(button);
  }
  return box;
}
