// Makes the page of a phone in a folder: `node build.mjs FOLDER`. Whoever opens `phone.html` there puts a
// `person.js` beside it: `window.person = {server, aor, name, password}`.
import { build } from 'esbuild';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.argv[2];
const here = name => fileURLToPath(new URL(name, import.meta.url));

await build({
  entryPoints: [here('phone.mjs')],
  bundle: true,
  minify: true,
  outfile: join(folder, 'phone.js'),
  format: 'iife',
  logLevel: 'error',
});
await copyFile(here('phone.html'), join(folder, 'phone.html'));
