import {expect, test} from 'vitest';
import {detect, writtenAs} from '../../src/barcode/detecting.js';

const nextFrame = async () => {};

/** A detector that sees these codes, one list a look, and then nothing more. */
function detector(...looks) {
  const seen = [...looks];
  return {
    detect: async () => {
      const look = seen.shift() ?? [];
      if (look instanceof Error) throw look;
      return look.map((rawValue) => ({rawValue}));
    },
  };
}

test('a code counts once it was seen twice in a row', async () => {
  expect(await detect({detector: detector([], ['4006381333931'], ['4006381333931']), nextFrame})).toBe('4006381333931');
});

test('a misread code is forgotten', async () => {
  const misread = detector(['4006381333938'], ['4006381333931'], [], ['4006381333931'], ['4006381333931']);
  expect(await detect({detector: misread, nextFrame})).toBe('4006381333931');
});

test('of two codes in sight the one that stays is taken', async () => {
  expect(await detect({detector: detector(['A', 'B'], ['C', 'A'], []), nextFrame})).toBe('A');
});

test('a camera that is only starting is waited for', async () => {
  const starting = Object.assign(new Error('not ready'), {name: 'InvalidStateError'});
  expect(await detect({detector: detector(starting, ['1'], ['1']), nextFrame})).toBe('1');
});

test('another failure is told', async () => {
  await expect(detect({detector: detector(new TypeError('no such thing')), nextFrame})).rejects.toThrow('no such thing');
});

test('it ends when it is stopped', async () => {
  const stopping = new AbortController();
  let frames = 0;
  const stopped = detect({detector: detector(), signal: stopping.signal, nextFrame: async () => { if (++frames === 3) stopping.abort(); }});
  expect(await stopped).toBe(null);
  expect(frames).toBe(3);
});

test.each([
  ['0012345678905', ['0012345678905', '012345678905']],
  ['012345678905', ['012345678905', '0012345678905']],
  ['4006381333931', ['4006381333931']],
  ['OAK-2', ['OAK-2']],
])('%s is looked for as %s', (code, expected) => {
  expect(writtenAs(code)).toEqual(expected);
});
