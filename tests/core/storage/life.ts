import { logIndex, nodeId, term, type OperationId } from '../../../src/core/base/units.js';
import type { DiskStep, DiskValue, Past } from '../../../src/core/machine.js';
import {
  flushStorage,
  saveSnapshot,
  startStorage,
  storageOnDisk,
  writeEntries,
  writeHardState,
  writeOut,
  writeTruncateTail,
  type DiskEffect,
  type Label,
  type Recovered,
  type StorageOptions,
  type StorageState,
  type StoredEntry,
} from '../../../src/core/storage/storage.js';
import { TestDisk } from './disk.js';

export const OPTIONS: StorageOptions = { segmentBytesMax: 400, recordBytesMax: 64, readBytes: 4_096, snapshotsKept: 2 };
export const IDENTITY: Label = { clusterId: 7, nodeId: nodeId(3), system: 'test', members: [nodeId(1), nodeId(3)] };

/** What a disk should remember, written down the slow way. */
export interface Memory {
  readonly sequence: number;
  readonly currentTerm: number;
  readonly votedFor: number;
  readonly prevIndex: number;
  readonly prevTerm: number;
  readonly entries: readonly string[];
  readonly terms: readonly number[];
  readonly snapshotIndex: number;
}

const BLANK: Memory = { sequence: 0, currentTerm: 0, votedFor: 0, prevIndex: 0, prevTerm: 0, entries: [], terms: [], snapshotIndex: 0 };

const lastIndexOf = (memory: Memory): number => memory.prevIndex + memory.entries.length;
const termAt = (memory: Memory, index: number): number =>
  index === memory.prevIndex ? memory.prevTerm : (memory.terms[index - memory.prevIndex - 1] as number);
export const snapshotData = (index: number, at: number): Uint8Array => new Uint8Array(90 + (at % 50)).fill(index);

interface Running {
  readonly operation: OperationId;
  readonly steps: readonly DiskStep[];
  values: DiskValue[];
}

/** A server's storage on a test disk, through any number of lives, beside a slow and obvious twin of what it should remember. */
export class Life {
  storage!: StorageState;
  running: Running[] = [];
  /** Every point that recovery may come back to, oldest first. */
  history: Memory[] = [BLANK];
  problem: string | null = null;
  recovered: Recovered | null = null;
  /** What the last finished flush said to be durable before it. */
  markedSequence = 0;
  durableAtFlush = 0;
  isDamaged = false;
  /** False: most flushes of its days only write. */
  isAlwaysSynced = true;
  /** Takes whatever recovery says for true: for files that others made. */
  isTrusting = false;
  recoveries = 0;
  #payload = 0;

  constructor(
    readonly options = OPTIONS,
    readonly disk = new TestDisk(),
    readonly past: Past = 'unknown',
  ) {
    this.boot();
  }

  get memory(): Memory {
    return this.history.at(-1) as Memory;
  }

  boot(): void {
    const { storage, effects } = startStorage(this.options, IDENTITY, this.past);
    this.storage = storage;
    this.running = [];
    this.recovered = null;
    this.#take(effects);
  }

  #take(effects: readonly DiskEffect[]): void {
    for (const { operation, steps } of effects) this.running.push({ operation, steps, values: [] });
  }

  #remember(change: Partial<Memory>): void {
    this.history.push({ ...this.memory, ...change, sequence: this.storage.writtenSequence });
  }

  setTerm(raise: number, vote: number): void {
    const currentTerm = Math.max(this.memory.currentTerm + raise, 1);
    this.storage = writeHardState(this.storage, term(currentTerm), nodeId(vote));
    this.#remember({ currentTerm, votedFor: vote });
  }

  append(count: number): void {
    const before = this.memory;
    const entries: StoredEntry[] = [];
    for (let i = 1; i <= count; i++) {
      const text = `${(this.#payload += 1)}${'x'.repeat((this.#payload * 7) % 30)}`;
      entries.push({
        index: logIndex(lastIndexOf(before) + i),
        term: term(before.currentTerm),
        kind: this.#payload % 4,
        payload: Uint8Array.from(text, (c) => c.charCodeAt(0)),
      });
    }
    this.storage = writeEntries(this.storage, entries);
    // A batch may be more than one record, and each of them lives or dies alone.
    for (const entry of entries) {
      const sequence = entry === entries.at(-1) ? this.storage.writtenSequence : this.storage.writtenSequence - 0.5;
      this.history.push({
        ...this.memory,
        sequence,
        entries: [...this.memory.entries, shown(entry)],
        terms: [...this.memory.terms, entry.term],
      });
    }
  }

  truncate(share: number): void {
    const { memory } = this;
    const keep = Math.max(Math.floor(memory.entries.length * share), memory.snapshotIndex - memory.prevIndex);
    if (keep < 0 || keep > memory.entries.length) return;
    this.storage = writeTruncateTail(this.storage, logIndex(memory.prevIndex + keep + 1));
    this.#remember({ entries: memory.entries.slice(0, keep), terms: memory.terms.slice(0, keep) });
  }

  snapshotOwn(share: number, slack: number): void {
    const { memory } = this;
    const index = memory.prevIndex + Math.floor(memory.entries.length * share);
    // What is covered must stay, as committed entries do.
    if (index <= memory.snapshotIndex || this.storage.saving !== null || this.storage.queued !== null) return;
    const snapshot = { lastIndex: logIndex(index), lastTerm: term(termAt(memory, index)), data: snapshotData(index, index) };
    const dropHeadTo = logIndex(Math.max(index - slack, memory.prevIndex));
    this.storage = saveSnapshot(this.storage, snapshot, { isInstalled: false, keepsLog: true, dropHeadTo });
  }

  install(ahead: number): void {
    const { memory } = this;
    const index = lastIndexOf(memory) + ahead;
    const snapshot = { lastIndex: logIndex(index), lastTerm: term(memory.currentTerm), data: snapshotData(index, index) };
    this.storage = saveSnapshot(this.storage, snapshot, { isInstalled: true, keepsLog: false, dropHeadTo: logIndex(0) });
    this.#remember({ prevIndex: index, prevTerm: memory.currentTerm, entries: [], terms: [], snapshotIndex: index });
  }

  /** Whether entries may be cut without cutting what a snapshot on its way covers. */
  get isSaving(): boolean {
    return this.storage.saving !== null || this.storage.queued !== null;
  }

  flush(isSynced = true): void {
    const before = this.storage;
    const { storage, effects } = isSynced ? flushStorage(before) : writeOut(before);
    if (storage.flush !== before.flush) this.durableAtFlush = before.durableSequence;
    this.storage = storage;
    this.#take(effects);
  }

  /** Performs one step of an operation in flight; reports it if it was the last one. */
  advance(which: number): void {
    const at = which % Math.max(this.running.length, 1);
    const operation = this.running[at];
    if (operation === undefined) return;
    const step = operation.steps[operation.values.length];
    if (step !== undefined) {
      const done = this.disk.perform(step);
      if (!done.ok) {
        this.running.splice(at, 1);
        this.#report(operation, { ...done.outcome, at: operation.values.length });
        return;
      }
      operation.values.push(done.value);
    }
    if (operation.values.length < operation.steps.length) return;
    this.running.splice(at, 1);
    this.#report(operation, { ok: true, values: operation.values });
  }

  #report({ operation }: Running, outcome: Parameters<typeof storageOnDisk>[2]): void {
    const { flush, saving, writtenSequence } = this.storage;
    const { storage, effects, recovered, problem } = storageOnDisk(this.storage, operation, outcome);
    this.storage = storage;
    // A mark that is itself not durable bears no witness after a power cut.
    if (flush?.operation === operation && flush.isSynced) this.markedSequence = this.durableAtFlush;
    if (storage.writtenSequence > writtenSequence && saving !== null) {
      const { memory } = this;
      const prevIndex = Math.max(memory.prevIndex, saving.dropHeadTo);
      const dropped = prevIndex - memory.prevIndex;
      this.#remember({
        prevIndex,
        prevTerm: termAt(memory, prevIndex),
        entries: memory.entries.slice(dropped),
        terms: memory.terms.slice(dropped),
        snapshotIndex: saving.snapshot.lastIndex,
      });
    }
    this.#take(effects);
    if (problem !== null) this.problem = problem;
    if (recovered !== null) this.#onRecovered(recovered);
  }

  /** Performs everything in flight and whatever follows, until nothing does. */
  settle(): void {
    for (let i = 0; i < 10_000; i++) {
      if (this.problem !== null) return;
      if (this.running.length === 0 && this.storage.isReady) this.flush();
      if (this.running.length === 0) return;
      this.advance(0);
    }
    throw new Error('the storage never comes to rest');
  }

  /** Of the process alone without chances, else of the power too. */
  crash(chance: (() => number) | null): void {
    if (this.storage.isReady) this.#left = { appended: this.storage.appendedSequence, durable: this.storage.durableSequence };
    if (chance !== null) {
      this.disk.cutPower(chance);
      this.#left = { appended: this.#left.durable, durable: this.#left.durable };
    }
    this.boot();
  }

  /** What the last life that was ready left in its files and, of that, behind a sync. */
  #left = { appended: 0, durable: 0 };

  get durableFloor(): number {
    return this.isDamaged ? this.markedSequence : this.#left.appended;
  }

  #onRecovered(recovered: Recovered): void {
    this.recovered = recovered;
    this.recoveries += 1;
    if (this.isTrusting) return;
    const found = this.history.findLast((memory) => memory.sequence >= this.durableFloor && isSame(memory, recovered, this.isDamaged));
    if (found === undefined) {
      throw new Error(
        `recovered what was never written, or lost what was durable (${this.durableFloor}):\n${JSON.stringify(memoryOf(recovered))}\n${this.history.map((m) => JSON.stringify(m)).join('\n')}`,
      );
    }
    const snapshotIndex = recovered.snapshot?.lastIndex ?? 0;
    this.history = [{ ...found, snapshotIndex, sequence: 0 }];
    this.#left = { appended: 0, durable: 0 };
    this.markedSequence = 0;
    this.isDamaged = false;
  }
}

const shown = ({ kind, payload }: StoredEntry): string => `${kind}:${String.fromCharCode(...payload)}`;

export function memoryOf(recovered: Recovered): Memory {
  return {
    sequence: -1,
    currentTerm: recovered.currentTerm,
    votedFor: recovered.votedFor,
    prevIndex: recovered.firstIndex - 1,
    prevTerm: recovered.prevTerm,
    entries: recovered.entries.map(shown),
    terms: recovered.entries.map((entry) => entry.term),
    snapshotIndex: recovered.snapshot?.lastIndex ?? 0,
  };
}

function isSame(memory: Memory, recovered: Recovered, isDamaged: boolean): boolean {
  const passedOver = isDamaged && recovered.notes.some((note) => note.startsWith('passed over'));
  const is = { ...memoryOf(recovered), sequence: 0 };
  const should = { ...memory, sequence: 0, snapshotIndex: passedOver ? is.snapshotIndex : memory.snapshotIndex };
  const { snapshot } = recovered;
  if (snapshot !== null && String(snapshot.data) !== String(snapshotData(snapshot.lastIndex, snapshot.lastIndex))) return false;
  // Whatever was passed over, no entry behind the snapshot may be gone.
  return JSON.stringify(is) === JSON.stringify(should) && is.snapshotIndex >= is.prevIndex;
}
