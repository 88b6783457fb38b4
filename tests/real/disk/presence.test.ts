import { cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DiskStep } from '../../../src/core/machine.js';
import { freePorts } from '../../../src/real/base/ports.js';
import { DataDirectory } from '../../../src/real/disk/disk.js';
import { eventually, temporaryDirectory } from '../helpers.js';
import { clientOf, startNode } from '../node-process.js';

const append = (path: string, text: string): DiskStep => ({ kind: 'append', path, bytes: Buffer.from(text) });

/** What an administrator may do to the directory of a running server. */
const FAULT: Readonly<Record<string, (directory: string) => Promise<unknown>>> = {
  'the directory is removed': (directory) => rm(directory, { recursive: true }),
  'the log is removed': async (directory) => {
    for (const name of await readdir(directory)) if (name.startsWith('wal-')) await rm(join(directory, name));
  },
  'the log is replaced by a copy': async (directory) => {
    for (const name of await readdir(directory)) {
      if (!name.startsWith('wal-')) continue;
      await cp(join(directory, name), join(directory, 'copy'));
      await rename(join(directory, 'copy'), join(directory, name));
    }
  },
  'the directory is replaced by an empty one': async (directory) => {
    await rename(directory, `${directory}.away`);
    await mkdir(directory);
  },
};

describe('a server under which', () => {
  test.each(Object.keys(FAULT))('%s acknowledges nothing more, and ends with exit code 1 and a line', async (name) => {
    const directory = join(await temporaryDirectory(), 'data');
    const ports = await freePorts(2);
    const server = await startNode(directory, ports, { system: 'single' });
    const client = clientOf(ports, 500);
    await client.set('before', 'x');
    await FAULT[name]?.(directory);
    await expect(client.set('after', 'x')).rejects.toThrow();
    expect(await server.exitCode()).toBe(1);
    expect(server.lines.at(-1)).toMatch(/ error ended: .*was removed or replaced under this server, and what it wrote may be lost/);
  });

  test.each(Object.keys(FAULT))('%s ends within a second although nobody writes', async (name) => {
    const directory = join(await temporaryDirectory(), 'data');
    const server = await startNode(directory, await freePorts(2), { system: 'single', more: ['--sync', 'never'] });
    await FAULT[name]?.(directory);
    await eventually('its end', () => server.child.exitCode);
    expect(await server.exitCode()).toBe(1);
    expect(server.lines.at(-1)).toMatch(/ error ended: \S+ was removed or replaced under this server/);
  });

  test('the directory is removed, and which is told to stop at once, does not end as if all were well', async () => {
    const directory = join(await temporaryDirectory(), 'data');
    const ports = await freePorts(2);
    const server = await startNode(directory, ports, { system: 'single', more: ['--sync', 'never'] });
    await clientOf(ports).set('k', 'v');
    await rm(directory, { recursive: true });
    server.child.kill('SIGTERM');
    expect(await server.exitCode()).toBe(1);
    expect(server.lines.at(-1)).toMatch(/ error ended: .*was removed or replaced under this server/);
  });
});

describe('a data directory', () => {
  test('may be changed by its own machine in every way', async () => {
    const directory = await DataDirectory.open(await temporaryDirectory(), { mayCreate: true });
    const lost: string[] = [];
    directory.watch((reason) => lost.push(reason));
    const end = performance.now() + 1_600;
    for (let i = 0; performance.now() < end; i++) {
      const name = `file-${i % 7}`;
      const steps: DiskStep[] = [append(name, 'x'), { kind: 'sync', path: name }, { kind: 'rename', path: name, to: `${name}.old` }];
      const removed: DiskStep[] = i % 3 === 0 ? [{ kind: 'remove', path: `${name}.old` }] : [];
      expect(await directory.perform([...steps, ...removed, { kind: 'syncDirectory' }])).toMatchObject({ ok: true });
    }
    expect(lost).toEqual([]);
    await directory.close();
  });

  test('leaves files alone that no machine names so, whatever they are', async () => {
    const path = await temporaryDirectory();
    for (const name of ['.keep', '.nfs0000000000a1', 'with a space', 'notes~']) await writeFile(join(path, name), 'x');
    await mkdir(join(path, 'lost+found'));
    const directory = await DataDirectory.open(path, { mayCreate: true });
    expect(await directory.perform([{ kind: 'list' }])).toEqual({ ok: true, values: [[]] });
    await directory.close();
    expect(await readdir(path)).toHaveLength(5);
  });

  test('is private to its owner, with all that is in it', async () => {
    const path = join(await temporaryDirectory(), 'data');
    await startNode(path, await freePorts(2), { system: 'single' });
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('700');
    for (const name of (await readdir(path)).filter((one) => one.startsWith('wal-')))
      expect(((await stat(join(path, name))).mode & 0o777).toString(8)).toBe('600');
  });
});
