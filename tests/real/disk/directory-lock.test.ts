import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../../../src/real/base/ports.js';
import { lockDirectory, type DirectoryLock } from '../../../src/real/disk/directory-lock.js';
import { currentOwner, nameOf, type Owner } from '../../../src/real/disk/lock-owner.js';
import { temporaryDirectory } from '../helpers.js';
import { clientOf, ownPidNamespace, startNode } from '../node-process.js';

/** A process that holds a lock of this name, as a server would. */
async function holder(directory: string, changed: Partial<Owner>) {
  const owner = { ...(await currentOwner()), ...changed };
  const code = `require('node:net').createServer().listen(${JSON.stringify(nameOf(owner))}, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', code], { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { name: nameOf(owner), kill };
}

async function release(...locks: readonly DirectoryLock[]): Promise<void> {
  for (const lock of locks) await lock.release();
}

describe('the lock of a data directory', () => {
  test('holds between PID namespaces of one host name, for as long as its owner lives', async (context) => {
    const under = ownPidNamespace();
    if (under === null) return context.skip('SKIPPED: this machine does not permit PID namespaces (unshare --pid)');
    const directory = join(await temporaryDirectory(), 'data');
    const ports = await freePorts(2);
    const first = await startNode(directory, ports, { under, system: 'single' });
    const client = clientOf(ports);
    await client.set('k', 'acknowledged');

    const second = await startNode(directory, await freePorts(2), { under, system: 'single' });
    expect(await second.exitCode()).toBe(2);
    expect(second.lines.at(-1)).toMatch(/^seedstorm: data directory \S+ is in use by process \d+$/);
    await client.set('k', 'acknowledged too');

    first.child.kill('SIGKILL');
    await first.exitCode();
    const portsOfThird = await freePorts(2);
    await startNode(directory, portsOfThird, { under, system: 'single' });
    expect((await clientOf(portsOfThird).get('k'))?.value.toString()).toBe('acknowledged too');
  });

  test('is taken over from a dead process of another name on the same kernel, and never from a living one', async () => {
    const directory = await temporaryDirectory();
    const other = await holder(directory, { host: 'elsewhere', pid: 1 });
    await expect(lockDirectory(directory)).rejects.toThrow('is in use by process 1 of container or machine elsewhere');
    await expect(lockDirectory(directory)).rejects.toThrow('is in use by process 1 of container or machine elsewhere');
    expect(await readdir(directory)).toEqual([other.name]);
    await other.kill();
    await release(await lockDirectory(directory));
    expect(await readdir(directory)).toEqual([]);
  });

  test('of another kernel is only reported, since nobody behind it can be asked', async () => {
    const directory = await temporaryDirectory();
    const other = await holder(directory, { host: 'elsewhere', boot: '01234567' });
    await other.kill();
    await expect(lockDirectory(directory)).rejects.toThrow(`on machine elsewhere; if that is gone for good, remove ${other.name}`);
    expect(await readdir(directory)).toEqual([other.name]);
  });

  test('of this machine before it was restarted is removed', async () => {
    const directory = await temporaryDirectory();
    const other = await holder(directory, { boot: '01234567' });
    await other.kill();
    await release(await lockDirectory(directory));
    expect(await readdir(directory)).toEqual([]);
  });

  test('that its maker did not finish is removed when the maker is dead', async () => {
    const directory = await temporaryDirectory();
    const code = `require('node:net').createServer().listen('lock.new.01234567', () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', code], { cwd: directory, stdio: 'ignore' }), 'exit');
    expect(await readdir(directory)).toEqual(['lock.new.01234567']);
    await release(await lockDirectory(directory));
    expect(await readdir(directory)).toEqual([]);
  });

  test('works where the path is too long for a socket', async () => {
    const directory = join(await temporaryDirectory(), 'long'.repeat(40));
    await mkdir(directory);
    const lock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toThrow(/already in use by this process/);
    await release(lock);
    await release(await lockDirectory(directory));
    expect(await readdir(directory)).toEqual([]);
  });

  test('is a plain file where the file system holds no sockets, and says so', async () => {
    const directory = await temporaryDirectory();
    const refuses = (): Promise<never> => Promise.reject(Object.assign(new Error('not permitted'), { code: 'EPERM' }));
    const lock = await lockDirectory(directory, refuses);
    expect(lock.warning).toMatch(/on a file system without sockets: its lock does not hold between containers/);
    await expect(lockDirectory(directory)).rejects.toThrow(/already in use by this process/);
    await expect(lockDirectory(directory, refuses)).rejects.toThrow(/already in use by this process/);
    await release(lock);
    expect(await readdir(directory)).toEqual([]);
  });

  test('belongs to one at most of many who come at once, and leaves nothing behind', async () => {
    const directory = await temporaryDirectory();
    for (let round = 0; round < 20; round++) {
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(directory)));
      const held = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(held.length).toBeLessThanOrEqual(1);
      for (const one of tries) if (one.status === 'rejected') expect(String(one.reason)).toMatch(/already in use by this process/);
      await release(...held);
      expect(await readdir(directory)).toEqual([]);
    }
  });
});
