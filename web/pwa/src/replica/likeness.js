// How much one name is like another, for warnings about a customer that may be there already. Pure.
import {fold} from './search_text.js';

const ENOUGH = 0.6; // of their pairs of letters in common
const FORMS = new Set('ab ag aps as bv co company corp corporation gmbh inc incorporated kg limited llc llp ltd nv oy plc pty sa sarl spa srl the'.split(' '));
const LETTERS = {æ: 'ae', ø: 'o', œ: 'oe', ß: 'ss', ł: 'l', đ: 'd', ð: 'd', þ: 'th', '&': ' and '};

/** A function that gives for another name: 1 the same but for spelling, down to 0.6 much alike, 0 not alike. */
export function likeness(name) {
  const own = simplified(name);
  const pairs = pairsOf(own);
  return (other) => {
    const theirs = simplified(other);
    if (!own || !theirs) return 0;
    if (own === theirs) return 1;
    const share = inCommon(pairs, pairsOf(theirs));
    return share >= ENOUGH ? share : 0;
  };
}

/** Small letters without accents, signs and the words that say what kind of company it is. */
export function simplified(name) {
  const plain = fold(name).replace(/[æøœßłđðþ&]/g, (letter) => LETTERS[letter]).replace(/['’`]/g, '');
  const words = plain.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const telling = words.filter((word) => !FORMS.has(word));
  return (telling.length ? telling : words).join(' ');
}

// Pairs of letters within and across words, so that two words in another order are alike, too.
function pairsOf(text) {
  const pairs = new Map();
  for (const word of ` ${text} `.match(/\S+/g) ?? []) {
    const framed = ` ${word} `;
    for (let at = 0; at < framed.length - 1; at++) {
      const pair = framed.slice(at, at + 2);
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    }
  }
  return pairs;
}

function inCommon(one, other) {
  let [shared, all] = [0, 0];
  for (const [pair, count] of one) {
    shared += Math.min(count, other.get(pair) ?? 0);
    all += count;
  }
  for (const count of other.values()) all += count;
  return (2 * shared) / all;
}
