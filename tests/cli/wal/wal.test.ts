import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DirectoryCopy } from '../../../src/cli/wal/directory-copy.js';
import { sightsOf, verify } from '../../../src/cli/wal/wal.js';
import { byteStringFromText } from '../../../src/core/base/bytestring.js';
import { logIndex, nodeId, term } from '../../../src/core/base/units.js';
import {
  DEFAULT_STORAGE_OPTIONS,
  flushStorage,
  startStorage,
  storageOnDisk,
  writeEntries,
  writeHardState,
  type DiskEffect,
  type StorageState,
} from '../../../src/core/storage/storage.js';
import { encodeCommand } from '../../../src/core/wire/protobuf/command.js';

const IDENTITY = { clusterId: 77, nodeId: nodeId(2), system: 'raft', members: [nodeId(1), nodeId(2)] };
let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'seedstorm-wal-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Carries out disk effects in real files of `folder` until there are none; enough of a host for one writer. */
function live(begun: { storage: StorageState; effects: readonly DiskEffect[] }): StorageState {
  let { storage } = begun;
  const waiting = [...begun.effects];
  for (let effect = waiting.shift(); effect !== undefined; effect = waiting.shift()) {
    const values = effect.steps.map((step) => {
      if (step.kind === 'list') return readdirSync(folder).map((path) => ({ path, sizeBytes: readFileSync(join(folder, path)).length }));
      if (step.kind === 'append') writeFileSync(join(folder, step.path), step.bytes, { flag: 'a' });
      return null;
    });
    const outcome = storageOnDisk(storage, effect.operation, { ok: true, values });
    storage = outcome.storage;
    waiting.push(...outcome.effects);
  }
  return storage;
}

/** A directory with a vote in term 3 and entries 1 to 5. */
function writtenDirectory(): string {
  let storage = live(startStorage(DEFAULT_STORAGE_OPTIONS, IDENTITY, 'unknown'));
  storage = writeHardState(storage, term(3), nodeId(1));
  const set = {
    op: 'set',
    clientId: 9,
    sequenceNum: 4,
    key: byteStringFromText('grüße'),
    value: byteStringFromText('two words'),
    version: 0,
  } as const;
  const entries = [1, 2, 3, 4, 5].map((index) => ({
    index: logIndex(index),
    term: term(3),
    kind: index === 1 ? 0 : 1,
    payload: index === 1 ? new Uint8Array() : encodeCommand(set),
  }));
  storage = writeEntries(storage, entries);
  live(flushStorage(storage));
  return join(folder, readdirSync(folder).sort().at(-1)!);
}

describe('a data directory', () => {
  test('is listed record by record', () => {
    writtenDirectory();
    const sights = sightsOf(new DirectoryCopy(folder));
    expect(sights[0]).toMatchObject({
      offset: 0,
      what: 'head',
      text: expect.stringContaining('cluster 77 server 2 of 1, 2, system raft, the first file') as string,
    });
    expect(sights.map(({ what, text }) => `${what} ${text}`)).toEqual(
      expect.arrayContaining([
        'hardState term 3, vote 1',
        expect.stringMatching(/^entries 1\.\.5 of term 3, \d+ bytes$/) as string,
        'entry 1 term 3 no-op',
        'entry 5 term 3 SET grüße two words (session 9, command 4)',
      ]),
    );
  });

  test('is verified by the recovery of the server itself, and not changed by it', () => {
    const path = writtenDirectory();
    const before = readFileSync(path);
    const { identity, recovered, problem } = verify(new DirectoryCopy(folder));
    expect({ identity, problem }).toEqual({ identity: IDENTITY, problem: null });
    expect(recovered).toMatchObject({ currentTerm: 3, votedFor: 1, firstIndex: 1 });
    expect(recovered?.entries).toHaveLength(5);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  test('with a torn end passes and says what was cut', () => {
    const path = writtenDirectory();
    writeFileSync(path, readFileSync(path).subarray(0, -20));
    const { recovered, problem } = verify(new DirectoryCopy(folder));
    expect(problem).toBeNull();
    expect(recovered?.entries).toHaveLength(0);
    expect(recovered?.notes.join()).toMatch(/torn/);
    expect(sightsOf(new DirectoryCopy(folder)).at(-1)).toMatchObject({
      what: 'rest',
      text: expect.stringContaining('no record') as string,
    });
  });

  test.each<[string, (path: string) => void, string]>([
    ['that is empty', (path) => mkdirSync(path), "holds no write-ahead log: it is empty or no server's data directory"],
    ['of something else', (path) => (mkdirSync(path), writeFileSync(join(path, 'notes.txt'), '')), 'holds no write-ahead log: '],
    ['that is not there', () => undefined, 'cannot be read: there is no such directory'],
    ['that is a file', (path) => writeFileSync(path, ''), 'cannot be read: it is no directory; name the data directory'],
    [
      'with a directory for a log',
      (path) => mkdirSync(join(path, 'wal-0000000000000001.log'), { recursive: true }),
      'holds no write-ahead log: wal-0000000000000001.log is no regular file',
    ],
    [
      'with a link for a log, which a server does not read',
      (path) => (mkdirSync(path), symlinkSync('/dev/zero', join(path, 'wal-0000000000000001.log'))),
      'holds no write-ahead log: wal-0000000000000001.log is no regular file',
    ],
    [
      'with a pipe for a log, which nobody writes',
      (path) => (mkdirSync(path), execFileSync('mkfifo', [join(path, 'wal-0000000000000001.log')])),
      'holds no write-ahead log: wal-0000000000000001.log is no regular file',
    ],
  ])('%s is one clear line', (_, make, line) => {
    const path = join(folder, 'it');
    make(path);
    expect(() => new DirectoryCopy(path)).toThrow(`${path} ${line}`);
  });

  test.runIf(process.getuid?.() !== 0)('that may not be read is one clear line', () => {
    const path = join(folder, 'it');
    mkdirSync(path, { mode: 0o000 });
    expect(() => new DirectoryCopy(path)).toThrow(`${path} cannot be read: permission denied; look as the user that the server runs as`);
  });

  test('whose head cannot be read is one clear line', () => {
    const path = writtenDirectory();
    const bytes = readFileSync(path);
    bytes[20]! ^= 1;
    writeFileSync(path, bytes);
    expect(() => verify(new DirectoryCopy(folder))).toThrow(
      `${folder}: no file of the write-ahead log has a readable head, so whose it is cannot be said; a server that ran before would not start on it`,
    );
    expect(sightsOf(new DirectoryCopy(folder))).toMatchObject([{ what: 'broken' }]);
  });
});
