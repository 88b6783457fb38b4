import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DiskStep } from '../../../src/core/machine.js';
import { UserError } from '../../../src/real/base/errors.js';
import { DataDirectory } from '../../../src/real/disk/disk.js';
import { temporaryDirectory } from '../helpers.js';

const append = (path: string, text: string): DiskStep => ({ kind: 'append', path, bytes: Buffer.from(text) });

describe('a data directory', () => {
  test('is created with what is missing above it, and is empty to its machine', async () => {
    const directory = await DataDirectory.open(join(await temporaryDirectory(), 'a', 'b'), { mayCreate: true });
    expect(await directory.perform([{ kind: 'list' }])).toEqual({ ok: true, values: [[]] });
    await directory.close();
  });

  test('belongs to one owner at a time, and is free again when it is closed', async () => {
    const path = await temporaryDirectory();
    const first = await DataDirectory.open(path, { mayCreate: true });
    await expect(DataDirectory.open(path, { mayCreate: true })).rejects.toThrow(/already in use by this process/);
    await first.close();
    const second = await DataDirectory.open(path, { mayCreate: true });
    await second.close();
    expect(await readdir(path)).toEqual([]);
  });

  test('that another live process holds is refused with its number; once that is killed it is taken over', async () => {
    const path = await temporaryDirectory();
    const mine = await DataDirectory.open(path, { mayCreate: true });
    const [name = ''] = await readdir(path);
    await mine.close();

    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(other, 'spawn');
    const [prefix, host, boot] = name.split('.');
    const stat = await readFile(`/proc/${other.pid}/stat`, 'utf8');
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    await writeFile(join(path, [prefix, host, boot, other.pid, start].join('.')), '');
    await expect(DataDirectory.open(path, { mayCreate: true })).rejects.toThrow(`in use by process ${other.pid}`);
    expect(await readdir(path)).toHaveLength(1);

    other.kill('SIGKILL');
    await once(other, 'exit');
    const taken = await DataDirectory.open(path, { mayCreate: true });
    expect((await readdir(path)).map((left) => left.split('.')[3])).toEqual([String(process.pid)]);
    await taken.close();
  });

  test('whose lock names a process number that was given to somebody else is taken over', async () => {
    const path = await temporaryDirectory();
    const mine = await DataDirectory.open(path, { mayCreate: true });
    const [name = ''] = await readdir(path);
    await mine.close();
    const parts = name.split('.');
    await writeFile(join(path, [...parts.slice(0, 4), '1'].join('.')), '');
    const taken = await DataDirectory.open(path, { mayCreate: true });
    await taken.close();
    expect(await readdir(path)).toEqual([]);
  });

  test('that a process of another machine may hold is refused, and the line says what to remove', async () => {
    const path = await temporaryDirectory();
    await writeFile(join(path, 'lock.elsewhere.0.17.4'), '');
    await expect(DataDirectory.open(path, { mayCreate: true })).rejects.toThrow(
      /process 17 on machine elsewhere.*remove lock\.elsewhere\.0\.17\.4/,
    );
    expect(await readdir(path)).toEqual(['lock.elsewhere.0.17.4']);
  });

  test('of two that open it at one moment, at most one gets it', async () => {
    const path = await temporaryDirectory();
    const results = await Promise.allSettled([
      DataDirectory.open(path, { mayCreate: true }),
      DataDirectory.open(path, { mayCreate: true }),
    ]);
    const open = results.filter((result) => result.status === 'fulfilled');
    expect(open.length).toBeLessThanOrEqual(1);
    for (const result of open) await result.value.close();
  });

  test('that is a file, or below one, is a mistake of the user', async () => {
    const path = join(await temporaryDirectory(), 'file');
    await writeFile(path, 'x');
    await expect(DataDirectory.open(path, { mayCreate: true })).rejects.toThrow(UserError);
    await expect(DataDirectory.open(join(path, 'below'), { mayCreate: true })).rejects.toThrow(/cannot be used: it is not a directory/);
  });

  test.skipIf(process.getuid?.() === 0)('that may not be written is a mistake of the user', async () => {
    const path = await temporaryDirectory();
    await chmod(path, 0o500);
    await expect(DataDirectory.open(join(path, 'x'), { mayCreate: true })).rejects.toThrow(/permission denied/);
  });

  test('reports any other fault as io, and a name that is not a plain file name never leaves the directory', async () => {
    const path = await temporaryDirectory();
    await mkdir(join(path, 'folder'));
    const directory = await DataDirectory.open(path, { mayCreate: true });
    expect(await directory.perform([append('folder', 'x')])).toMatchObject({ ok: false, at: 0, error: { code: 'io' } });
    expect(await directory.perform([append('../outside', 'x')])).toMatchObject({ ok: false, error: { code: 'io' } });
    expect(await directory.perform([append('lock.x', 'x')])).toMatchObject({ ok: false, error: { code: 'io' } });
    await directory.close();
  });

  test('a full disk is reported as full', async (context) => {
    const full = await writeFile('/dev/full', 'x').then(
      () => 'took it',
      (error: NodeJS.ErrnoException) => error.code,
    );
    if (full !== 'ENOSPC') return context.skip('this machine has no /dev/full');
    const path = await temporaryDirectory();
    const directory = await DataDirectory.open(path, { mayCreate: true });
    await (await import('node:fs/promises')).symlink('/dev/full', join(path, 'log'));
    expect(await directory.perform([append('log', 'x')])).toMatchObject({ ok: false, at: 0, error: { code: 'full' } });
    await directory.close();
  });

  test('keeps no more handles than it needs, however many files there are', async () => {
    const path = await temporaryDirectory();
    const directory = await DataDirectory.open(path, { mayCreate: true });
    const names = Array.from({ length: 200 }, (_, i) => `file-${i}`);
    const handles = async () => (await readdir('/proc/self/fd')).length;
    const before = await handles();
    for (const name of names) {
      expect(await directory.perform([append(name, name), { kind: 'sync', path: name }])).toMatchObject({ ok: true });
    }
    expect((await handles()) - before).toBeLessThan(80);
    const reads = await Promise.all(names.map((name) => directory.perform([{ kind: 'read', path: name, offset: 0, length: 99 }])));
    expect(reads.map((read) => read.ok && Buffer.from(read.values[0] as Uint8Array).toString())).toEqual(names);
    await directory.close();
    expect(await handles()).toBeLessThanOrEqual(before + 1);
  });
});
