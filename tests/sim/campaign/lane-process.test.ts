import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { PROGRAM } from '../../cli/run-cli.js';
import { ROOT } from '../../house/tree.js';
import { ProcessLane } from '../../../src/sim/campaign/lane-process.js';

const LEAKY = join(ROOT, 'tests', 'fixtures', 'leaky-machines.js');
const WAITING = join(ROOT, 'tests', 'fixtures', 'waiting-machine.js');

// A campaign with two runs at a time, each in a process of its own, and what becomes of these.
const children: ChildProcess[] = [];
afterEach(() => {
  for (const { pid } of children.splice(0)) {
    try {
      process.kill(-(pid as number), 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
});

interface Campaign {
  readonly pid: number;
  readonly said: { out: string; err: string };
  readonly exitCode: Promise<number | null>;
}

/** Begins one, in a process group of its own as a shell would, and waits for its first progress. */
async function campaign(words = ['basic', '--seeds', '1..5000']): Promise<Campaign> {
  const child = spawn(process.execPath, [PROGRAM, 'explore', ...words, '--jobs', '2'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  const exitCode = new Promise<number | null>((resolve) => child.once('close', resolve));
  await new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.err += text;
      if (said.err.includes(' runs ')) resolve();
    });
  });
  return { pid: child.pid as number, said, exitCode };
}

/** The processes that this one started and that are still there. */
function childrenOf(pid: number): readonly number[] {
  const parentOf = (each: string): number => {
    try {
      const [state, parent] = readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return state === 'Z' ? -1 : Number(parent);
    } catch {
      return -1;
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);
}

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

async function gone(pids: readonly number[]): Promise<boolean> {
  for (let i = 0; i < 400 && pids.some(isThere); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  return !pids.some(isThere);
}

describe.skipIf(process.platform !== 'linux')('the processes of a campaign', { timeout: 60_000 }, () => {
  test('leave Ctrl-C, which a terminal sends to all of them, to the one that ends with the report so far', async () => {
    const { pid, said, exitCode } = await campaign();
    process.kill(-pid, 'SIGINT');
    expect(await exitCode).toBe(130);
    expect(said.out).toMatch(/^stopped after \d+ of 5 000 runs: every property held so far/);
  });

  test('one that is killed ends the campaign with a line that says so, and no report that looks like a pass', async () => {
    const { pid, said, exitCode } = await campaign();
    const [one, other] = childrenOf(pid);
    process.kill(one as number, 'SIGKILL');
    expect(await exitCode).not.toBe(0);
    expect(said.err).toContain('a process of the campaign ended in the middle of a run: SIGKILL');
    expect(said.out).toBe('');
    expect(await gone([other as number])).toBe(true);
  });

  test('end with the one that began it, also when that is killed', async () => {
    const { pid } = await campaign();
    const both = childrenOf(pid);
    expect(both).toHaveLength(2);
    process.kill(pid, 'SIGKILL');
    expect(await gone(both)).toBe(true);
  });

  test('end with it also in the middle of a step that never returns', async () => {
    // One run that passes, for the progress, and then nothing but runs that spin.
    const { pid } = await campaign(['honest', 'spin', '--seeds', '1..100', '--module', LEAKY]);
    const both = childrenOf(pid);
    expect(both).toHaveLength(2);
    process.kill(pid, 'SIGKILL');
    expect(await gone(both)).toBe(true);
  });
});

describe('a run that waits in the system', { timeout: 60_000 }, () => {
  test('is given up with its process, and the next one gets another', async () => {
    const setup = { module: pathToFileURL(WAITING), runLimitMs: 3_000, environment: [], flags: [] };
    const lane = new ProcessLane(setup, false, 500);
    const [stuck, done] = await Promise.all([lane.run({ scenario: 'wait', seed: 1 }), lane.run({ scenario: 'honest', seed: 1 })]);
    await lane.close();
    expect(stuck).toEqual({ stuck: expect.stringMatching(/^the run was not over after 3 s of wall time, and waited/) as string });
    expect(done).toMatchObject({ report: { verdict: 'pass', seed: 1 } });
  });
});
