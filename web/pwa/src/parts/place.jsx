// Where a screen is put: each new one begins at its top, and the keyboard and a screen reader go on from there.
import {useLayoutEffect, useRef} from 'preact/hooks';

/** `at` names the screen. */
export function Place({at, children}) {
  const place = useRef(null);
  const shown = useRef(at);
  useLayoutEffect(() => {
    if (shown.current === at) return;
    shown.current = at;
    scrollTo(0, 0);
    if (document.activeElement === document.body) place.current.focus({preventScroll: true}); // what had it went with the last screen
  }, [at]);
  return <div ref={place} class="place" tabIndex={-1}>{children}</div>;
}
