/** What the files hold. The same in every run. */

import { createHash } from 'node:crypto';

/** mulberry32: a small generator of numbers from 0 to 1. */
export function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const poolBytes = 2 ** 20;

/**
 * Cuts pieces out of one long program: quick to make, no two alike, and about as compressible, commented (each 500
 * bytes) and rich in addresses (each 10 kB) as real code that was bundled and not minified.
 */
export function programText(random) {
  let pool = '';
  while (pool.length < poolBytes) pool += programPiece(random);
  return (bytes, title) => {
    const head = `// ${title}\n`;
    const length = bytes - head.length;
    const start = Math.floor(random() * (pool.length - length));
    return head + pool.slice(start, start + length);
  };
}

const words =
  'axis bar cell color data domain hypercube label layout legend measure paint qMatrix range row scale select size svg theme title tooltip value width'.split(
    ' ',
  );

function programPiece(random) {
  const word = () => words[Math.floor(random() * words.length)];
  const number = () => Math.floor(random() * 1000);
  return `
/** ${word()} of the ${word()}${random() < 0.05 ? `, see https://qlik.dev/extend/${word()}` : ''} */
function ${word()}${number()}(${word()}, options) {
  const ${word()}${number()} = options.${word()} ?? ${number()};
  if (${word()} === '${word()}-${number()}') return { ${word()}: ${number()}, ${word()}: "${word()} ${word()}" };
  // ${word()} ${word()} ${word()}
  return ${word()}.map((${word()}) => ${word()} * ${number()} + /${word()}\\d+/.test(String(${number()})));
}
`;
}

/** Text that hardly compresses (by a quarter), made of the title. */
export function randomBase64(bytes, title) {
  const stream = createHash('shake256', { outputLength: Math.ceil((bytes * 3) / 4) });
  return stream.update(title).digest('base64').slice(0, bytes);
}
