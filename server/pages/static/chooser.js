// The unit chooser 选择单位: a list to search, by mouse or by keyboard alone.

import { el, show } from './dom.js';
import { newestOnly } from './looking.js';
import { showRefusal } from './refusal.js';
import { SEARCH_FROM, unitWords } from './units.js';

const TYPING_MS = 250;

export class Chooser {
  // ports: {fetchPage(query, cursor) => {items, next_cursor}, choose(unit) => Promise, timers,
  // current: {unit_id, role}|null, acts}. The promise of `choose` rejects with a Refused.
  constructor(place, ports) {
    Object.assign(this, ports);
    this.search = el('input', {
      type: 'search', id: `${place.id}-search`, autocomplete: 'off', testid: 'unit-search',
      placeholder: '输入单位名称或单位编号查找',
      on: { input: () => this.typed(), keydown: (event) => this.fromSearch(event) },
    });
    this.searchRow = el('div', { class: 'search-row', hidden: true },
      el('label', { for: this.search.id, class: 'unseen', text: '查找单位' }), this.search);
    this.list = el('ul', { class: 'units', testid: 'unit-list', on: { keydown: (event) => this.move(event) } });
    this.count = el('p', { class: 'muted', role: 'status', testid: 'unit-count' });
    this.more = el('button', {
      type: 'button', class: 'quiet', hidden: true, text: '显示更多单位', testid: 'unit-more',
      on: { click: () => this.load(this.cursor) },
    });
    this.refusal = el('div');
    place.replaceChildren(this.searchRow, this.count, this.refusal, this.list, this.more);
    this.begin = newestOnly();
  }

  typed() {
    this.cancelTyping?.();
    this.cancelTyping = this.timers.after(TYPING_MS, () => this.load(null));
  }

  // Loads a page; cursor null: from the start, replacing what is listed.
  async load(cursor = null) {
    const counts = this.begin();
    const query = this.search.value;
    try {
      const page = await this.fetchPage(query, cursor);
      if (!counts()) return;
      showRefusal(this.refusal, null, {});
      this.fill(page, query, cursor !== null);
    } catch (refused) {
      if (counts()) showRefusal(this.refusal, refused.problem, this.acts);
    }
  }

  fill({ items, next_cursor: next }, query, keep) {
    const nodes = items.map((unit) => this.itemOf(unit));
    if (keep) this.list.append(...nodes);
    else this.list.replaceChildren(...nodes);
    const shown = this.list.children.length;
    this.cursor = next;
    show(this.more, next !== null);
    if (!query && (shown > SEARCH_FROM || next !== null)) show(this.searchRow, true);
    const found = query ? `找到 ${shown} 个单位` : `共 ${shown} 个单位`;
    const some = next === null ? found : `已显示 ${shown} 个单位`;
    this.count.textContent = shown ? some : '没有找到符合条件的单位';
    if (keep) nodes[0]?.firstChild.focus();
  }

  itemOf(unit) {
    const words = unitWords(unit);
    const here = this.current && this.current.unit_id === unit.id && this.current.role === unit.role;
    const button = el(
      'button',
      { type: 'button', class: 'unit', testid: 'unit', 'data-unit': unit.id, 'data-role': unit.role,
        'aria-current': here ? 'true' : null, on: { click: () => this.pick(unit, button) } },
      el('span', { class: 'unit-name', text: words.name }),
      el('span', { class: `badge ${unit.role}`, text: words.role }),
      here ? el('span', { class: 'badge here', text: '当前单位' }) : null,
      words.last ? el('span', { class: 'last', text: words.last }) : null,
      ...words.relations.map((text) => el('span', { class: 'relation', text })),
    );
    return el('li', {}, button);
  }

  async pick(unit, button) {
    if (this.picking) return;
    this.picking = true;
    button.setAttribute('aria-busy', 'true');
    showRefusal(this.refusal, null, {});
    try {
      await this.choose(unit);
    } catch (refused) {
      // A grant may have ended since the list was made: say why, and list what is left.
      await this.load(null);
      showRefusal(this.refusal, refused.problem, this.acts);
    } finally {
      this.picking = false;
      button.removeAttribute('aria-busy');
    }
  }

  focusFirst() {
    if (this.searchRow.hidden) this.list.querySelector('button')?.focus();
    else this.search.focus();
  }

  fromSearch(event) {
    const first = this.list.querySelector('button');
    if (event.key === 'ArrowDown' && first) {
      event.preventDefault();
      first.focus();
    }
    if (event.key === 'Enter' && this.list.children.length === 1) first.click();
  }

  move(event) {
    const buttons = Array.from(this.list.querySelectorAll('button'));
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to < 0 && !this.searchRow.hidden) this.search.focus();
    else buttons[Math.min(Math.max(to, 0), buttons.length - 1)]?.focus();
  }
}
