// Units a person may enter: order, search and description, without the page.

import { localTime } from './clock.js';
import { ROLES } from './challenge.js';

export const SEARCH_FROM = 8; // more units than this get a search box (手册 3.1.1; domain S1-3.1.1b)

const usedAt = (unit) => (unit.last_used_at ? Date.parse(unit.last_used_at) : 0);

// Last used first; those never used keep the order the server gave.
export function ordered(units) {
  return [...units].sort((one, other) => usedAt(other) - usedAt(one));
}

// Full-width letters and digits (typed with a Chinese keyboard) count as plain ones.
const folded = (text) => text.normalize('NFKC').toLowerCase().trim();

// Whether every word of the query is in the unit's name, one of its 单位编号 or its agencies.
export function answers(unit, query) {
  const relations = unit.relations ?? [];
  const texts = [unit.name, ...relations.flatMap((one) => [one.unit_no, one.agency])];
  const haystack = folded(texts.filter(Boolean).join('\n'));
  return folded(query).split(/\s+/).every((word) => haystack.includes(word));
}

// One 参保关系 in words: 险种 · 单位编号 · 参保机构.
export function relationWords(relation) {
  const number = relation.unit_no ? `单位编号 ${relation.unit_no}` : '';
  return [relation.insurance_name ?? relation.insurance, number, relation.agency].filter(Boolean).join(' · ');
}

export function unitWords(unit) {
  const last = localTime(unit.last_used_at);
  return {
    name: unit.name,
    role: ROLES[unit.role] ?? '',
    last: last ? `上次进入 ${last}` : '',
    relations: (unit.relations ?? []).map(relationWords),
  };
}

// 张三丰 -> 张**; what the server has masked already stays (domain §4.4).
export function maskedName(name) {
  if (!name || name.includes('*')) return name ?? '';
  const [first, ...rest] = Array.from(name);
  return first + '*'.repeat(Math.max(1, rest.length));
}

// A page of units out of a complete list, as GET /session/units would answer it.
export function pageOf(units, query) {
  return { items: ordered(units).filter((unit) => answers(unit, query)), next_cursor: null };
}
