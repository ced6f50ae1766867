// The camera as a barcode reader, where the browser has one. Loaded when somebody asks for it.
import {useEffect, useRef, useState} from 'preact/hooks';
import {detect} from '../barcode/detecting.js';
import {text} from '../strings.js';
import './barcode_scanner.css';

const FORMATS = ['ean_13', 'ean_8', 'upc_a', 'upc_e', 'code_128', 'code_39', 'itf', 'qr_code'];
const REST = 120; // milliseconds between two looks

/** `onCode` hears of what was read; `onClose` when the rep has had enough. */
export default function BarcodeScanner({onCode, onClose}) {
  const video = useRef(null);
  const dialog = useRef(null);
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    const stopping = new AbortController();
    dialog.current.showModal();
    watch(video.current, stopping.signal)
      .then((code) => code !== null && onCode(code))
      .catch((error) => stopping.signal.aborted || setProblem(text.scanner[error.name] ?? text.scanner.other(error.message)));
    return () => stopping.abort();
  }, []);
  return (
    <dialog ref={dialog} class="scanner" aria-label={text.scanner.title} onClose={onClose}>
      {problem ? <p class="wrong" role="alert">{problem}</p> : <p>{text.scanner.aim}</p>}
      <video ref={video} muted playsinline hidden={Boolean(problem)} />
      <button type="button" onClick={() => dialog.current.close()}>{text.scanner.close}</button>
    </dialog>
  );
}

async function watch(video, signal) {
  const formats = (await globalThis.BarcodeDetector?.getSupportedFormats() ?? []).filter((format) => FORMATS.includes(format));
  if (!formats.length) throw Object.assign(new Error('no barcode detector'), {name: 'NoDetector'});
  if (!navigator.mediaDevices) throw Object.assign(new Error('no camera'), {name: 'NotFoundError'});
  const stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment'}, audio: false});
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  try {
    if (signal.aborted) return null;
    video.srcObject = stream;
    await video.play();
    const nextFrame = () => new Promise((resolve) => { setTimeout(resolve, REST); });
    return await detect({detector: new BarcodeDetector({formats}), source: video, nextFrame, signal});
  } finally {
    stop();
  }
}
