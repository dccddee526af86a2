// The QR symbol: from the packed bits of a frame event to one SVG path. No QR library is needed.

export const QUIET = 4;
export const SMALLEST_PX = 240;

// base64 -> bytes.
export function unpacked(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

// The path of all dark modules, in module units with the quiet zone counted in.
// bytes: row by row without padding between rows, MSB first, 1 = dark.
export function pathOf(bytes, size) {
  const dark = (index) => (bytes[index >> 3] >> (7 - (index & 7))) & 1;
  const runs = [];
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      if (!dark(y * size + x)) continue;
      const from = x;
      while (x + 1 < size && dark(y * size + x + 1)) x += 1;
      const width = x + 1 - from;
      runs.push(`M${from + QUIET} ${y + QUIET}h${width}v1h-${width}z`);
    }
  }
  return runs.join('');
}

// The viewBox that goes with pathOf.
export const viewBoxOf = (size) => `0 0 ${size + 2 * QUIET} ${size + 2 * QUIET}`;

// Whether a rectangle is wholly in sight and large enough for a phone's camera.
// rect: {left, top, right, bottom} in px; viewport: {width, height} in px.
export function fullyShown(rect, viewport) {
  const slack = 1; // fractions of a pixel at odd zoom levels
  return (
    rect.left >= -slack &&
    rect.top >= -slack &&
    rect.right <= viewport.width + slack &&
    rect.bottom <= viewport.height + slack &&
    rect.right - rect.left >= SMALLEST_PX - slack
  );
}

// When each frame of one event is to be shown: [{frame, afterMs}].
// `at` of a frame: ms since 1970, or RFC 3339.
export function schedule(frames) {
  const ms = (at) => (typeof at === 'number' ? at : Date.parse(at));
  return frames.map((frame) => {
    const afterMs = ms(frame.at) - ms(frames[0].at);
    return { frame, afterMs: Number.isFinite(afterMs) ? Math.max(0, afterMs) : 0 };
  });
}

// Shows the frames of the newest event at their times. draw: told each frame.
export function framePlayer(timers, draw) {
  let pending = [];
  const stop = () => {
    pending.forEach((cancel) => cancel());
    pending = [];
  };
  return {
    stop,
    play(frames) {
      stop();
      for (const { frame, afterMs } of schedule(frames)) {
        if (afterMs === 0) draw(frame);
        else pending.push(timers.after(afterMs, () => draw(frame)));
      }
    },
  };
}
