import { posix } from 'node:path';
import { doorsOf, importsOf, targetOf, withoutComments } from './tree.js';
import type { Tree } from './tree.js';

/** A rule of the house: what is wrong in a tree, one line each, every line naming its file. */
export type Rule = (tree: Tree) => readonly string[];

/**
 * The drawing in docs/ARCHITECTURE.md as a table: each room (a folder under src, or one file), and the
 * rooms that it may import from besides itself. The longest name that fits a path is its room.
 */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'core/base': [],
  'core/recovery.ts': [],
  'core/machine.ts': ['core/base', 'core/recovery.ts'],
  'core/raft': ['core/base', 'core/machine.ts'],
  'core/store': ['core/base', 'core/machine.ts'],
  'core/storage': ['core/base', 'core/machine.ts'],
  'core/wire': ['core/base', 'core/machine.ts', 'core/raft', 'core/store'],
  'core/journal': ['core/base', 'core/machine.ts', 'core/store', 'core/storage', 'core/wire'],
  'core/client': ['core/base', 'core/machine.ts', 'core/store', 'core/wire'],
  'core/proxy': ['core/base', 'core/wire'],
  'core/systems': ['core/base', 'core/machine.ts', 'core/raft', 'core/store', 'core/storage', 'core/wire', 'core/journal', 'core/client'],
  'core/durable.ts': ['core/base', 'core/recovery.ts', 'core/machine.ts'],
  'core/index.ts': ['core'],
  sim: ['core'],
  real: ['core'],
  vitest: ['core', 'sim'],
  scenarios: [],
  bench: ['core', 'sim', 'real'],
  cli: ['core', 'sim', 'real', 'scenarios', 'bench'],
  'index.ts': ['core', 'sim'],
};

/** What each room may take from outside the project, besides types. `node:` means all of Node. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  core: ['sorted-btree'],
  sim: ['seedrandom', 'node:'],
  real: ['node:'],
  vitest: ['vitest', 'node:'],
  cli: ['yargs', 'yargs/helpers', 'chalk', 'node:'],
  scenarios: [],
  bench: ['seedrandom', 'node:'],
  'index.ts': [],
};

export const LINES_MAX = 500;
/** A test file is a list of cases, which one looks up rather than reads. */
const TEST_LINES_MAX = 600;

/** What would let the outside world into a pure function. The linter sees more; this needs no linter. */
const IMPURE =
  /\b(Date|Math\.(?:random|pow|exp|log|sin|cos|tan)\w*|performance|setTimeout|setInterval|setImmediate|queueMicrotask|process|console|Promise|async|await|globalThis|Intl|BigInt|localeCompare)\b(?!['"])|\*\*=?\s*[\w(]|\bfor\s*\(\s*(?:const|let|var)\s+\w+\s+in\b|['"]node:/;

/** Paths of somebody's machine, and mirrors of somebody's network. Built from parts, so that this file passes. */
const PRIVATE = new RegExp(
  [
    '(?<![\\w.*/-])/(?:work|root|tmp|home)/[\\w.-]',
    '"resolved":\\s*"http',
    'registry\\.' + '[a-z-]+\\.\\w+',
    '\\b10\\.\\d+\\.\\d+\\.\\d+:\\d+/',
  ].join('|'),
);

/** Who comes in through the doors of the package, as a user does; the rest of the house knows its neighbours. */
const USES_DOORS = /^(scenarios|tests\/scenarios)\//;

const isSource = (path: string): boolean => /^(src|scenarios|bench)\/.*\.ts$/.test(path);

/** `src/core/raft/log.ts` → `core/raft`; `scenarios/raft/basic.ts` → `scenarios`; null outside the house. */
export function roomOf(path: string): string | null {
  const inside = path.replace(/^src\//, '');
  const rooms = Object.keys(MAY_IMPORT).filter((room) => inside === room || inside.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0] ?? null;
}

export const everyFileHasARoom: Rule = (tree) =>
  [...tree.keys()].filter((path) => isSource(path) && roomOf(path) === null).map((path) => `${path} is in no room of the table`);

export const importsPointDown: Rule = (tree) =>
  edgesOf(tree).flatMap(({ from, specifier, to, isDoor }) => {
    const room = roomOf(from);
    if (room === null) return [];
    if (isDoor) return USES_DOORS.test(from) ? [] : [`${from} may not use ${specifier}, a door of the package: name the file`];
    if (to === null) return isAllowedPackage(room, specifier) ? [] : [`${from} may not use ${specifier}`];
    if (!tree.has(to)) return [`${from} imports ${specifier}, which is not there`];
    const target = roomOf(to);
    const allowed = [room, ...(MAY_IMPORT[room] ?? [])];
    const isAllowed = target !== null && allowed.some((name) => target === name || target.startsWith(`${name}/`));
    return isAllowed ? [] : [`${from} may not import ${to} (${room} → ${target ?? 'outside'})`];
  });

/** Scenarios and their tests import what a user can: each other, and the doors of the package. */
export const scenariosUseTheDoors: Rule = (tree) => {
  const doors = doorsOf(tree);
  return [...tree]
    .filter(([path]) => USES_DOORS.test(path) && path.endsWith('.ts'))
    .flatMap(([from, text]) =>
      importsOf(text)
        .filter((specifier) =>
          specifier.startsWith('.') ? /^(src|bench)\//.test(targetOf(from, specifier)) : isMissingDoor(doors, specifier),
        )
        .map((specifier) => `${from} may not import ${specifier}: a user cannot. Use ${[...doors.keys()].join(', ')}`),
    );
};

const isMissingDoor = (doors: ReadonlyMap<string, string>, specifier: string): boolean =>
  /^seedstorm(\/|$)/.test(specifier) && !doors.has(specifier);

/** Changes of a disk that a world has a method for, which tells of them. */
const DISK_ACTS = 'stallUntil|failNext|lieOnNextSync|forgetNamesUntil|setCapacity|wipe|become|calm|switchDamage';

/** Whoever changes a disk behind the world's back does what no observer, digest or trace hears of. */
export const actsGoThroughTheWorld: Rule = (tree) =>
  [...tree]
    .filter(([path]) => /^src\/sim\/(?!world\/|disk\/)/.test(path))
    .flatMap(([path, text]) =>
      [...withoutComments(text).matchAll(new RegExp(`\\bdisk(?:\\([^()]*\\))?\\.(${DISK_ACTS})\\(`, 'g'))].map(
        ([, act]) => `${path} does ${act ?? ''} to a disk itself: world/world-acts.ts has a method that tells of it`,
      ),
    );

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
    .filter(({ path, count }) => count > (path.startsWith('tests/') ? TEST_LINES_MAX : LINES_MAX))
    .map(({ path, count }) => `${path} has ${count} lines, more than ${path.startsWith('tests/') ? TEST_LINES_MAX : LINES_MAX}`);

/** Tests about a whole rather than about one file: folders of tests/, and tests that tell stories of a whole room. */
const ABOUT_THE_WHOLE = [
  'chaos/',
  'contract/',
  'determinism/',
  'docs/',
  'house/',
  'package/',
  'sabotage/',
  'core/raft/replication.test.ts',
  'core/raft/schedules.test.ts',
  'core/raft/stories.test.ts',
  'sim/checkers/recorded.test.ts',
  'sim/checkers/stories.test.ts',
];

/** `a/b.test.ts` tests `src/a/b.ts` or the folder `src/a/b`, and `a/b.aspect.test.ts` an aspect of the same. */
export const testsMirrorTheSource: Rule = (tree) =>
  [...tree.keys()]
    .filter(
      (path) =>
        path.startsWith('tests/') && path.endsWith('.test.ts') && !ABOUT_THE_WHOLE.some((whole) => path.startsWith(`tests/${whole}`)),
    )
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
  return ['src/sim/run/run.ts', 'src/sim/world/world.ts', 'src/real/client/client.ts']
    .filter((heavy) => loaded.has(heavy))
    .map((heavy) => `${heavy} is loaded by every command: import it where it is used`);
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

/** What the package carries besides what is built: its documents link to nothing else. */
const PACKED = /^(docs\/|proto\/|README\.md$|CHANGELOG\.md$|LICENSE$)/;

export const packedLinksResolve: Rule = (tree) =>
  lines(tree, (path) => path.endsWith('.md') && PACKED.test(path)).flatMap(({ path, number, line }) =>
    [...line.matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1]!.split('#')[0]!)
      .filter((file) => file !== '' && !/^[a-z]+:/.test(file) && !PACKED.test(posix.join(posix.dirname(path), file)))
      .map((file) => `${path}:${number} links to ${file}, which the package does not carry: name it between backticks`),
  );

/** A path of this repository between backticks is a link in all but name, and leads somewhere too. */
export const pathsInDocumentsAreThere: Rule = (tree) =>
  lines(tree, (path) => path.endsWith('.md')).flatMap(({ path, number, line }) =>
    [...line.matchAll(/`((?:src|scenarios|tests|bench)\/[\w./-]+\.\w+)`/g)]
      .map((match) => match[1]!)
      .filter((file) => !tree.has(file))
      .map((file) => `${path}:${number} names ${file}, which is not there`),
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
  /** Whether it is one of the package's own doors. */
  readonly isDoor: boolean;
}

function edgesOf(tree: Tree): readonly Edge[] {
  const doors = doorsOf(tree);
  return [...tree]
    .filter(([path]) => isSource(path))
    .flatMap(([from, text]) =>
      importsOf(text).map((specifier) => ({
        from,
        specifier,
        to: doors.get(specifier) ?? (specifier.startsWith('.') ? targetOf(from, specifier) : null),
        isDoor: doors.has(specifier),
      })),
    );
}

function isAllowedPackage(room: string, specifier: string): boolean {
  const allowed = MAY_USE[room.split('/')[0]!] ?? [];
  return allowed.some((name) => specifier === name || (name.endsWith(':') && specifier.startsWith(name)));
}

function lines(tree: Tree, isWanted: (path: string) => boolean, prepare: (text: string) => string = (text) => text) {
  return [...tree]
    .filter(([path]) => isWanted(path))
    .flatMap(([path, text]) =>
      prepare(text)
        .split('\n')
        .map((line, i) => ({ path, number: i + 1, line })),
    );
}

function headingsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replace(/ /g, '-'),
  );
}

function pathsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}
