// Where the request for a new customer is.
import {text} from '../strings.js';

export function RequestChip({request: {place}}) {
  return <span class={`chip ${place}`}>{text.newCustomer.places[place]}</span>;
}
