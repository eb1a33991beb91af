// Builds shegong/kernel/static/dist: shegong.css, shegong.js, charts.js, icons.svg and (when its sources are at hand)
// the map of the reference city. `npm run build`; nothing here runs on the server.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import * as esbuild from 'esbuild';
import { PurgeCSS } from 'purgecss';
import * as sass from 'sass';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(root, 'shegong/kernel/static/dist');
// What workers' phones and offices' desktops still run: no syntax newer than this reaches them.
const target = ['chrome100', 'safari15', 'firefox100'];
// Compressed size in KB that each file may not pass: a page's first load has to stay small.
const limits = { 'shegong.css': 35, 'shegong.js': 15, 'charts.js': 8, 'forms.js': 8, 'icons.svg': 15, 'chengdu.geo.json': 30 };

async function buildStyles() {
  const compile = (file) =>
    sass.compile(join(here, 'src/styles', file), {
      loadPaths: [join(here, 'node_modules')],
      quietDeps: true,
      silenceDeprecations: ['import', 'if-function'],
    }).css;
  // Of the kit only what some page uses; our own parts stay whole, for pages that are yet to be written.
  const own = compile('shegong.scss');
  const [kit] = await new PurgeCSS().purge({
    css: [{ raw: compile('kit.scss') }],
    content: [
      join(root, 'shegong/**/templates/**/*.html'),
      join(root, 'shegong/**/*.py'),
      join(here, 'src/scripts/*.js'),
      join(here, 'src/charts/*.js'),
      join(here, 'src/forms/*.js'),
      { raw: own, extension: 'css' },
    ],
    keyframes: true,
  });
  // The kit declares hundreds of variables; those that no rule reads any more go too.
  const whole = [{ raw: kit.css + own }];
  const [lean] = await new PurgeCSS().purge({ css: whole, content: [], safelist: [/.*/], variables: true });
  const { code } = await esbuild.transform(lean.css, { loader: 'css', minify: true, target, logLevel: 'error' });
  write('shegong.css', code);
}

async function buildScripts() {
  await esbuild.build({
    entryPoints: { shegong: join(here, 'src/scripts/shegong.js'), charts: join(here, 'src/charts/charts.js') },
    outdir: out,
    bundle: true,
    minify: true,
    format: 'iife',
    target,
    legalComments: 'none',
    logLevel: 'warning',
  });
  await esbuild.build({
    entryPoints: { forms: join(here, 'src/forms/forms.js') },
    outdir: out,
    bundle: true,
    minify: true,
    format: 'iife',
    globalName: 'shegongForms',
    target,
    legalComments: 'none',
    logLevel: 'warning',
  });
  report('shegong.js');
  report('charts.js');
  report('forms.js');
}

function buildIcons() {
  const icons = JSON.parse(readFileSync(join(here, 'src/icons.json'), 'utf8'));
  const symbols = Object.entries(icons).map(([name, source]) => {
    const svg = readFileSync(join(here, 'node_modules/@tabler/icons/icons/outline', `${source}.svg`), 'utf8');
    const body = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'));
    const paths = body.replace(/<path[^>]*d="M0 0h24v24H0z"[^>]*\/>/, '').replace(/\s*\n\s*/g, '');
    return `<symbol id="${name}" viewBox="0 0 24 24">${paths}</symbol>`;
  });
  write('icons.svg', `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`);
}

function buildMap() {
  const file = join(out, 'chengdu.geo.json');
  const inVenv = join(root, '.venv/bin/python');
  const python = process.env.SHEGONG_PYTHON || (existsSync(inVenv) ? inVenv : 'python3');
  const script = join(here, 'boundaries.py');
  const done = spawnSync(python, [script, '--prefix', '5101', '--out', file], { encoding: 'utf8' });
  if (done.status === 0) report('chengdu.geo.json');
  else console.warn(`no map: ${(done.stderr || String(done.error)).trim().split('\n').pop()} (pages show the table instead)`);
}

function write(name, text) {
  writeFileSync(join(out, name), text);
  report(name);
}

function report(name) {
  const file = join(out, name);
  const size = gzipSync(readFileSync(file)).length / 1024;
  console.log(`${name.padEnd(18)} ${(statSync(file).size / 1024).toFixed(1).padStart(7)} KB ${size.toFixed(1).padStart(7)} KB gzip`);
  if (size > limits[name]) throw new Error(`${name} is larger than ${limits[name]} KB compressed`);
}

mkdirSync(out, { recursive: true });
await buildStyles();
await buildScripts();
buildIcons();
buildMap();
