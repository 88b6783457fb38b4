import type { ByteString } from '../../base/bytestring.js';
import { micros, type ConnectionId, type Micros, type NodeId } from '../../base/units.js';
import type { JournalPlan, JournalState } from '../../journal/journal.js';
import type { Effect } from '../../machine.js';
import type { StoreResult } from '../../store/command.js';
import type { OrderedMap } from '../../store/ordered-map.js';
import type { NodeResponse } from '../../wire/protocol.js';
import { cellsOf, NEVER_WRITTEN, type Cell, type Cells, type Entry } from './cells.js';
import type { QuorumMessage } from './messages.js';
import type { QuorumOptions } from './options.js';

/** A server of the quorum system: what it keeps, and what waits for other servers. */
export interface QuorumState {
  readonly options: QuorumOptions;
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  /** The member with the lowest number. Nobody takes its place. */
  readonly primary: NodeId;
  /** See {@link copiesToShow}. */
  readonly copies: number;
  /** `recalling`: the disk is being read; `starting`: the boot is being written down. `stopped`: fail-stop. */
  readonly phase: 'recalling' | 'starting' | 'serving' | 'stopped';
  readonly journal: JournalState<Cells, Entry, Promised>;
  /** The newest cell of each key that the journal has and has not applied yet. */
  readonly incoming: OrderedMap<ByteString, Incoming>;
  /** On the primary: by write id, those that wait for W, and those given up that the journal still has to drop. */
  readonly writes: OrderedMap<number, OpenWrite>;
  /** Bytes of keys and values of `writes`. */
  readonly writesBytes: number;
  /** By read id: those that wait for R answers. */
  readonly reads: OrderedMap<number, OpenRead>;
  /** By read id: answers that are known and wait until enough servers have what they show. */
  readonly spreads: OrderedMap<number, Spread>;
  /** By key: up to this write the key is known to be on as many servers as must have it to be shown. */
  readonly settled: OrderedMap<ByteString, Settled>;
  /** The highest write id given out or seen. */
  readonly lastWriteId: number;
  /** Begins anew with each life, so that no answer to a former one fits. */
  readonly lastReadId: number;
  readonly sweepAtUs: Micros;
  /** Where the next sweep goes on; null: at the first key. */
  readonly sweepFrom: ByteString | null;
  /** When something is due at the earliest. */
  readonly dueUs: Micros;
}

/** What comes back from the journal when what it rests on is durable. */
export type Promised =
  | { readonly kind: 'serve' }
  | { readonly kind: 'issued'; readonly key: ByteString; readonly writeId: number }
  /** `to` is NOBODY for a copy that nobody asked to be told of. */
  | { readonly kind: 'stored'; readonly to: NodeId; readonly key: ByteString; readonly writeId: number }
  | { readonly kind: 'dropped'; readonly writeId: number };

export interface Incoming {
  readonly cell: Cell;
  /** A copy from elsewhere; else a write that this primary gives out. */
  readonly isCopy: boolean;
}

export interface Settled {
  readonly writeId: number;
}

/** What a write takes while it waits, in bytes, about. */
export function openBytesOf({ key, cell }: Pick<OpenWrite, 'key' | 'cell'>): number {
  return key.length + (cell.value?.length ?? 0);
}

/** Who waits for an answer. */
export interface Waiter {
  readonly connection: ConnectionId;
  readonly id: number;
}

export interface OpenWrite {
  readonly waiter: Waiter;
  readonly key: ByteString;
  readonly cell: Cell;
  readonly result: StoreResult;
  /** Servers that have it durably; empty until this one has, and nobody else is told before (options.ts, the journal). */
  readonly holders: readonly NodeId[];
  readonly isGivenUp: boolean;
  readonly deadlineUs: Micros;
  readonly sentUs: Micros;
}

export interface OpenRead {
  readonly waiter: Waiter;
  readonly key: ByteString;
  /** Who answered, and with which write. */
  readonly answers: readonly { readonly server: NodeId; readonly writeId: number }[];
  /** The newest of the answers. */
  readonly best: Cell;
  readonly deadlineUs: Micros;
  readonly sentUs: Micros;
}

export interface Spread {
  readonly waiter: Waiter;
  readonly key: ByteString;
  readonly cell: Cell;
  readonly result: StoreResult;
  readonly holders: readonly NodeId[];
  readonly deadlineUs: Micros;
  readonly sentUs: Micros;
}

export type QuorumPlan = JournalPlan<Cells, Entry, null>;
export type QuorumEffect = Effect<QuorumMessage, NodeResponse>;
type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** One step in the making: a private copy of the state, changed in place. */
export interface QuorumDraft {
  readonly state: Mutable<QuorumState>;
  readonly plan: QuorumPlan;
  readonly now: Micros;
  readonly effects: QuorumEffect[];
  /** Messages of this server to itself, which need no network. */
  readonly toSelf: QuorumMessage[];
}

/** A private copy, spelled out so that every state has the same shape. */
export function copyOf(state: QuorumState): Mutable<QuorumState> {
  return {
    options: state.options,
    self: state.self,
    members: state.members,
    primary: state.primary,
    copies: state.copies,
    phase: state.phase,
    journal: state.journal,
    incoming: state.incoming,
    writes: state.writes,
    writesBytes: state.writesBytes,
    reads: state.reads,
    spreads: state.spreads,
    settled: state.settled,
    lastWriteId: state.lastWriteId,
    lastReadId: state.lastReadId,
    sweepAtUs: state.sweepAtUs,
    sweepFrom: state.sweepFrom,
    dueUs: state.dueUs,
  };
}

/**
 * What this server shows of a key: the newest that it has durably and that does not wait for W here.
 * {@link NEVER_WRITTEN} if it has none.
 */
export function shownOf({ journal, writes }: Pick<QuorumState, 'journal' | 'writes'>, key: ByteString): Cell {
  const shown = cellsOf(journal.state, key).find(
    ({ standing, writeId }) => standing === 'held' || (standing === 'issued' && writes.get(writeId) === undefined),
  );
  return shown ?? NEVER_WRITTEN;
}

/** The newest write of a key that this server knows of, whatever became of it. On the primary: the last that was ever given out. */
export function newestOf({ journal, incoming }: Pick<QuorumState, 'journal' | 'incoming'>, key: ByteString): Cell {
  const kept = cellsOf(journal.state, key)[0] ?? NEVER_WRITTEN;
  const coming = incoming.get(key)?.cell ?? NEVER_WRITTEN;
  return coming.writeId > kept.writeId ? coming : kept;
}

/**
 * Whether this primary gives the write out and has not got it durably yet. Nobody may be told of it before: a primary that
 * forgot it would give its id to another (regression `conflict-before-its-sync`). One given up counts until the
 * journal has dropped it, which is after it was written there.
 */
export function waitsForTheDisk({ writes, self }: Pick<QuorumState, 'writes' | 'self'>, { writeId }: Cell): boolean {
  const write = writes.get(writeId);
  return write !== undefined && !write.holders.includes(self);
}

/** Whether this write of a key, or a newer one, is known to be on so many servers that no read can miss it. */
export function isSettled({ settled }: Pick<QuorumState, 'settled'>, key: ByteString, { writeId }: Cell): boolean {
  return writeId <= (settled.get(key)?.writeId ?? 0);
}

export function markSettled(draft: QuorumDraft, key: ByteString, { writeId }: Cell): void {
  const { state } = draft;
  if (writeId > (state.settled.get(key)?.writeId ?? 0)) state.settled = state.settled.with(key, { writeId });
}

/** Sends a message; one to this server itself is taken up within the step. */
export function tell(draft: QuorumDraft, to: NodeId, message: QuorumMessage): void {
  if (to === draft.state.self) draft.toSelf.push(message);
  else draft.effects.push({ kind: 'send', to, message });
}

export function respond(draft: QuorumDraft, { connection }: Waiter, response: NodeResponse): void {
  draft.effects.push({ kind: 'respond', connection, response });
}

/** @param rank `detail` for what comes about as often as requests or messages do. */
export function note(draft: QuorumDraft, name: string, text: string, rank: 'usual' | 'detail' = 'usual'): void {
  draft.effects.push(rank === 'detail' ? { kind: 'note', name, text, isDetail: true } : { kind: 'note', name, text });
}

/** Sees that this server is woken no later than at `atUs`. */
export function wakeBy(draft: QuorumDraft, atUs: number): void {
  if (atUs < draft.state.dueUs) draft.state.dueUs = micros(atUs);
}

/** Begins the patience of something that waits for other servers. */
export function patience(draft: QuorumDraft): { readonly deadlineUs: Micros; readonly sentUs: Micros } {
  const { options } = draft.state;
  wakeBy(draft, draft.now + Math.min(options.resendUs, options.timeoutUs));
  return { deadlineUs: micros(draft.now + options.timeoutUs), sentUs: draft.now };
}
