// ULIDs: 48 bits of time and 80 random bits in Crockford's base 32; they sort by capture time and are made without a server.
import {randomBytes} from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID for a moment in milliseconds since 1970. */
export function ulid(milliseconds) {
  let bits = (BigInt(milliseconds) << 80n) | BigInt('0x' + randomBytes(10).toString('hex'));
  let text = '';
  for (let index = 0; index < 26; index++, bits >>= 5n) text = ALPHABET[Number(bits & 31n)] + text;
  return text;
}
