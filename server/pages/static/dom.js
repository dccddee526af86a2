// The few ways this page touches the document; text always goes in as text, never as markup.

export const byId = (id) => document.getElementById(id);

export function show(node, visible) {
  node.hidden = !visible;
}

// Makes an element. props: attributes; besides `text`, `class`, `testid` and `on` {event: listener}.
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'text') node.textContent = value;
    else if (name === 'class') node.className = value;
    else if (name === 'testid') node.dataset.testid = value;
    else if (name === 'on') Object.entries(value).forEach(([event, act]) => node.addEventListener(event, act));
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// Writes only what changed, so that a live region does not repeat itself.
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
