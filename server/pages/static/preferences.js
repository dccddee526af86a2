// What this browser remembers between visits: large type 大字版, and the role last signed in with.

const TYPE = 'zhangban.type';
const ROLE = 'zhangban.role';

// localStorage, or nothing where the browser forbids it. open: () => localStorage.
export function memory(open) {
  const tried = (act) => {
    try {
      return act();
    } catch {
      return null;
    }
  };
  return {
    get: (key) => tried(() => open().getItem(key)),
    set: (key, value) => tried(() => open().setItem(key, value)),
  };
}

export function rememberedRole(kept, search) {
  const asked = new URLSearchParams(search).get('role') ?? kept.get(ROLE);
  return asked === 'clerk' ? 'clerk' : 'legal_rep';
}

export const rememberRole = (kept, role) => kept.set(ROLE, role);

// Ties the large-type switch. root: <html>, told by data-type.
export function bindTypeSwitch(button, root, kept) {
  const apply = (large) => {
    root.dataset.type = large ? 'large' : 'standard';
    button.setAttribute('aria-pressed', String(large));
  };
  apply(kept.get(TYPE) === 'large');
  button.addEventListener('click', () => {
    const large = root.dataset.type !== 'large';
    kept.set(TYPE, large ? 'large' : 'standard');
    apply(large);
    dispatchEvent(new Event('resize'));
  });
}
