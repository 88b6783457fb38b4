import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDirectory } from '../../../src/real/disk/directories.js';

describe('a directory', () => {
  let home = '';
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'seedstorm-directories-'));
  });
  afterEach(async () => {
    await rm(home, { recursive: true });
  });

  test('is created with all that is missing above it, and again without complaint', async () => {
    await createDirectory(join(home, 'a/b/c'));
    await createDirectory(join(home, 'a/b/c'));
    expect((await stat(join(home, 'a/b/c'))).isDirectory()).toBe(true);
  });

  test('below a file is refused', async () => {
    await writeFile(join(home, 'file'), '');
    await expect(createDirectory(join(home, 'file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  test.skipIf(!existsSync('/proc/self'))('where the system takes no new names is refused, and does not go round for ever', async () => {
    await expect(createDirectory('/proc/seedstorm/below')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
