// The encrypted file of what is unsent (docs/device-export.md): PBKDF2 makes a key of a passphrase, AES-GCM seals with it.

export const FORMAT = 'roadbook-unsent';
const VERSION = 1;
const ITERATIONS = 600_000; // of SHA-256, as OWASP asks for: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
const MOST_ITERATIONS = 10_000_000; // a file that asks for more would only keep the device busy
export const SHORTEST = 10; // characters of a passphrase

/** The file is no export of ours, or a newer one's: `code` is "not_an_export" or "newer". */
export class NotAnExport extends Error {
  name = 'NotAnExport';

  constructor(code) {
    super(`this file cannot be read: ${code}`);
    this.code = code;
  }
}

/** The passphrase is another one, or the file was changed. */
export class WrongPassphrase extends Error {
  name = 'WrongPassphrase';
  code = 'wrong_passphrase';
}

/**
 * The text of a file that holds `content` {documents, refused}; what is not sealed says whose it is: {rep, account, device, made_at}.
 */
export async function seal(content, {rep, account, device, made_at}, passphrase) {
  const [salt, iv] = [16, 12].map((length) => crypto.getRandomValues(new Uint8Array(length)));
  const about = {format: FORMAT, version: VERSION, rep, account, device, made_at, documents: content.documents.length};
  const key = await keyOf(passphrase, salt, ITERATIONS);
  const plain = new TextEncoder().encode(JSON.stringify(content));
  const sealed = await crypto.subtle.encrypt({name: 'AES-GCM', iv, additionalData: additional(about)}, key, plain);
  return `${JSON.stringify({
    ...about, kdf: {name: 'PBKDF2', hash: 'SHA-256', iterations: ITERATIONS, salt: base64(salt)},
    cipher: {name: 'AES-GCM', iv: base64(iv)}, sealed: base64(new Uint8Array(sealed)),
  }, null, 1)}\n`;
}

/** What a file says of itself without a passphrase: {rep, account, device, made_at, documents, ...}. Raises NotAnExport. */
export function aboutFile(text) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    throw new NotAnExport('not_an_export');
  }
  if (found?.format !== FORMAT || typeof found.sealed !== 'string') throw new NotAnExport('not_an_export');
  const {version, kdf, cipher} = found;
  if (version !== VERSION || kdf?.name !== 'PBKDF2' || kdf.hash !== 'SHA-256' || cipher?.name !== 'AES-GCM' || !(kdf.iterations <= MOST_ITERATIONS)) {
    throw new NotAnExport('newer');
  }
  return found;
}

/** The content {documents, refused} of a file. Raises NotAnExport, WrongPassphrase. */
export async function open(text, passphrase) {
  const file = aboutFile(text);
  try {
    const key = await keyOf(passphrase, bytes(file.kdf.salt), file.kdf.iterations);
    const iv = bytes(file.cipher.iv);
    const plain = await crypto.subtle.decrypt({name: 'AES-GCM', iv, additionalData: additional(file)}, key, bytes(file.sealed));
    return JSON.parse(new TextDecoder().decode(plain));
  } catch (error) {
    throw new WrongPassphrase('the passphrase is another one, or the file was changed', {cause: error});
  }
}

async function keyOf(passphrase, salt, iterations) {
  const typed = new TextEncoder().encode(passphrase.normalize('NFC')); // the same letters from any keyboard
  const material = await crypto.subtle.importKey('raw', typed, 'PBKDF2', false, ['deriveKey']);
  return crypto.subtle.deriveKey({name: 'PBKDF2', hash: 'SHA-256', salt, iterations}, material, {name: 'AES-GCM', length: 256}, false, ['encrypt', 'decrypt']);
}

function additional({format, version, rep, account, device, made_at, documents}) { // nobody can put another rep's name on it
  return new TextEncoder().encode([format, version, rep, account, device, made_at, documents].join('\n'));
}

function base64(array) {
  let text = '';
  for (let from = 0; from < array.length; from += 0x8000) text += String.fromCharCode(...array.subarray(from, from + 0x8000));
  return btoa(text);
}

function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
