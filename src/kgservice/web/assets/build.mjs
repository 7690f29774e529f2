// Bundles the scripts that need packages: node build.mjs MODULES OUT, where MODULES holds node_modules/.
import {createRequire} from 'node:module';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

const [modules, out] = process.argv.slice(2).map(name => resolve(name));
const here = dirname(fileURLToPath(import.meta.url));
const esbuild = createRequire(join(modules, 'package.json'))('esbuild');

const built = await esbuild.build({
  absWorkingDir: here,
  entryPoints: ['editor.js'],
  outdir: out,
  entryNames: '[name]-[hash]',
  bundle: true,
  format: 'esm',
  minify: true,
  target: ['es2022'],
  legalComments: 'linked',
  nodePaths: [join(modules, 'node_modules')],
  metafile: true,
  logLevel: 'error',
});
const names = Object.fromEntries(Object.entries(built.metafile.outputs)
  .filter(([, output]) => output.entryPoint)
  .map(([path, output]) => [output.entryPoint, {file: path.split('/').pop(), bytes: output.bytes}]));
writeFileSync(join(out, 'meta.json'), JSON.stringify({names, outputs: built.metafile.outputs}, null, 1) + '\n');

// the licences of what is inside go along with it
const inside = new Set(Object.keys(built.metafile.inputs)
  .map(path => /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(resolve(here, path))).filter(Boolean)
  .map(([, folder, name]) => `${name}\n${folder}`));
const texts = [...inside].sort().map(line => {
  const [name, folder] = line.split('\n');
  const {version, license} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license'].map(one => join(folder, one)).find(existsSync);
  return `${name} ${version} (${license})\n\n${file ? readFileSync(file, 'utf8').trim() : ''}\n`;
});
writeFileSync(join(out, 'licences.txt'), texts.join('\n\n'));
