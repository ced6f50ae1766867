// A signature as it was drawn.
import {text} from '../strings.js';

export function SignatureImage({signature: {path, width, height, signed_by: name}}) {
  return (
    <svg class="signature" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={text.signature.of(name)}>
      <path d={path} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
