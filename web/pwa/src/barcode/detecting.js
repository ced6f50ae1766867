// Reads a barcode from moving pictures. Pure but for the detector and the frames that it is given.

const AGREEING = 2; // looks in a row that must see the same code: one alone may be misread

/**
 * Look at frame after frame until the same code was seen twice in a row; resolves to its text, or to null when `signal` ends it.
 * `detector` is a BarcodeDetector, `source` what it looks at; `nextFrame()` resolves when there is something new to see.
 * https://developer.mozilla.org/en-US/docs/Web/API/BarcodeDetector/detect
 */
export async function detect({detector, source, nextFrame, signal, agreeing = AGREEING}) {
  let seen = null;
  let times = 0;
  while (!signal?.aborted) {
    const codes = await lookedAt(detector, source);
    const code = codes.find((each) => each === seen) ?? codes[0] ?? null;
    times = code !== null && code === seen ? times + 1 : 1;
    seen = code;
    if (code !== null && times >= agreeing) return code;
    await nextFrame();
  }
  return null;
}

// A frame that cannot be read, because the camera is only starting, is like one without a code.
async function lookedAt(detector, source) {
  try {
    return (await detector.detect(source)).map(({rawValue}) => rawValue).filter(Boolean);
  } catch (error) {
    if (error.name === 'InvalidStateError') return [];
    throw error;
  }
}

/** What a code may be written as in a catalogue: an EAN-13 that begins with 0 is a UPC-A without it. */
export function writtenAs(code) {
  if (/^0[0-9]{12}$/.test(code)) return [code, code.slice(1)];
  if (/^[0-9]{12}$/.test(code)) return [code, `0${code}`];
  return [code];
}
