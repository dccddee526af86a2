// Changing something on a page of lists, and showing what came of it.

import { byId, say } from './dom.js';
import { showRefusal } from './refusal.js';

// Makes act(place, work, told, onRefused): does the work, then says so, or shows in `place` why not.
// told: the sentence, or a function that makes it of the work's answer. onRefused: deals with a
// refusal by itself and answers true.
// ports: {title: what takes the keyboard, places: whose refusals are over once something succeeds,
// settled(place): what else is put away then, refresh(), failed(place, refused, again)}
export function actor({ title, places, settled, refresh, failed }) {
  return async function act(place, work, told, onRefused = () => false) {
    try {
      const answer = await work();
      for (const each of places) showRefusal(byId(each), null, {});
      settled(place);
      byId(title).focus(); // before the lists are read again: from then on the keyboard is the person's
      await refresh();
      say(byId('done'), typeof told === 'function' ? told(answer?.body) : told);
    } catch (refused) {
      say(byId('done'), '');
      if (!onRefused(refused)) failed(place, refused, () => act(place, work, told, onRefused));
      byId(place).scrollIntoView({ block: 'nearest' });
    }
  };
}
