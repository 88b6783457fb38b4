import { MaybeError, NotDoneError, type Client } from '../../src/real/client.js';
import type { Operation } from '../../src/sim/checkers/history.js';

/** What one client did and learned, for the checker and the summary. */
export interface Recording {
  readonly operations: Operation[];
  /** Keys that this client alone wrote, once each, and was told so. */
  readonly acknowledged: string[];
  /** When a write of this client was acknowledged, in milliseconds. */
  readonly writtenAtMs: number[];
  notDone: number;
  maybe: number;
}

export const newRecording = (): Recording => ({ operations: [], acknowledged: [], writtenAtMs: [], notDone: 0, maybe: 0 });

const KEYS = ['a', 'b', 'c', 'd', 'e'];
/** So many calls of one client for each millisecond at most: the checker's work, not the servers', is to be bounded. */
const PAUSE_MS = 4;

const nowUs = (): number => Math.floor(performance.now() * 1_000);

/** A small generator, so that what the clients try can be repeated; when, cannot. */
export function diceFrom(seed: number): (bound: number) => number {
  let state = seed | 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return ((state >>> 8) * bound) >>> 24;
  };
}

/** Reads and writes shared keys, and now and then a key of its own, until told to stop. Every written value is unique. */
export async function runClient(clientId: number, client: Client, seed: number, recording: Recording, isOver: () => boolean): Promise<void> {
  const dice = diceFrom(seed * 1_000 + clientId);
  const versions = new Map<string, number>();
  for (let n = 1; !isOver(); n++) {
    const key = KEYS[dice(KEYS.length)] ?? '';
    const value = `${clientId}-${n}`;
    const choice = dice(100);
    if (choice < 45) await get(clientId, client, key, versions, recording);
    else if (choice < 65) await set(clientId, client, key, value, versions, recording);
    else if (choice < 85) await put(clientId, client, key, value, versions, recording);
    else if (choice < 90) await remove(clientId, client, key, versions, recording);
    else await set(clientId, client, `own-${value}`, value, versions, recording);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** A read of each key by somebody who comes when all is calm. */
export async function readAll(clientId: number, client: Client, keys: readonly string[], recording: Recording): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const key of [...KEYS, ...keys]) {
    await get(clientId, client, key, new Map(), recording);
    if (recording.operations.at(-1)?.outcome === 'ok') found.add(key);
  }
  return found;
}

type Versions = Map<string, number>;
type Answer = Pick<Operation, 'outcome' | 'resultValue' | 'resultVersion'>;

async function get(clientId: number, client: Client, key: string, versions: Versions, recording: Recording): Promise<void> {
  await record(recording, { clientId, key, op: 'get', value: null, version: null }, async () => {
    const found = await client.get(key);
    versions.set(key, found?.version ?? 0);
    return found === null ? answer('noKey') : answer('ok', found.version, found.value.toString());
  });
}

async function set(clientId: number, client: Client, key: string, value: string, versions: Versions, recording: Recording): Promise<void> {
  await record(recording, { clientId, key, op: 'set', value, version: null }, async () => {
    const version = await client.set(key, value);
    versions.set(key, version);
    if (key.startsWith('own-')) recording.acknowledged.push(key);
    return answer('ok', version);
  });
}

async function put(clientId: number, client: Client, key: string, value: string, versions: Versions, recording: Recording): Promise<void> {
  const version = versions.get(key) ?? 0;
  await record(recording, { clientId, key, op: 'put', value, version }, async () => {
    const outcome = await client.put(key, value, version);
    versions.set(key, outcome.kind === 'noKey' ? 0 : outcome.version);
    return outcome.kind === 'done' ? answer('ok', outcome.version) : answer(outcome.kind, outcome.kind === 'noKey' ? null : outcome.version);
  });
}

async function remove(clientId: number, client: Client, key: string, versions: Versions, recording: Recording): Promise<void> {
  await record(recording, { clientId, key, op: 'delete', value: null, version: null }, async () => {
    versions.set(key, 0);
    return (await client.delete(key)) ? answer('ok') : answer('noKey');
  });
}

const answer = (outcome: Operation['outcome'], resultVersion: number | null = null, resultValue: string | null = null): Answer => ({
  outcome, resultVersion, resultValue,
});

/** What certainly did nothing is no part of a history; what may have done something is, for ever. */
async function record(recording: Recording, asked: Pick<Operation, 'clientId' | 'key' | 'op' | 'value' | 'version'>, call: () => Promise<Answer>): Promise<void> {
  const callUs = nowUs();
  try {
    const learned = await call();
    recording.operations.push({ ...asked, ...learned, expected: null, callUs, returnUs: nowUs() });
    if (asked.op !== 'get' && learned.outcome === 'ok') recording.writtenAtMs.push(performance.now());
  } catch (error) {
    if (error instanceof NotDoneError) recording.notDone += 1;
    else if (error instanceof MaybeError) {
      recording.maybe += 1;
      recording.operations.push({ ...asked, ...answer('unknown'), expected: null, callUs, returnUs: null });
    } else throw error;
  }
}
