import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { entryText } from '../../../src/cli/wal/entries.js';
import { byteStringFromText } from '../../../src/core/base/bytestring.js';
import { logIndex, nodeId, term } from '../../../src/core/base/units.js';
import { ENTRY_QUORUM, KEPT_CELLS } from '../../../src/core/systems/quorum/kept-cells.js';
import {
  DEFAULT_STORAGE_OPTIONS,
  flushStorage,
  startStorage,
  storageOnDisk,
  writeEntries,
  type DiskEffect,
  type StorageState,
} from '../../../src/core/storage/storage.js';
import { DirectoryCopy } from '../../../src/cli/wal/directory-copy.js';
import { sightsOf, verify } from '../../../src/cli/wal/wal.js';
import { servedPrimaryReplica } from '../../../src/real/systems/primary-replica.js';
import { servedQuorum } from '../../../src/real/systems/quorum.js';
import { servedSimpleElection } from '../../../src/real/systems/simple-election.js';
import { servedSingle } from '../../../src/real/systems/single.js';
import { servedRaft, type Served } from '../../../src/real/systems/served-system.js';
import { DataDirectory } from '../../../src/real/disk/disk.js';
import { eventually, temporaryDirectory } from '../../real/helpers.js';
import { ask, serversUnderTest } from '../../real/real-cluster.js';

const LINES = ['SET a 1', 'SET greeting hello world', 'PUT lamp 0 off', 'DELETE a'];

/** The directory of one real server of this system to which these lines were typed. */
async function writtenBy(system: Served): Promise<string> {
  const cluster = await serversUnderTest(1);
  const server = await cluster.start(1, { system });
  const port = cluster.servers.get(nodeId(1))?.clientPort ?? 0;
  await eventually('a server that serves', async () => ((await ask(port, 'GET a\n'))[0] === 'NOT_FOUND' ? true : null));
  // One after the other: the text protocol orders the answers, not the requests.
  for (const line of LINES) expect((await ask(port, `${line}\n`))[0]).toMatch(/^OK/);
  await server.stop();
  return join(cluster.directory, '1');
}

const entriesIn = (directory: string) =>
  sightsOf(new DirectoryCopy(directory)).flatMap(({ what, text }) => (what === 'entry' ? [text] : []));

/** What is dumped of a server of each system, and whose log it is said to be. */
const SYSTEMS: readonly (readonly [name: string, system: Served, entries: readonly string[], keptBy: readonly string[]])[] = [
  [
    'single',
    servedSingle() as unknown as Served,
    ['1 SET a 1', '2 SET greeting hello world', '3 PUT lamp 0 off', '4 DELETE a'],
    ['single', 'primary-replica'],
  ],
  [
    'primary-replica',
    servedPrimaryReplica() as unknown as Served,
    ['1 SET a 1', '2 SET greeting hello world', '3 PUT lamp 0 off', '4 DELETE a'],
    ['single', 'primary-replica'],
  ],
  [
    'quorum',
    servedQuorum() as unknown as Served,
    [
      '1 the server starts',
      '2 SET a 1 (write 1, version 1, given out)',
      '3 SET greeting hello world (write 2, version 1, given out)',
      '4 SET lamp off (write 3, version 1, given out)',
      '5 DELETE a (write 4, given out, write 1 is shown until it has W)',
    ],
    ['quorum'],
  ],
  [
    'simple-election',
    servedSimpleElection({ heartbeatMs: 50, timeoutMs: 200 }) as unknown as Served,
    ['1 SET a 1 (version 1)', '2 SET greeting hello world (version 1)', '3 SET lamp off (version 1)', '4 DELETE a'],
    ['simple-election'],
  ],
  [
    'raft',
    servedRaft() as unknown as Served,
    ['1 term 1 no-op', '2 term 1 SET a 1', '3 term 1 SET greeting hello world', '4 term 1 PUT lamp 0 off', '5 term 1 DELETE a'],
    ['raft'],
  ],
];

test.each(SYSTEMS)('the log of %s is dumped in the words that were typed, and verified', async (_name, system, entries, keptBy) => {
  const directory = await writtenBy(system);
  expect(entriesIn(directory)).toEqual(entries);
  const { problem, systems, recovered } = verify(new DirectoryCopy(directory));
  expect({ problem, systems, entries: recovered?.entries.length }).toEqual({ problem: null, systems: keptBy, entries: entries.length });
});

describe('words for what is seldom in a log', () => {
  const text = (kind: number, payload: Uint8Array) => entryText({ index: logIndex(1), term: term(1), kind, payload });
  const key = byteStringFromText('grüße');

  test('of a quorum server: copies, writes given up, bytes that are no text', () => {
    const cell = { writeId: 7, version: 2, value: byteStringFromText('a\nb') };
    expect(text(ENTRY_QUORUM, KEPT_CELLS.encodeEntry({ kind: 'cell', key, cell }))).toBe('SET grüße "a\\nb" (write 7, version 2)');
    expect(text(ENTRY_QUORUM, KEPT_CELLS.encodeEntry({ kind: 'drop', key, writeId: 8 }))).toBe('write 8 of grüße is dropped');
  });

  test('of another version: the number of the kind, and what is wrong', () => {
    expect(text(99, new Uint8Array())).toBe('kind 99, which this version does not know');
    expect(text(ENTRY_QUORUM, new Uint8Array([8, 9]))).toBe('kind 16: its kind is 9, which this version does not know');
  });
});

describe('what a start would refuse, verify refuses', () => {
  /** A log of these entries, written as a server writes it. */
  async function logOf(entries: readonly { readonly kind: number; readonly payload: Uint8Array }[]): Promise<string> {
    const path = join(await temporaryDirectory(), 'log');
    const disk = await DataDirectory.open(path, { mayCreate: true });
    const live = async (begun: { readonly storage: StorageState; readonly effects: readonly DiskEffect[] }): Promise<StorageState> => {
      let { storage } = begun;
      const waiting = [...begun.effects];
      for (let effect = waiting.shift(); effect !== undefined; effect = waiting.shift()) {
        const step = storageOnDisk(storage, effect.operation, await disk.perform(effect.steps));
        storage = step.storage;
        waiting.push(...step.effects);
      }
      return storage;
    };
    const started = await live(
      startStorage(DEFAULT_STORAGE_OPTIONS, { clusterId: 1, nodeId: nodeId(1), system: 'quorum', members: [nodeId(1)] }, 'unknown'),
    );
    await live(
      flushStorage(
        writeEntries(
          started,
          entries.map((entry, i) => ({ ...entry, index: logIndex(i + 1), term: term(1) })),
        ),
      ),
    );
    await disk.close();
    expect(existsSync(path)).toBe(true);
    return path;
  }

  test('entries of two systems in one log', async () => {
    const life = { kind: ENTRY_QUORUM, payload: KEPT_CELLS.encodeEntry({ kind: 'life' }) };
    const { problem, systems } = verify(new DirectoryCopy(await logOf([life, { kind: 17, payload: new Uint8Array() }])));
    expect(systems).toEqual([]);
    expect(problem).toMatch(/^entry 2 of the log cannot be read: its kind is 17, not 16; was this directory written by another system/);
  });

  test('an entry that cannot be read', async () => {
    const { problem } = verify(new DirectoryCopy(await logOf([{ kind: ENTRY_QUORUM, payload: new Uint8Array([8, 9]) }])));
    expect(problem).toMatch(/^entry 1 of the log cannot be read: its kind is 9/);
  });

  test('and where nothing was kept yet nobody is named', async () => {
    expect(verify(new DirectoryCopy(await logOf([])))).toMatchObject({ problem: null, systems: [] });
  });
});
