// Lists that are drawn again while somebody is at work in them.

// Puts rows into a list. A row that reads as it did stays the row it was, so the keyboard keeps its
// place in it, and so does a dialog that will hand the keyboard back; in a row that changed, the
// keyboard stays on the button of the same kind. key: the data- attribute that tells rows apart.
export function redraw(list, rows, key) {
  const held = list.contains(document.activeElement) ? document.activeElement : null;
  const place = held?.closest(`[data-${key}]`)?.dataset[key];
  const before = new Map([...list.children].map((row) => [row.dataset[key], row]));
  const kept = rows.map((row) => {
    const old = before.get(row.dataset[key]);
    return old?.isEqualNode(row) ? old : row;
  });
  list.replaceChildren(...kept);
  if (!held) return;
  const same = (name, value) => `[data-${name}="${CSS.escape(value ?? '')}"]`;
  const next = list.contains(held) ? held : list.querySelector(`${same(key, place)} ${same('testid', held.dataset.testid)}`);
  next?.focus({ preventScroll: true });
}
