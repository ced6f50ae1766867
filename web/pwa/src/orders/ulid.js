// ULIDs: 48 bits of time and 80 random bits in Crockford's base 32; they sort by capture time and are made without a server.

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID for a moment in milliseconds since 1970. */
export function ulid(milliseconds) {
  const random = crypto.getRandomValues(new Uint8Array(10));
  let bits = random.reduce((sum, byte) => (sum << 8n) | BigInt(byte), BigInt(milliseconds));
  let text = '';
  for (let index = 0; index < 26; index++, bits >>= 5n) text = ALPHABET[Number(bits & 31n)] + text;
  return text;
}
