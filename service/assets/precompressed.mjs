// The build's last step: beside every built file its gzip and its Brotli form, which the service sends as they are.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const SMALLEST_BYTES = 1000; // below that one packet carries it anyway
const TEXT = /\.(?:js|css|svg|json)$/;

const forms = {
  '.gz': (content) => promisify(gzip)(content, { level: 9 }),
  '.br': (content) => promisify(brotliCompress)(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
  }),
};

async function compress(path) {
  const content = await readFile(path);
  if (content.length < SMALLEST_BYTES) return;
  await Promise.all(Object.entries(forms).map(async ([ending, squeeze]) => writeFile(path + ending, await squeeze(content))));
}

/** The Vite plugin; it compresses what this build wrote, and nothing else. */
export function precompressed() {
  return {
    name: 'precompressed',
    async writeBundle({ dir }, bundle) {
      const written = Object.keys(bundle).filter((name) => TEXT.test(name));
      await Promise.all(written.map((name) => compress(join(dir, name))));
    },
  };
}
