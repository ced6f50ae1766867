// The way of an order so far, step by step, with times.
import {moment} from '../money/display.js';
import {LOCALE, text} from '../strings.js';
import './trail.css';

/** `steps` of outbox/trail.js; `device` is this one. */
export function Trail({steps, device}) {
  return (
    <ol class="trail">
      {steps.map((step) => (
        <li key={`${step.of} ${step.code}`} class={step.code}>
          <span>{words(step, device)}</span>
          <small>{step.at ? moment(step.at, LOCALE) : text.trail.now}</small>
        </li>
      ))}
    </ol>
  );
}

function words(step, device) {
  const what = text.trail.what[step.approves ? 'approval' : step.what];
  const told = text.trail[step.code]({...step, what, here: step.device === device, form: text.places.forms[step.form]});
  return step.reason ? `${told} ${step.reason.text}` : told;
}
