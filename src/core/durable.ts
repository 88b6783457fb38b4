import { assert } from './base/assert.js';
import { crc32c } from './base/crc32c.js';
import { Fifo } from './base/fifo.js';
import { fail, type Result } from './base/result.js';
import { operationId } from './base/units.js';
import type { Recovery } from './recovery.js';
import type { Boot, Codec, DiskOutcome, DiskStep, DiskValue, Effect, FileEntry, Input, Machine, Step } from './machine.js';

/** What of a machine's state must outlive its process, and where it is kept. */
export interface Keeping<State, Kept extends object> {
  /** A plain file name. While it is written anew a second one stands beside it, with `.new` behind its name. */
  readonly file: string;
  readonly codec: Codec<Kept>;
  /** The part to keep. Written anew whenever one of its fields is another value than before (`Object.is`), so it hands out what the state holds and copies nothing. */
  save(state: State): Kept;
  /** A first state of a life that found this. */
  load(state: State, kept: Kept): State;
}

/** `inner` is the state of the machine inside; null while its file is read. */
export interface DurableState<State, Message, Request, Response> {
  readonly boot: Boot;
  readonly inner: State | null;
  /** What the file said before the first step of this life, or was last told. */
  readonly kept: object | null;
  /** Counts the versions of what is kept: the newest there is, and the one that the disk reported. */
  readonly version: number;
  readonly durable: number;
  /** The version whose write is under way; null when the disk is at rest. */
  readonly writing: number | null;
  readonly operations: number;
  /** Effects that wait for the version on which they rest, oldest first. */
  readonly outbox: Fifo<{ readonly version: number; readonly effect: Effect<Message, Response> }>;
  /** What came in while the file was read, oldest first; messages of peers are lost then, as a network may. */
  readonly early: Fifo<Input<Message, Request>>;
}

/**
 * The same machine with a part of its state in a file, so that it survives the end of its process and a loss of power:
 * promise 3 of the contract (machine.ts), kept for a machine that says what to keep and nothing else about disks.
 *
 * Whatever the machine sends or answers waits until all that was to be kept at that step is durable. While the disk works, further
 * changes gather, and one write takes them all. Each write is of the whole part, into a second file that then replaces the first:
 * this is for states of up to some hundred kilobytes, and what is larger belongs into a log (core/journal).
 *
 * An error of the disk, or a file that is not what was written, ends the node with one line.
 */
export function durable<State, Message, Request, Response, Kept extends object>(
  machine: Machine<State, Message, Request, Response>,
  keeping: Keeping<State, Kept>,
): Machine<DurableState<State, Message, Request, Response>, Message, Request, Response> {
  type Whole = DurableState<State, Message, Request, Response>;
  type Done = Step<Whole, Message, Response>;

  function init(boot: Boot): Done {
    const state: Whole = {
      boot,
      inner: null,
      kept: null,
      version: 0,
      durable: 0,
      writing: null,
      operations: 0,
      outbox: Fifo.empty(),
      early: Fifo.empty(),
    };
    return onDisk(state, [{ kind: 'list' }]);
  }

  function step(state: Whole, input: Input<Message, Request>): Done {
    if (input.kind === 'disk') return state.inner === null ? onRead(state, input) : onWritten(state, input.outcome);
    if (state.inner !== null) return settle(taken(state, machine.step(state.inner, input)));
    const isLost = input.kind === 'message' || input.kind === 'wake';
    return { state: isLost ? state : { ...state, early: state.early.push(input) }, effects: [] };
  }

  /** The directory was listed, or the file was read. */
  function onRead(state: Whole, { outcome }: Extract<Input<Message, Request>, { readonly kind: 'disk' }>): Done {
    if (!outcome.ok) return stopped(state, outcome);
    const last = outcome.values.at(-1) ?? null;
    if (last instanceof Uint8Array) {
      const found = unsealed(keeping.codec, last);
      if (!found.ok) return { state, effects: [{ kind: 'stop', reason: `${keeping.file} is damaged: ${found.problem}` }] };
      return begin(state, found.value);
    }
    const entry = entryOf(last, keeping.file);
    if (entry === undefined) return begin(state, null);
    // A process that was killed may have left it in the page cache only. What is acted on must not vanish later.
    return onDisk(state, [
      { kind: 'sync', path: entry.path },
      { kind: 'syncDirectory' },
      { kind: 'read', path: entry.path, offset: 0, length: entry.sizeBytes },
    ]);
  }

  function begin(before: Whole, found: Kept | null): Done {
    const first = machine.init(before.boot);
    const inner = found === null ? first.state : keeping.load(first.state, found);
    let state = taken({ ...before, kept: keeping.save(inner), early: Fifo.empty() }, { state: inner, effects: first.effects });
    for (const input of before.early.toArray()) state = taken(state, machine.step(state.inner as State, input));
    return settle(state);
  }

  /** A step of the machine inside was done: its effects wait behind what it changed. */
  function taken(before: Whole, { state: inner, effects }: Step<State, Message, Response>): Whole {
    const kept = keeping.save(inner);
    const version = before.kept !== null && isSame(before.kept, kept) ? before.version : before.version + 1;
    let { outbox } = before;
    for (const effect of effects) {
      assert(effect.kind !== 'disk', 'a machine whose state is kept for it uses no disk of its own');
      outbox = outbox.push({ version, effect });
    }
    return { ...before, inner, kept, version, outbox };
  }

  function onWritten(state: Whole, outcome: DiskOutcome): Done {
    if (!outcome.ok) return stopped(state, outcome);
    assert(state.writing !== null, 'the disk reports what was asked of it');
    return settle({ ...state, durable: state.writing, writing: null });
  }

  /** Lets go what rests on durable versions only, and lets the disk work if there is something to write. */
  function settle(state: Whole): Done {
    const effects: Effect<Message, Response>[] = [];
    let { outbox } = state;
    for (let next = outbox.first; next !== undefined && next.version <= state.durable; next = outbox.first) {
      effects.push(next.effect);
      outbox = outbox.shift();
    }
    const after = { ...state, outbox };
    if (after.writing !== null || after.version === after.durable) return { state: after, effects };
    const bytes = sealed(keeping.codec.encode(after.kept as Kept));
    const path = `${keeping.file}.new`;
    const written = onDisk({ ...after, writing: after.version }, [
      { kind: 'write', path, offset: 0, bytes },
      { kind: 'truncate', path, length: bytes.length },
      { kind: 'sync', path },
      { kind: 'rename', path, to: keeping.file },
      { kind: 'syncDirectory' },
    ]);
    return { state: written.state, effects: [...effects, ...written.effects] };
  }

  function onDisk(state: Whole, steps: readonly DiskStep[]): Done {
    const operations = state.operations + 1;
    return { state: { ...state, operations }, effects: [{ kind: 'disk', operation: operationId(operations), steps }] };
  }

  function stopped(state: Whole, outcome: Extract<DiskOutcome, { readonly ok: false }>): Done {
    return { state, effects: [{ kind: 'stop', reason: `the disk failed: ${outcome.error.message}` }] };
  }

  return { init, step, wakeAt: ({ inner }) => (inner === null ? null : machine.wakeAt(inner)), recovery: recoveryOf(keeping.file) };
}

/** One file, read whole and vouched for by a checksum of all of it: any damage to it is noticed, and nothing else matters. */
function recoveryOf(name: string): Recovery {
  return {
    judge: (files) => {
      const file = files.find(({ path }) => path === name);
      if (file === undefined) return { kind: 'starts', end: '', remembered: null };
      if (file.isUnreadable(0, file.bytes.length)) return { kind: 'refuses', because: `${name} cannot be read` };
      if (!isSealed(file.bytes)) return { kind: 'refuses', because: `${name} is damaged` };
      const checksum = new DataView(file.bytes.buffer, file.bytes.byteOffset).getUint32(0, true);
      return { kind: 'starts', end: `${checksum} over ${file.bytes.length} bytes`, remembered: null };
    },
    covered: (path, bytes) => (path === name && isSealed(bytes) ? { from: 0, to: bytes.length } : null),
    writesBy: ['write'],
  };
}

function isSealed(bytes: Uint8Array): boolean {
  if (bytes.length < CHECKSUM_BYTES) return false;
  const checksum = new DataView(bytes.buffer, bytes.byteOffset, CHECKSUM_BYTES).getUint32(0, true);
  return checksum === crc32c(bytes.subarray(CHECKSUM_BYTES));
}

const CHECKSUM_BYTES = 4;

/** The checksum (CRC-32C, little-endian) of what follows it, so that damage is seen. */
function sealed(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(CHECKSUM_BYTES + content.length);
  new DataView(bytes.buffer).setUint32(0, crc32c(content), true);
  bytes.set(content, CHECKSUM_BYTES);
  return bytes;
}

function unsealed<Kept>(codec: Codec<Kept>, bytes: Uint8Array): Result<Kept, string> {
  if (bytes.length < CHECKSUM_BYTES) return fail('it has no checksum');
  const content = bytes.slice(CHECKSUM_BYTES);
  const checksum = new DataView(bytes.buffer, bytes.byteOffset, CHECKSUM_BYTES).getUint32(0, true);
  return checksum === crc32c(content) ? codec.decode(content) : fail('its checksum does not match');
}

function entryOf(listed: DiskValue, file: string): FileEntry | undefined {
  return Array.isArray(listed) ? (listed as readonly FileEntry[]).find(({ path }) => path === file) : undefined;
}

function isSame(a: object, b: object): boolean {
  const before = new Map<string, unknown>(Object.entries(a));
  return Object.entries(b).every(([name, value]) => Object.is(before.get(name), value));
}
