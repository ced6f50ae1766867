// How texts are prepared and compared when a rep searches: without case and accents, word by word.

const PLAIN = /^[\x20-\x7e\n]*$/;
const MARKS = /\p{M}/gu;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** What rank() answers for a row that does not match. */
export const NO_MATCH = -1;
/** How many ranks there are. */
export const RANKS = 4;

/** Lower case without accents: "Café Ærø" becomes "cafe ærø". */
export function fold(text) {
  const plain = PLAIN.test(text) ? text : text.normalize('NFD').replace(MARKS, '');
  return plain.toLowerCase();
}

/** The prepared text of a row: its fields, folded, one a line, with a line break at both ends. */
export function prepared(values) {
  return `\n${fold(values.filter((value) => value !== '').join('\n'))}\n`;
}

/** A search that was typed, ready to be compared: `whole` and its words. */
export function searchFor(typed) {
  const whole = fold(typed).trim().replace(/\s+/g, ' ');
  return {whole, words: whole ? whole.split(' ') : []};
}

/**
 * How well a prepared text matches: 0 a field is exactly what was typed, 1 the first field begins with it, 2 every
 * word begins a word, 3 every word is somewhere inside, NO_MATCH a word is missing. Where it is not `exact`, 2 and 3 are both 2.
 */
export function rank(text, {whole, words}, exact = true) {
  for (const word of words) if (!text.includes(word)) return NO_MATCH;
  if (text.includes(`\n${whole}\n`)) return 0;
  if (text.startsWith(whole, 1)) return 1;
  return !exact || words.every((word) => beginsAWord(text, word)) ? 2 : 3;
}

function beginsAWord(text, word) {
  for (let at = text.indexOf(word); at > 0; at = text.indexOf(word, at + 1)) {
    if (!isLetterOrDigit(text.charCodeAt(at - 1))) return true;
  }
  return false;
}

function isLetterOrDigit(code) {
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 48 && code <= 57); // folded: no capitals
  return LETTER_OR_DIGIT.test(String.fromCharCode(code));
}
