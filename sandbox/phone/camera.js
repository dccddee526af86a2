// The camera and pictures, where the browser can read QR codes by itself.

import { $ } from './dom.js';

const detector = 'BarcodeDetector' in window ? new window.BarcodeDetector({ formats: ['qr_code'] }) : null;
let stream = null;

export const canRead = () => detector !== null;

export function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  $('camera').hidden = true;
}

export async function readPicture(file) {
  const picture = await createImageBitmap(file);
  const [found] = await detector.detect(picture);
  return found?.rawValue ?? '';
}

// Resolves with the text of the first code seen, with '' when stopped; throws when there is no camera.
export async function watch() {
  stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  const own = stream;
  const view = $('camera');
  view.srcObject = stream;
  view.hidden = false;
  await view.play();
  while (stream === own) {
    const [found] = await detector.detect(view).catch(() => []);
    if (found) {
      stop();
      return found.rawValue;
    }
    await new Promise((resolve) => { setTimeout(resolve, 150); });
  }
  return '';
}
