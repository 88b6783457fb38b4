import { posix } from 'node:path';
import { importsOf, targetOf, withoutComments } from './tree.js';
import type { Tree } from './tree.js';

/** A rule of the house: what is wrong in a tree, one line each, every line naming its file. */
export type Rule = (tree: Tree) => readonly string[];

/**
 * The drawing in docs/ARCHITECTURE.md as a table: each room (a folder under src, or one file), and the
 * rooms that it may import from besides itself. The longest name that fits a path is its room.
 */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'core/base': [],
  'core/machine.ts': ['core/base'],
  'core/raft': ['core/base', 'core/machine.ts'],
  'core/store': ['core/base', 'core/machine.ts'],
  'core/storage': ['core/base', 'core/machine.ts'],
  'core/wire': ['core/base', 'core/machine.ts', 'core/raft', 'core/store'],
  'core/journal': ['core/base', 'core/machine.ts', 'core/store', 'core/storage', 'core/wire'],
  'core/client': ['core/base', 'core/machine.ts', 'core/store', 'core/wire'],
  'core/proxy': ['core/base', 'core/wire'],
  'core/systems': [
    'core/base', 'core/machine.ts', 'core/raft', 'core/store', 'core/storage', 'core/wire', 'core/journal', 'core/client',
  ],
  'core/durable.ts': ['core/base', 'core/machine.ts'],
  'core/index.ts': ['core'],
  sim: ['core'],
  real: ['core'],
  scenarios: ['core', 'sim'],
  bench: ['core', 'sim', 'real'],
  cli: ['core', 'sim', 'real', 'scenarios', 'bench'],
  'index.ts': ['core', 'sim'],
};

/** What each room may take from outside the project, besides types. `node:` means all of Node. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  core: ['sorted-btree'],
  sim: ['seedrandom', 'node:'],
  real: ['node:'],
  cli: ['yargs', 'yargs/helpers', 'chalk', 'node:'],
  scenarios: [],
  bench: ['seedrandom', 'node:'],
  'index.ts': [],
};

export const LINES_MAX = 500;

/** What would let the outside world into a pure function. The linter sees more; this needs no linter. */
const IMPURE =
  /\b(Date|Math\.(?:random|pow|exp|log|sin|cos|tan)\w*|performance|setTimeout|setInterval|setImmediate|queueMicrotask|process|console|Promise|async|await|globalThis|Intl|BigInt|localeCompare)\b(?!['"])|\*\*=?\s*[\w(]|\bfor\s*\(\s*(?:const|let|var)\s+\w+\s+in\b|['"]node:/;

/** Paths of somebody's machine, and mirrors of somebody's network. Built from parts, so that this file passes. */
const PRIVATE = new RegExp(
  ['(?<![\\w.*/-])/(?:work|root|tmp|home)/[\\w.-]', '"resolved":\\s*"http', 'registry\\.' + '[a-z-]+\\.\\w+', '\\b10\\.\\d+\\.\\d+\\.\\d+:\\d+/'].join('|'),
);

const isSource = (path: string): boolean => /^(src|scenarios|bench)\/.*\.ts$/.test(path);

/** `src/core/raft/log.ts` → `core/raft`; `scenarios/basic.ts` → `scenarios`; null outside the house. */
export function roomOf(path: string): string | null {
  const inside = path.replace(/^src\//, '');
  const rooms = Object.keys(MAY_IMPORT).filter((room) => inside === room || inside.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0] ?? null;
}

export const everyFileHasARoom: Rule = (tree) =>
  [...tree.keys()].filter((path) => isSource(path) && roomOf(path) === null).map((path) => `${path} is in no room of the table`);

export const importsPointDown: Rule = (tree) =>
  edgesOf(tree).flatMap(({ from, specifier, to }) => {
    const room = roomOf(from);
    if (room === null) return [];
    if (to === null) return isAllowedPackage(room, specifier) ? [] : [`${from} may not use ${specifier}`];
    if (!tree.has(to)) return [`${from} imports ${specifier}, which is not there`];
    const target = roomOf(to);
    const allowed = [room, ...(MAY_IMPORT[room] ?? [])];
    const isAllowed = target !== null && allowed.some((name) => target === name || target.startsWith(`${name}/`));
    return isAllowed ? [] : [`${from} may not import ${to} (${room} → ${target ?? 'outside'})`];
  });

export const noCircles: Rule = (tree) => {
  const next = new Map<string, string[]>();
  for (const { from, to } of edgesOf(tree)) if (to !== null) next.set(from, [...(next.get(from) ?? []), to]);

  const done = new Set<string>();
  const problems: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) problems.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (trail.includes(path) || done.has(path)) return;
    for (const target of next.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of next.keys()) visit(path, []);
  return problems;
};

export const coreIsPure: Rule = (tree) =>
  lines(tree, (path) => path.startsWith('src/core/') && path.endsWith('.ts'), withoutComments).flatMap(({ path, number, line }) => {
    const found = IMPURE.exec(line);
    return found === null ? [] : [`${path}:${number} lets the outside in: ${found[0]}`];
  });

export const filesAreShort: Rule = (tree) =>
  [...tree]
    .filter(([path]) => /\.(ts|js)$/.test(path) && !path.includes('/generated/'))
    .map(([path, text]) => ({ path, count: text.trimEnd().split('\n').length }))
    .filter(({ count }) => count > LINES_MAX)
    .map(({ path, count }) => `${path} has ${count} lines, more than ${LINES_MAX}`);

/** Tests about a whole rather than about one file: folders of tests/, and tests that tell stories of a whole room. */
const ABOUT_THE_WHOLE = [
  'chaos/', 'contract/', 'determinism/', 'docs/', 'house/', 'sabotage/',
  'core/raft/replication.test.ts', 'core/raft/schedules.test.ts', 'core/raft/stories.test.ts',
  'sim/checkers/recorded.test.ts', 'sim/checkers/stories.test.ts',
];

/** `a/b.test.ts` tests `src/a/b.ts` or the folder `src/a/b`, and `a/b.aspect.test.ts` an aspect of the same. */
export const testsMirrorTheSource: Rule = (tree) =>
  [...tree.keys()]
    .filter((path) => path.startsWith('tests/') && path.endsWith('.test.ts') && !ABOUT_THE_WHOLE.some((whole) => path.startsWith(`tests/${whole}`)))
    .filter((path) => {
      const place = path.replace(/^tests\//, '').replace(/(\.[a-z-]+)?\.test\.ts$/, '');
      const homes = [`src/${place}`, place];
      return !homes.some((home) => tree.has(`${home}.ts`) || [...tree.keys()].some((other) => other.startsWith(`${home}/`)));
    })
    .map((path) => `${path} tests nothing: there is no source of that path and stem`);

/** Every command starts with what the list of all commands loads, and none of that is the simulator: it takes longer to load than most commands to run. */
export const commandsStartLight: Rule = (tree) => {
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    const code = withoutComments(tree.get(path) ?? '').replace(/(^|\n)import type [^;]*;/g, '');
    for (const specifier of importsOf(code.replace(/import\(/g, '(('))) if (specifier.startsWith('.')) load(targetOf(path, specifier));
  };
  load('src/cli/main.ts');
  return ['src/sim/run.ts', 'src/sim/world.ts', 'src/real/client.ts'].filter((heavy) => loaded.has(heavy)).map((heavy) => `${heavy} is loaded by every command: import it where it is used`);
};

/** Links in Markdown: to files that are there, and to headings that are there. Web addresses are not followed. */
export const linksResolve: Rule = (tree) =>
  lines(tree, (path) => path.endsWith('.md')).flatMap(({ path, number, line }) =>
    [...line.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => {
      const [file = '', heading] = match[1]!.split('#');
      if (/^[a-z]+:/.test(file)) return [];
      const target = file === '' ? path : posix.join(posix.dirname(path), file).replace(/\/$/, '');
      const isFolder = [...tree.keys()].some((other) => other.startsWith(`${target}/`));
      if (!tree.has(target) && !isFolder) return [`${path}:${number} links to ${target}, which is not there`];
      if (heading === undefined || headingsOf(tree.get(target) ?? '').includes(heading)) return [];
      return [`${path}:${number} links to #${heading}, which ${target} does not have`];
    }),
  );

export const nothingPrivate: Rule = (tree) =>
  lines(tree, () => true).flatMap(({ path, number, line }) => {
    const found = PRIVATE.exec(line);
    return found === null ? [] : [`${path}:${number} names a private place: ${found[0]}`];
  });

/** The doors of the package lead to something: each `dist/…` that package.json names has its source. */
export const exportsHaveSources: Rule = (tree) => {
  const manifest = JSON.parse(tree.get('package.json') ?? '{}') as { exports?: unknown; bin?: unknown };
  return pathsIn([manifest.exports, manifest.bin])
    .map((path) => posix.normalize(path))
    .filter((path) => !tree.has(path.replace(/^dist\//, '').replace(/(\.d\.ts|\.js)$/, '.ts')) && !tree.has(path))
    .map((path) => `package.json names ${path}, which no source becomes`);
};

interface Edge {
  readonly from: string;
  readonly specifier: string;
  /** The file, or null for a package. */
  readonly to: string | null;
}

function edgesOf(tree: Tree): readonly Edge[] {
  return [...tree].filter(([path]) => isSource(path)).flatMap(([from, text]) =>
    importsOf(text).map((specifier) => ({ from, specifier, to: specifier.startsWith('.') ? targetOf(from, specifier) : null })));
}

function isAllowedPackage(room: string, specifier: string): boolean {
  const allowed = MAY_USE[room.split('/')[0]!] ?? [];
  return allowed.some((name) => specifier === name || (name.endsWith(':') && specifier.startsWith(name)));
}

function lines(tree: Tree, isWanted: (path: string) => boolean, prepare: (text: string) => string = (text) => text) {
  return [...tree]
    .filter(([path]) => isWanted(path))
    .flatMap(([path, text]) => prepare(text).split('\n').map((line, i) => ({ path, number: i + 1, line })));
}

function headingsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map((match) =>
    match[1]!.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').trim().replace(/ /g, '-'));
}

function pathsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}
