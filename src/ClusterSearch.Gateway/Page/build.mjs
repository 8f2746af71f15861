// Bundles src into dist. `--check` builds in memory and says whether dist is what src makes.

import { build } from 'esbuild';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');
const fonts = join(here, 'node_modules/@fontsource-variable/inter/files');
const copied = {
  'index.html': join(here, 'src/index.html'),
  'theme.js': join(here, 'src/theme.js'),
  'icon.svg': join(here, 'src/icon.svg'),
  'fonts/inter.woff2': join(fonts, 'inter-latin-wght-normal.woff2'),
  'fonts/inter-ext.woff2': join(fonts, 'inter-latin-ext-wght-normal.woff2'),
};

const shipped = ['preact', 'uplot', '@fontsource-variable/inter'];

async function licenceOf(name) {
  const folder = join(here, 'node_modules', name);
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return `==== ${name} ${version}\n\n${await readFile(join(folder, 'LICENSE'), 'utf8')}`;
}

const bundle = await build({
  absWorkingDir: here,
  entryPoints: { page: 'src/main.jsx' },
  outdir: dist,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  external: ['/fonts/*'],
  legalComments: 'linked',
  charset: 'utf8',
  write: false,
  logLevel: 'warning',
});

const wanted = new Map();
for (const { path, contents } of bundle.outputFiles) wanted.set(relative(dist, path), Buffer.from(contents));
for (const [name, source] of Object.entries(copied)) wanted.set(name, await readFile(source));
wanted.set('licenses.txt', Buffer.from((await Promise.all(shipped.map(licenceOf))).join('\n')));

if (process.argv.includes('--check')) {
  const present = (await readdir(dist, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const names = new Set([...wanted.keys(), ...present.map((entry) => relative(dist, join(entry.parentPath, entry.name)))]);
  const stale = [];
  for (const name of names) {
    const found = await readFile(join(dist, name)).catch(() => null);
    if (!found || !wanted.has(name) || !found.equals(wanted.get(name))) stale.push(name);
  }
  if (stale.length > 0) {
    console.error(`dist is not what src makes: ${stale.join(', ')}; run 'npm run build' and commit dist`);
    process.exit(1);
  }
} else {
  await rm(dist, { recursive: true, force: true });
  for (const [name, contents] of wanted) {
    await mkdir(dirname(join(dist, name)), { recursive: true });
    await writeFile(join(dist, name), contents);
  }
}
