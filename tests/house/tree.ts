import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's files: path from the root with `/`, and the text. Insertion order is by path. */
export type Tree = ReadonlyMap<string, string>;

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Folders that are made, fetched or private, and so are not the project. */
const NOT_OURS = new Set(['node_modules', 'dist', '.git', '.seedstorm']);
/** Made from docstrings by `npm run api`. */
const MADE = new Set(['coverage', 'docs/api']);

const isNotOurs = (path: string, name: string): boolean => NOT_OURS.has(name) || MADE.has(path) || name.endsWith('.log');

/** Reads every file of the project, the only walk over the disk that the house test makes. */
export function readTree(root: string = ROOT, isSkipped: (path: string, name: string) => boolean = isNotOurs): Tree {
  const tree = new Map<string, string>();
  const walk = (folder: string): void => {
    for (const item of readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = posix.join(folder, item.name);
      if (isSkipped(path, item.name)) continue;
      if (item.isDirectory()) walk(path);
      else if (item.isFile()) tree.set(path, readFileSync(join(root, path), 'utf8'));
    }
  };
  walk('');
  return tree;
}

/** What a TypeScript file imports, as written: `./log.js`, `yargs`, `node:fs`. Type imports and `import()` count too. */
export function importsOf(text: string): readonly string[] {
  const found: string[] = [];
  const code = withoutComments(text);
  for (const match of code.matchAll(/(?:^|[\s;}])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]/g)) found.push(match[1]!);
  for (const match of code.matchAll(/(?:^|[\s;}(])import\s*\(?\s*['"]([^'"]+)['"]/g)) found.push(match[1]!);
  return found;
}

/** The file that a relative import of `from` means: source paths end in `.ts` where imports say `.js`. */
export function targetOf(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

/** The doors of the package, by the name that an import gives them: `seedstorm/sim` → `src/sim/index.ts`. */
export function doorsOf(tree: Tree): ReadonlyMap<string, string> {
  const { name, exports = {} } = JSON.parse(tree.get('package.json') ?? '{}') as { name?: string; exports?: Record<string, unknown> };
  const doors = Object.entries(exports).flatMap(([door, target]): [string, string][] => {
    const file = typeof target === 'object' && target !== null && 'default' in target ? target.default : null;
    return typeof file === 'string' ? [[door.replace('.', name ?? ''), file.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts')]] : [];
  });
  return new Map(doors);
}

/** The code without comments. Strings that look like comments (a `//` in a URL) are rare here, and harmless. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}
