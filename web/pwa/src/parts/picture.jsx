// Pictures of products: a thumbnail in a list once it is in sight, a full one where a product is looked at.
import {useEffect, useRef, useState} from 'preact/hooks';
import {text} from '../strings.js';
import {useStateOf} from './hooks.js';
import './picture.css';

const MARGIN = '200px'; // around the screen, so that a thumbnail is there when it is scrolled to

/** The thumbnail of a product that has a picture; an empty frame until it has come to this device. */
export function Thumbnail({books, product}) {
  const frame = useRef(null);
  const {brought} = useStateOf(books.pictures);
  const [address, setAddress] = useState(null);
  useEffect(() => {
    let current = true;
    const observer = new IntersectionObserver(([{isIntersecting}]) => {
      if (!isIntersecting) return;
      observer.disconnect();
      books.pictures.thumbnail(product).then((url) => current && setAddress(url), () => {});
    }, {rootMargin: MARGIN});
    observer.observe(frame.current);
    return () => {
      current = false;
      observer.disconnect();
    };
  }, [books, product._id, product.picture, brought]);
  return <span ref={frame} class="thumbnail">{address && <img src={address} alt="" />}</span>;
}

/** The full picture; until it has come, or where it cannot be had without a network, the thumbnail and why. */
export function Picture({books, product}) {
  const [small, setSmall] = useState(null);
  const [full, setFull] = useState(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const leaving = new AbortController();
    let address = null;
    books.pictures.thumbnail(product).then((url) => !leaving.signal.aborted && setSmall(url), () => {});
    books.pictures.picture(product, {signal: leaving.signal}).then((image) => {
      if (leaving.signal.aborted) return;
      if (image) setFull(address = URL.createObjectURL(image));
      else setFailed(true);
    }, () => !leaving.signal.aborted && setFailed(true));
    return () => {
      leaving.abort();
      if (address) URL.revokeObjectURL(address);
    };
  }, [books, product._id, product.picture]);
  const shown = full ?? small;
  return (
    <figure class="picture">
      {shown && <img src={shown} alt={text.product.picture(product.name)} />}
      {failed && !full && <figcaption>{text.product.noPicture}</figcaption>}
    </figure>
  );
}
