// The button that gets an order's PDF from the server; without a network it says so.
import {useState} from 'preact/hooks';
import {paperOf} from '../paper/paper.js';
import {text} from '../strings.js';

export function OrderPaper({server, rep, order, number}) {
  const [told, setTold] = useState(null);
  const get = async () => {
    setTold('coming');
    try {
      save(await paperOf(server, rep, order), `${number}.pdf`);
      setTold('here');
    } catch (error) {
      setTold(error.why ?? 'failed');
    }
  };
  return (
    <div class="actions">
      <button type="button" onClick={get} disabled={told === 'coming'}>{text.paper.get}</button>
      <p role="status">{told && text.paper.told[told]}</p>
    </div>
  );
}

function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser may still be reading it
}
