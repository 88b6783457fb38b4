import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../house/tree.js';
import { flagsFor, hintFor } from '../../../src/sim/campaign/typescript.js';

const elsewhere = mkdtempSync(join(tmpdir(), 'seedstorm-typescript-'));
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

const canStrip = Boolean((process.features as { readonly typescript?: unknown }).typescript);

describe('a module in TypeScript', () => {
  test('is loaded by Node where that can, else by tsx where that is installed; JavaScript needs neither', () => {
    const here = flagsFor(pathToFileURL(join(ROOT, 'scenarios', 'index.ts')));
    if (canStrip) expect(here).toEqual([]);
    else expect(here).toEqual(['--import', expect.stringContaining('/tsx/')]);
    expect(flagsFor(pathToFileURL(join(elsewhere, 'mine.ts')))).toEqual([]);
    expect(flagsFor(pathToFileURL(join(ROOT, 'scenarios', 'index.js')))).toEqual([]);
  });

  test('that does not find this package is told how to get it', () => {
    expect(hintFor(new Error("Cannot find package 'seedstorm' imported from mine.js"))).toContain('npm install seedstorm');
    expect(hintFor(new Error("Cannot find package 'left-pad' imported from mine.js"))).toBe('');
  });
});
