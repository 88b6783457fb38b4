import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const TYPESCRIPT = /\.[cm]?ts$/;

/** Node strips types by itself from 22.18 and 23.6 on. */
const canStrip = (): boolean => Boolean((process.features as { readonly typescript?: unknown }).typescript);
/** A loader such as tsx, or vitest, is at work already. */
const isLoading = (): boolean => process.env['VITEST'] !== undefined || process.execArgv.some((flag) => /tsx|ts-node/.test(flag));

/** Where that part of `tsx` is, as the module sees it; null when it is not installed there. */
function tsxFor(module: URL, part: string): URL | null {
  try {
    return pathToFileURL(createRequire(module).resolve(part));
  } catch {
    return null;
  }
}

/** Flags of Node with which another process loads the module. */
export function flagsFor(module: URL): readonly string[] {
  if (!TYPESCRIPT.test(module.pathname) || canStrip()) return [];
  const tsx = tsxFor(module, 'tsx');
  return tsx === null ? [] : ['--import', tsx.href];
}

/**
 * Makes this process ready to load a module, if that is TypeScript.
 *
 * @throws {Error} One line, when it cannot.
 */
export async function prepareFor(module: URL): Promise<void> {
  if (!TYPESCRIPT.test(module.pathname) || canStrip() || isLoading()) return;
  // What `require` finds there is made for another kind of module; that for `import` is its neighbour.
  const found = tsxFor(module, 'tsx/esm/api');
  const tsx = found === null ? null : new URL(found.href.replace(/\.cjs$/, '.mjs'));
  if (tsx === null)
    throw new Error(
      `Node ${process.versions.node} does not load TypeScript (${fileURLToPath(module)}): use Node 22.18 or later, install tsx (npm install --save-dev tsx), or compile it`,
    );
  const { register } = (await import(tsx.href)) as { readonly register: () => unknown };
  register();
}

/** Why a package that a module imports is not found, and how to get it; '' for any other error. */
export function hintFor(error: unknown): string {
  const isOurs = error instanceof Error && /Cannot find package 'seedstorm'/.test(error.message);
  return isOurs ? ': run "npm install seedstorm" (or "npm link seedstorm") in the folder of the module or above it' : '';
}
