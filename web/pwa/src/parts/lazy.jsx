// A part that is loaded when it is shown for the first time.
import {text} from '../strings.js';
import {useAnswer} from './hooks.js';

export function Lazy({load, ...rest}) {
  const loaded = useAnswer(load, [load]);
  if (loaded === null) return <p class="wrong" role="alert">{text.failed}</p>;
  if (!loaded) return <p aria-busy="true" />;
  const Part = loaded.default;
  return <Part {...rest} />;
}
