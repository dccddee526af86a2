// Reading again what a page shows, when several things ask for it at once.

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
