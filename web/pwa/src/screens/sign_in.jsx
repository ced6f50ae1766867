// Name and password, for the first time or because the session has run out.
import {useState} from 'preact/hooks';
import {signIn} from '../sync/session.js';
import {SERVER} from '../store/books.js';
import {text} from '../strings.js';

/** `again` is the identity whose session ran out: then nobody else may sign in here. `notice` is said above the form. */
export function SignIn({again = null, notice = null, onSignedIn, onLater}) {
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    setBusy(true);
    setProblem(null);
    try {
      const who = await signIn(SERVER, form.get('name').trim(), form.get('password'));
      if (again && who.rep !== again.rep) setProblem(text.signIn.another);
      else onSignedIn(who);
    } catch (error) {
      setProblem(text.signIn[error.code] ?? text.signIn.unreachable);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class={again ? 'sign-in over' : 'sign-in'}>
      <form onSubmit={submit}>
        <h1>{again ? text.signIn.title : text.app}</h1>
        {notice && <p class="wrong" role="alert">{notice}</p>}
        <p>{again ? text.signIn.again : text.signIn.why}</p>
        <label class="field"><span>{text.signIn.name}</span>
          <input name="name" autocomplete="username" autocapitalize="none" required defaultValue={again?.name ?? ''} readOnly={Boolean(again)} /></label>
        <label class="field"><span>{text.signIn.password}</span>
          <input name="password" type="password" autocomplete="current-password" required /></label>
        {problem && <p class="wrong" role="alert">{problem}</p>}
        <button type="submit" class="primary" disabled={busy}>{text.signIn.submit}</button>
        {onLater && <button type="button" onClick={onLater}>{text.signIn.later}</button>}
      </form>
    </main>
  );
}
