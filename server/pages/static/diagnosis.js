// What three registries make of what was typed: a row for each item, ✓ ✗ ? and words, never a value.

import { el } from './dom.js';

export const ITEMS = {
  uscc: '统一社会信用代码',
  name: '单位名称',
  legal_rep_name: '法人姓名',
  legal_rep_id_no: '法人证件号码',
};
const MARKS = {
  yes: '✓ 一致',
  no: '✗ 不一致',
  absent: '✗ 未查到',
  unknown: '? 未应答',
  none: '—',
};

// How one item stands with one source: a key of MARKS.
export function markOf(item, { result, mismatched }) {
  if (result === 'unavailable') return 'unknown';
  if (result === 'not_found') return item === 'uscc' ? 'absent' : 'none';
  return mismatched.includes(item) ? 'no' : 'yes';
}

// The rows of the table. sources: as POST /registrations answers them.
export function diagnosisRows(sources) {
  return Object.entries(ITEMS).map(([item, title]) => {
    const cells = sources.map((source) => {
      const mark = markOf(item, source);
      const tone = mark === 'absent' ? 'no' : mark;
      return el('td', { 'data-mark': tone, testid: `${item}-${source.source}`, text: MARKS[mark] });
    });
    return el('tr', {}, el('th', { scope: 'row', text: title }), ...cells);
  });
}

// The items that some registry knows otherwise.
export function wrongItems(sources) {
  return Object.keys(ITEMS).filter((item) => sources.some((source) => markOf(item, source) === 'no'));
}
