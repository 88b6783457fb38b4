import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openClient, type Client } from '../../src/real/client.js';
import { startCluster } from '../../src/real/cluster.js';
import { jsonLineOf, jsonLinesHistory } from '../../src/sim/checkers/formats/jsonLines.js';
import type { Operation } from '../../src/sim/checkers/history.js';
import { checkLinearizability } from '../../src/sim/checkers/linearizability.js';
import { kv } from '../../src/sim/checkers/models/kv.js';
import { reportOf } from '../../src/sim/checkers/report.js';
import { torment, type Harms } from './nemesis.js';
import { newRecording, readAll, runClient, type Recording } from './workload.js';

const CHAOS_MS = 22_000;
const CLIENTS = 4;
/** How long a healed cluster may take until it serves: elections and a client's own patience. */
const HEALED_MS_MAX = 15_000;

test(
  'three real processes that are killed, paused and restarted stay linearizable and lose nothing that was acknowledged',
  { timeout: 120_000 },
  async () => {
    const seed = Number(process.env['SEEDSTORM_CHAOS_SEED'] ?? Date.now() % 1_000_000);
    const directory = await mkdtemp(join(tmpdir(), 'seedstorm-chaos-'));
    const lines: string[] = [];
    const cluster = await startCluster({
      servers: 3, directory: join(directory, 'cluster'), onLine: (id, line) => void lines.push(`s${id} ${line}`),
    });
    const clients: Client[] = [];
    const open = (timeoutMs: number): Client => {
      const client = openClient({ servers: cluster.clientAddresses, timeoutMs });
      clients.push(client);
      return client;
    };
    let isGood = false;
    let isAborted = false;
    try {
      const recordings = Array.from({ length: CLIENTS }, newRecording);
      const began = performance.now();
      const isOver = () => isAborted || performance.now() - began >= CHAOS_MS;
      const [harms] = await Promise.all([
        torment(cluster, open(2_000), seed, isOver),
        ...recordings.map((recording, i) => runClient(i + 1, open(2_000), seed, recording, isOver)),
      ]);
      const ended = performance.now();

      const last = newRecording();
      const acknowledged = recordings.flatMap((recording) => recording.acknowledged);
      const found = await readAll(CLIENTS + 1, open(HEALED_MS_MAX), acknowledged, last);
      const history = [...recordings, last].flatMap((recording) => recording.operations);
      const path = join(directory, 'history.jsonl');
      await writeFile(path, history.map((operation) => `${jsonLineOf(operation)}\n`).join(''));
      console.log(summary(seed, recordings, harms, began, ended, acknowledged.length));

      expect(last.notDone, 'a healed cluster answers every read').toBe(0);
      expect(acknowledged.filter((key) => !found.has(key)), 'acknowledged and lost').toEqual([]);
      const result = checkLinearizability(readBack(history), kv);
      expect(reportOf(result)).toMatch(/^passed/);
      expect(lines.filter((line) => /a rule of this program was broken|this program failed/.test(line))).toEqual([]);
      expectThatItGotSomewhere(recordings, harms);
      isGood = true;
    } finally {
      isAborted = true;
      await Promise.all(clients.map((client) => client.close()));
      await cluster.stop();
      if (isGood) await rm(directory, { recursive: true, force: true });
      else {
        await writeFile(join(directory, 'servers.log'), lines.map((line) => `${line}\n`).join(''));
        console.log(`history, logs and data are kept in ${directory}; the same choices again: SEEDSTORM_CHAOS_SEED=${seed}`);
      }
    }
  },
);

/** The history as whoever is given the file would read it. */
function readBack(history: readonly Operation[]): readonly Operation[] {
  const read = jsonLinesHistory(history.map((operation) => `${jsonLineOf(operation)}\n`).join(''));
  if (!read.ok) throw new Error(`the recorded history cannot be read: ${JSON.stringify(read.problem)}`);
  const operations = read.value.map(({ operation }) => operation);
  expect(operations).toEqual(history);
  return operations;
}

/** A storm in which nothing was written, or nobody was hit, proves nothing. */
function expectThatItGotSomewhere(recordings: readonly Recording[], harms: Harms): void {
  for (const { operations, acknowledged } of recordings) {
    expect(operations.filter(({ outcome }) => outcome !== 'unknown').length).toBeGreaterThan(100);
    expect(acknowledged.length).toBeGreaterThan(5);
  }
  for (const [harm, count] of Object.entries(harms)) expect(count, harm).toBeGreaterThan(0);
}

function summary(seed: number, recordings: readonly Recording[], harms: Harms, began: number, ended: number, acknowledged: number): string {
  const writes = [began, ...recordings.flatMap(({ writtenAtMs }) => writtenAtMs), ended].sort((a, b) => a - b);
  const gaps = writes.slice(1).map((at, i) => at - (writes[i] ?? at));
  const sum = (pick: (recording: Recording) => number): number => recordings.reduce((total, one) => total + pick(one), 0);
  return [
    `chaos seed ${seed}, ${((ended - began) / 1_000).toFixed(1)} s:`,
    `${sum(({ operations }) => operations.length)} operations (${writes.length - 2} acknowledged writes, ${acknowledged} of them to keys of their own),`,
    `${sum(({ maybe }) => maybe)} maybe, ${sum(({ notDone }) => notDone)} not done;`,
    `${Object.entries(harms).map(([harm, count]) => `${harm} ${count}`).join(', ')};`,
    `longest time without an acknowledged write ${Math.round(Math.max(...gaps))} ms`,
  ].join(' ');
}
