// The menu in the bar: what the server says this role may open (手册 3.1.1 注).

import { byId, el, show } from './dom.js';

// Menu entries that lead somewhere on this site; those without a page are not shown.
export const openMenus = (menus) => (menus ?? []).filter(({ url }) => /^\/(?!\/)/.test(url ?? ''));

// current: the key of the page that is shown, if it is one of the menu's.
export function drawMenus(menus, current = null) {
  const links = openMenus(menus).map(({ key, title, url }) => el('a', {
    href: url, testid: `menu-${key}`, text: title, 'aria-current': key === current ? 'page' : null,
  }));
  byId('menus').replaceChildren(...links);
  show(byId('menus'), links.length > 0);
}

// The entry that leads to the messages, null where there is none.
export const inboxLink = () => byId('menus').querySelector('[data-testid="menu-inbox"]');
