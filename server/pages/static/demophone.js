// A demonstration (`make run`) has no phone with a camera: the simulated one is opened with what the
// page shows. Only pages that come from the machine itself offer it.

import { byId, say, show } from './dom.js';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
const WINDOW = 'popup,noopener,width=440,height=860';

export const isDemo = ({ hostname }) => LOOPBACK.has(hostname);

// The sandbox takes the port after the product's (contract §1). text: what the code holds, or ''.
export function phoneUrl({ protocol, hostname, port }, text) {
  const query = text ? `?text=${encodeURIComponent(text)}` : '';
  return `${protocol}//${hostname}:${Number(port || 80) + 1}/phone${query}`;
}

// current: () => Promise of what the code holds at this moment. Answers where to tell each new text.
export function bindDemo(page, current) {
  show(byId('demo'), true);
  byId('demo-phone').addEventListener('click', async () => {
    page.open(phoneUrl(page.location, await current()), '_blank', WINDOW);
  });
  return (text) => say(byId('demo-text'), text);
}
