/** Load from one thread: connections that each keep a fixed number of requests unanswered (a closed loop). */
import { connect, type Socket } from 'node:net';
import { parseHostAndPort } from '../../src/real/base/addresses.js';
import { emptyHistogram, record, type Histogram } from './histogram.js';
import { etcdSpeech } from './peers/etcd-speech.js';
import { redisSpeech } from './peers/redis-speech.js';
import { KEYS, staleReadSpeech, textSpeech, type Operation, type Speech } from './speech.js';

/** Whose words are spoken: ours, or those of a peer that we are measured beside. */
export type Tongue = 'seedstorm' | 'redis' | 'etcd';

/** What one thread does to one server. */
export interface LoadSpec {
  /** `host:port` of its client port. */
  readonly address: string;
  readonly operation: Operation;
  readonly tongue: Tongue;
  readonly connections: number;
  /** Requests that each connection keeps unanswered; above 1 they are pipelined. */
  readonly depth: number;
  /** Runs at full load before anything is counted, in milliseconds. */
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** What came of it in the time that was measured. */
export interface LoadResult {
  /** Requests that the server did. */
  readonly done: number;
  /** Answers that say it did not. */
  readonly refused: number;
  readonly elapsedMs: number;
  /** Of those done, in µs. */
  readonly latencies: Histogram;
}

interface Counts {
  done: number;
  refused: number;
  latencies: Histogram;
}

/** How long connecting may take, in milliseconds. */
const CONNECT_MS_MAX = 10_000;

/** @throws {Error} When a connection cannot be made, or breaks. */
export async function load(spec: LoadSpec): Promise<LoadResult> {
  const counts: Counts = { done: 0, refused: 0, latencies: emptyHistogram() };
  const sockets = await Promise.all(Array.from({ length: spec.connections }, () => open(spec.address)));
  const broken = new Promise<never>((_, reject) => {
    for (const [at, socket] of sockets.entries()) drive(socket, speechOf(spec, at), spec.depth, counts, reject);
  });
  // Raced twice; between the races it must not count as a rejection that nobody heard.
  broken.catch(() => undefined);
  try {
    await Promise.race([pause(spec.warmUpMs), broken]);
    Object.assign(counts, { done: 0, refused: 0, latencies: emptyHistogram() });
    const startMs = performance.now();
    await Promise.race([pause(spec.measureMs), broken]);
    return { ...counts, elapsedMs: performance.now() - startMs };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

/** Writes every key once, or the first so many on the way round, over one connection. @throws {Error} When it breaks, is refused, or takes too long. */
export async function fillKeys(address: string, tongue: Tongue, keys = KEYS): Promise<void> {
  const counts: Counts = { done: 0, refused: 0, latencies: emptyHistogram() };
  const spec: LoadSpec = { address, operation: 'write', tongue, connections: 1, depth: FILL_DEPTH, warmUpMs: 0, measureMs: 0 };
  const socket = await open(address);
  try {
    const broken = new Promise<never>((_, reject) => drive(socket, speechOf(spec, 0), spec.depth, counts, reject));
    broken.catch(() => undefined);
    const endMs = performance.now() + FILL_MS_MAX;
    while (counts.done < keys) {
      if (counts.refused > 0 || performance.now() > endMs)
        throw new Error(`${address} took ${counts.done} of ${keys} keys and refused ${counts.refused}`);
      await Promise.race([pause(FILL_LOOK_MS), broken]);
    }
  } finally {
    socket.destroy();
  }
}

const FILL_DEPTH = 64;
const FILL_MS_MAX = 60_000;
const FILL_LOOK_MS = 10;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Each connection begins at a key of its own. */
function speechOf({ operation, tongue, depth }: LoadSpec, connection: number): Speech {
  const first = connection * 151;
  if (tongue === 'etcd') return etcdSpeech(operation === 'write' ? 'write' : 'read', first);
  if (tongue === 'redis') return redisSpeech(operation === 'write' ? 'write' : 'read', depth, first);
  return operation === 'staleRead' ? staleReadSpeech(first) : textSpeech(operation, depth, first);
}

function open(address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(parseHostAndPort(address));
    socket.setNoDelay(true);
    const late = setTimeout(() => socket.destroy(new Error(`no connection to ${address} within ${CONNECT_MS_MAX} ms`)), CONNECT_MS_MAX);
    socket.once('error', reject);
    socket.once('connect', () => {
      clearTimeout(late);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** Keeps `depth` requests unanswered. What one piece of the stream answered is asked anew in one write. */
function drive(socket: Socket, speech: Speech, depth: number, counts: Counts, onBroken: (error: Error) => void): void {
  const sentMs = new Float64Array(depth).fill(performance.now());
  let asked: Uint8Array[] = [speech.greeting];
  const flush = (): void => {
    const [only] = asked;
    if (only !== undefined) socket.write(asked.length === 1 ? only : Buffer.concat(asked));
    asked = [];
  };
  socket.on('error', onBroken);
  socket.on('close', () => onBroken(new Error('the server closed a connection under load')));
  socket.on('data', (bytes) => {
    const nowMs = performance.now();
    const onAnswer = (slot: number, isGood: boolean): void => {
      if (isGood) {
        counts.done++;
        record(counts.latencies, (nowMs - (sentMs[slot] ?? nowMs)) * 1_000);
      } else counts.refused++;
      sentMs[slot] = nowMs;
      asked.push(speech.ask(slot));
    };
    try {
      const before = asked;
      asked = [];
      const words = speech.read(bytes, onAnswer);
      asked = words.length === 0 && before.length === 0 ? asked : [...before, ...words, ...asked];
      flush();
    } catch (error) {
      onBroken(error instanceof Error ? error : new Error(String(error)));
    }
  });
  for (let slot = 0; slot < depth; slot++) asked.push(speech.ask(slot));
  flush();
}
