import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../house/tree.js';

export interface Packed {
  /** A directory of its own, with the tarball in it; the caller removes it. */
  readonly directory: string;
  readonly tarball: string;
  /** Where the tarball was unpacked. */
  readonly unpacked: string;
}

/** Packs what stands in `dist` and `docs` as npm would, and unpacks it again. Build first. */
export function pack(): Packed {
  const directory = mkdtempSync(join(tmpdir(), 'seedstorm-package-'));
  const answer = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', directory], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 64 * 1_024 * 1_024,
  });
  const tarball = join(directory, (JSON.parse(answer) as readonly [{ readonly filename: string }])[0].filename);
  execFileSync('tar', ['-xzf', tarball, '-C', directory]);
  return { directory, tarball, unpacked: join(directory, 'package') };
}
