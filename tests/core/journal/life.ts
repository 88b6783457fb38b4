import { logIndex, micros, nodeId } from '../../../src/core/base/units.js';
import { ok } from '../../../src/core/base/result.js';
import type { DiskStep, DiskValue } from '../../../src/core/machine.js';
import {
  append,
  closingSteps,
  hold,
  install,
  journalOnDisk,
  journalWakeAt,
  settle,
  startJournal,
  type JournalOptions,
  type JournalPlan,
  type JournalState,
  type Kept,
  type Recalled,
} from '../../../src/core/journal/journal.js';
import type { DiskEffect } from '../../../src/core/storage/storage.js';
import { TestDisk } from '../storage/disk.js';

/** The simplest state that shows every entry and its place: a list of words such as "3:x". */
export type Words = readonly string[];

const bytesOf = (words: Words): Uint8Array => Uint8Array.from(words.join(' '), (c) => c.charCodeAt(0));
const wordsOf = (bytes: Uint8Array): Words => (bytes.length === 0 ? [] : String.fromCharCode(...bytes).split(' '));

export const KEPT_WORDS: Kept<Words, string, number> = {
  first: [],
  apply: (state, index, entry) => ({ state: [...state, `${index}:${entry}`], result: state.length + 1 }),
  entryKind: 7,
  encodeEntry: (entry) => bytesOf([entry]),
  decodeEntry: (bytes) => ok(wordsOf(bytes).join(' ')),
  encodeState: bytesOf,
  sizeOf: () => 0,
  decodeState: (bytes) => ok(wordsOf(bytes)),
};

export const OPTIONS: JournalOptions = {
  storage: { segmentBytesMax: 400, recordBytesMax: 64, readBytes: 4_096, snapshotsKept: 2 },
  sync: { kind: 'always' },
  snapshotEveryEntries: 6,
  snapshotEveryBytes: 67_108_864,
  waitingBytesMax: 33_554_432,
};

interface Running {
  readonly operation: DiskEffect['operation'];
  readonly steps: readonly DiskStep[];
  values: DiskValue[];
}

/** A journal of words on a test disk, through any number of lives, beside a slow twin of what it should say. */
export class Life {
  readonly plan: JournalPlan<Words, string, number>;
  readonly disk = new TestDisk();
  journal!: JournalState<Words, string, string>;
  now = 0;
  running: Running[] = [];
  problem: string | null = null;
  recalled: Recalled<Words> | null = null;
  /** What the state should be after each thing that was handed over, oldest first; the first one is what this life began with. */
  expected: Words[] = [[]];
  /** How far in `expected` what was released goes, and what a sync has covered. */
  released = 0;
  durable = 0;
  snapshots = 0;
  /** Each thing handed over: its promise, in order. */
  #promises: (string | null)[] = [];
  /** The storage's sequence of each thing handed over. */
  #sequences: number[] = [];
  #count = 0;

  constructor(options: Partial<JournalOptions> = {}) {
    this.plan = { kept: KEPT_WORDS, options: { ...OPTIONS, ...options } };
    this.boot();
  }

  boot(): void {
    this.running = [];
    this.recalled = null;
    const started = startJournal<Words, string, number, string>(
      this.plan,
      { clusterId: 1, nodeId: nodeId(1), system: 'test', members: [nodeId(1)] },
      'unknown',
    );
    this.journal = started.journal;
    this.#take(started.effects);
  }

  get isKeeping(): boolean {
    return this.journal.phase === 'keeping';
  }

  #take(effects: readonly DiskEffect[]): void {
    for (const { operation, steps } of effects) this.running.push({ operation, steps, values: [] });
  }

  #handedOver(after: Words, promised: string | null): void {
    this.expected.push(after);
    this.#promises.push(promised);
    this.#sequences.push(this.journal.storage?.writtenSequence ?? 0);
  }

  append(): void {
    const word = `w${(this.#count += 1)}`;
    const promised = this.#count % 3 === 0 ? null : word;
    this.journal = append(this.plan, this.journal, word, promised);
    this.#handedOver([...(this.expected.at(-1) as Words), `${this.journal.lastIndex}:${word}`], promised);
  }

  hold(): void {
    const promised = `p${(this.#count += 1)}`;
    this.journal = hold(this.journal, promised);
    this.#handedOver(this.expected.at(-1) as Words, promised);
  }

  install(ahead: number): void {
    const words = [`s${(this.#count += 1)}`, 'installed'];
    this.journal = install(this.plan, this.journal, words, logIndex(this.journal.lastIndex + ahead), null);
    this.#handedOver(words, null);
  }

  /** The end of a step; checks what is released against what was handed over. */
  settle(): void {
    const { journal, effects, released, snapshotTaken } = settle(this.plan, this.journal, micros(this.now));
    this.journal = journal;
    this.#take(effects);
    if (snapshotTaken !== null) this.snapshots += 1;
    for (const { promised, outcome } of released) {
      const at = this.released;
      this.released += 1;
      if (promised !== this.#promises[at]) throw new Error(`released ${promised}, expected ${this.#promises[at]}`);
      if (outcome !== null && outcome !== this.expected[at + 1]?.length) throw new Error(`outcome ${outcome} for ${promised}`);
    }
    if (this.isKeeping && String(this.journal.state) !== String(this.expected[this.released])) {
      throw new Error(`the state shows ${String(this.journal.state)}, settled is ${String(this.expected[this.released])}`);
    }
  }

  /** Time goes on to where the journal wants to be woken, if it does. */
  wake(): void {
    const at = journalWakeAt(this.journal);
    if (at === null) return;
    this.now = Math.max(this.now, at);
    this.settle();
  }

  /** Performs one step of an operation in flight; reports it if it was the last one. */
  advance(which = 0): void {
    const at = which % Math.max(this.running.length, 1);
    const operation = this.running[at];
    if (operation === undefined) return;
    this.now += 100;
    const step = operation.steps[operation.values.length];
    if (step !== undefined) {
      const done = this.disk.perform(step);
      if (!done.ok) throw new Error('the test disk is in order');
      operation.values.push(done.value);
    }
    if (operation.values.length < operation.steps.length) return;
    this.running.splice(at, 1);
    const { journal, effects, recalled, problem } = journalOnDisk(this.plan, this.journal, operation.operation, {
      ok: true,
      values: operation.values,
    });
    this.journal = journal;
    this.#take(effects);
    const durableSequence = journal.storage?.durableSequence ?? 0;
    if (recalled === null && this.isKeeping)
      this.durable = Math.max(this.durable, this.#sequences.filter((sequence) => sequence <= durableSequence).length);
    this.problem ??= problem;
    if (recalled !== null) this.#onRecalled(recalled);
    this.settle();
  }

  rest(): void {
    for (let i = 0; i < 10_000; i++) {
      if (this.problem !== null || this.running.length === 0) return;
      this.advance();
    }
    throw new Error('the journal never comes to rest');
  }

  /** Whatever a stop in good order does, and then the process is gone. */
  close(): void {
    for (const step of closingSteps(this.journal)) this.disk.perform(step);
    this.durable = this.released;
    this.crash(() => 0.99);
  }

  /** Of the process alone without chances, else of the power too. */
  crash(chance: (() => number) | null): void {
    if (chance !== null) {
      this.disk.cutPower(chance);
      const isPromised = this.plan.options.sync.kind === 'always';
      this.#floor = isPromised && this.#isAlive ? Math.max(this.released, this.durable) : this.durable;
    } else if (this.#isAlive) this.#floor = this.released;
    this.#isAlive = false;
    this.boot();
  }

  /** So much of `expected` must be there when the journal is read again. */
  #floor = 0;
  #isAlive = true;

  #onRecalled(recalled: Recalled<Words>): void {
    this.recalled = recalled;
    const found = this.expected.findLastIndex((words) => String(words) === String(recalled.state));
    if (found < this.#floor) {
      throw new Error(`recalled ${String(recalled.state)}, promised ${this.#floor} of\n${this.expected.map(String).join('\n')}`);
    }
    this.expected = [recalled.state];
    this.#promises = [];
    this.#sequences = [];
    this.released = 0;
    this.durable = 0;
    this.#floor = 0;
    this.#isAlive = true;
  }
}
