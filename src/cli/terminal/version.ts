import { readFileSync } from 'node:fs';

/** The package's version, as package.json states it. From dist/src/cli/terminal the root is four folders up. */
export const VERSION: string = readVersion();

function readVersion(): string {
  const manifest = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
