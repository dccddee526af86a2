// Reading again what a page shows, when several things ask for it at once or ask for different things.

// Makes a function that looks one time after another: who asks while a look is under way waits for
// the one after it, so that no answer comes later than a newer one. It gives what the last look gave.
export function oneAtATime(look) {
  let running = null;
  let again = false;
  const run = async () => {
    try {
      let found;
      do {
        again = false;
        found = await look();
      } while (again);
      return found;
    } finally {
      running = null;
    }
  };
  return () => {
    if (running) again = true;
    else running = run();
    return running;
  };
}

// Makes a function that begins a look of which only the newest counts, say under another filter. It
// gives one that says whether its look is still the newest.
export function newestOnly() {
  let newest = 0;
  return () => {
    newest += 1;
    const mine = newest;
    return () => mine === newest;
  };
}
