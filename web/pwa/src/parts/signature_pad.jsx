// Where the customer signs with a finger, a pen or a mouse. Loaded when somebody is about to sign.
import {useEffect, useRef, useState} from 'preact/hooks';
import {pathOf} from '../signature/strokes.js';
import {text} from '../strings.js';

const HEIGHT = 180; // pixels
const WIDEST = 640;

/** `onSigned({path, width, height, signed_by})` hears of a signature. */
export function SignaturePad({onSigned, onCancel}) {
  const canvas = useRef(null);
  const strokes = useRef([]);
  const [drawn, setDrawn] = useState(false);
  const [name, setName] = useState('');
  useEffect(() => {
    const {current: pad} = canvas;
    const sharp = Math.min(3, globalThis.devicePixelRatio || 1);
    const width = Math.min(WIDEST, pad.clientWidth);
    [pad.width, pad.height] = [width * sharp, HEIGHT * sharp];
    const pen = pad.getContext('2d');
    pen.scale(sharp, sharp);
    [pen.lineWidth, pen.lineCap, pen.lineJoin, pen.strokeStyle] = [2, 'round', 'round', getComputedStyle(pad).color];
    pad.dataset.width = width;
    pad.scrollIntoView({block: 'center'});
  }, []);
  const at = ({clientX, clientY}) => {
    const box = canvas.current.getBoundingClientRect();
    return [clientX - box.left, clientY - box.top];
  };
  const begin = (event) => {
    event.preventDefault();
    canvas.current.setPointerCapture(event.pointerId);
    strokes.current.push([at(event)]);
    draw([at(event), at(event)]);
    setDrawn(true);
  };
  const go = (event) => {
    const stroke = strokes.current.at(-1);
    if (!canvas.current.hasPointerCapture(event.pointerId) || !stroke) return;
    const points = (event.getCoalescedEvents?.() ?? []).concat(event).map(at);
    draw([stroke.at(-1), ...points]);
    stroke.push(...points);
  };
  const draw = ([first, ...rest]) => {
    const pen = canvas.current.getContext('2d');
    pen.beginPath();
    pen.moveTo(...first);
    for (const point of rest) pen.lineTo(...point);
    pen.stroke();
  };
  const clear = () => {
    strokes.current = [];
    canvas.current.getContext('2d').clearRect(0, 0, WIDEST, HEIGHT);
    setDrawn(false);
  };
  const done = () => {
    const path = pathOf(strokes.current);
    if (path) onSigned({path, width: Number(canvas.current.dataset.width), height: HEIGHT, ...(name.trim() && {signed_by: name.trim()})});
  };
  return (
    <section class="pad" aria-label={text.signature.title}>
      <label class="field"><span>{text.signature.name}</span>
        <input autocomplete="off" maxlength="100" value={name} onInput={(event) => setName(event.target.value)} /></label>
      <canvas ref={canvas} role="img" aria-label={text.signature.pad} onPointerDown={begin} onPointerMove={go} />
      <div class="actions">
        <button type="button" onClick={clear} disabled={!drawn}>{text.signature.clear}</button>
        <button type="button" onClick={onCancel}>{text.signature.cancel}</button>
        <button type="button" class="primary" onClick={done} disabled={!drawn}>{text.signature.done}</button>
      </div>
    </section>
  );
}
