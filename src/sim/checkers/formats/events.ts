import type { OperationName, OperationOutcome } from '../history.js';
import { nearest } from '../../../core/base/did-you-mean.js';
import { spelled, textOf } from '../value.js';
import { Malformed } from './scanner.js';
import { Tally, type ReadHistory, type ReadOptions, type SourcedOperation } from './sourced.js';
import { isEqual, pairOf, spellingOf, valueOf, type Structure } from './structure.js';

/** What a log of events may say of an operation. `fail`: it did not happen; `refused`: it was carried out, and saw another value. */
const TYPES = ['invoke', 'ok', 'fail', 'info', 'refused'] as const;
export type EventType = (typeof TYPES)[number];

/** One event as it stands in a file. Words are as they are written; absent is null. */
export interface RawEvent {
  readonly line: number;
  readonly process: Structure;
  readonly type: Structure;
  readonly f: Structure;
  readonly key: Structure;
  readonly value: Structure;
}

const OPS: Readonly<Record<string, OperationName>> = {
  get: 'get',
  put: 'set',
  set: 'set',
  append: 'append',
  read: 'read',
  write: 'write',
  cas: 'cas',
  acquire: 'acquire',
  release: 'release',
};
const isRead = (op: OperationName): boolean => op === 'get' || op === 'read';
const isLock = (op: OperationName): boolean => op === 'acquire' || op === 'release';

interface Draft {
  readonly clientId: number | string;
  readonly op: OperationName;
  readonly key: Structure;
  readonly called: Structure;
  answered: Structure;
  outcome: OperationOutcome | 'nothing';
  readonly callUs: number;
  returnUs: number | null;
  readonly line: number;
  answerLine: number | null;
}

/**
 * Pairs the calls in a log of events with what became of them. Such logs have no clock, but the order of their lines is the order of time,
 * so an event's number is its moment. What is never completed stays unknown.
 */
export class EventLog {
  readonly passedOver = new Tally();
  readonly #underWay = new Map<number | string, Draft>();
  readonly #drafts: Draft[] = [];
  readonly #words = new Map<Structure, string>();
  #at = 0;
  /** A line on which a value of a client is no pair, and one of a call that only a pair of key and value explains. */
  #plainLine: number | null = null;
  #tupleLine: number | null = null;
  #hasPairs = false;
  /** A call of a read that names no key. */
  #hasBareReads = false;

  get isEmpty(): boolean {
    return this.#at === 0 && this.passedOver.counts.size === 0;
  }

  add(event: RawEvent): void {
    const { line } = event;
    if (event.process === null) throw new Malformed(line, 'an event needs a process');
    const type = this.#word(event.type);
    const name = this.#word(event.f);
    const clientId = this.#clientOf(event.process, line);
    if (clientId === 'nemesis') return this.passedOver.add('events of the nemesis');
    if (!(TYPES as readonly string[]).includes(type))
      throw new Malformed(line, `${unknown('type', event.type, ['invoke', 'ok', 'fail', 'info'])}`);
    const op = Object.hasOwn(OPS, name) ? OPS[name]! : null;
    if (op === null) throw new Malformed(line, unknown('f', event.f, Object.keys(OPS)));
    this.#note(event, type as EventType, op);
    this.#pair(clientId, type as EventType, op, event);
  }

  #pair(clientId: number | string, type: EventType, op: OperationName, { line, key, value }: RawEvent): void {
    const open = this.#underWay.get(clientId);
    const at = this.#at++;
    if (type === 'invoke') {
      if (open !== undefined)
        throw new Malformed(line, `process ${clientId} calls again before its call on line ${open.line} has an answer`);
      if ((op === 'write' || op === 'set' || op === 'append') && value === null)
        throw new Malformed(line, `the call of a ${op} needs a value`);
      const draft: Draft = {
        clientId,
        op,
        key,
        called: value,
        answered: null,
        outcome: 'unknown',
        callUs: at,
        returnUs: null,
        line,
        answerLine: null,
      };
      this.#underWay.set(clientId, draft);
      this.#drafts.push(draft);
      return;
    }
    if (open === undefined) throw new Malformed(line, `process ${clientId} has nothing under way that could be answered`);
    if (open.op !== op) throw new Malformed(line, `process ${clientId} called ${open.op} on line ${open.line}, and this answers ${op}`);
    if (key !== null && !isEqual(key, open.key))
      throw new Malformed(
        line,
        `process ${clientId} called on line ${open.line} with key ${spellingOf(open.key)}, and this answers for key ${spellingOf(key)}`,
      );
    this.#underWay.delete(clientId);
    if (type === 'info') return; // unknown, for ever
    if (type === 'fail') {
      open.outcome = 'nothing';
      return this.passedOver.add('operations that failed, and so did not happen');
    }
    open.answered = value;
    open.outcome = type;
    open.returnUs = at;
    open.answerLine = line;
  }

  /** Looks for what tells pairs of key and value from values that are pairs: the call of a read has the key, and nothing to say of a value. */
  #note({ line, value }: RawEvent, type: EventType, op: OperationName): void {
    if (isLock(op) || value === null) {
      if (type === 'invoke' && isRead(op)) this.#hasBareReads = true;
      return;
    }
    const pair = pairOf(value);
    if (pair === null) this.#plainLine ??= line;
    else if (type === 'invoke' || type === 'ok') {
      this.#hasPairs = true;
      const isTuple =
        op === 'cas' ? pairOf(pair[1]) !== null && pairOf(pair[0]) === null : isRead(op) && type === 'invoke' && pair[1] === null;
      if (isTuple) this.#tupleLine ??= line;
      else if (op === 'cas') this.#plainLine ??= line;
    }
  }

  /** @param isNilRead What an answered read of nil says: nothing, or that the register was empty. */
  finish(isNilRead: 'nothing' | 'empty', options: ReadOptions, valueNamed: (text: string) => string | null): ReadHistory {
    if (this.#at === 0) throw new Malformed(1, 'there is no event of a client here');
    const assumed: string[] = [];
    const isIndependent = this.#isIndependent(options.isIndependent);
    const isDoubtful = isIndependent === null;
    if (isIndependent === true && options.isIndependent === null)
      assumed.push(
        `every value is a pair, and line ${this.#tupleLine} has a key and no value: each key is judged alone, as by --independent (--no-independent: one object)`,
      );
    if (isDoubtful)
      assumed.push('every value is a pair, and is taken for one value, as by --no-independent (--independent: for a key and its value)');
    const passedOver = new Tally();
    const operations = this.#operations(isNilRead, isIndependent ?? false, passedOver);
    for (const [what, times] of passedOver.counts) this.passedOver.add(what, times);
    const others = this.#drafts.filter((draft) => draft.outcome === 'ok' && isOther(draft, isIndependent ?? false)).length;
    if (others > 0) assumed.push(`${others} answers tell another value than their calls: the answer's is the one that was written`);
    const keyed = isDoubtful ? () => this.#operations(isNilRead, true, new Tally()) : null;
    return { operations, keyed, clock: 'events', assumed, passedOver: this.passedOver.counts, valueNamed };
  }

  #operations(isNilRead: 'nothing' | 'empty', isIndependent: boolean, passedOver: Tally): SourcedOperation[] {
    const operations: SourcedOperation[] = [];
    for (const draft of this.#drafts) {
      if (draft.outcome === 'nothing') continue;
      const operation = operationOf(draft, draft.outcome, isIndependent);
      if (isNilRead === 'nothing' && draft.op === 'read' && operation.outcome === 'ok' && operation.resultValue === null)
        passedOver.add('reads of nil, which say nothing');
      else operations.push(operation);
    }
    return operations;
  }

  /** Null: every value is a pair, and nothing tells what that means. */
  #isIndependent(asked: boolean | null): boolean | null {
    if (asked === true && this.#plainLine !== null)
      throw new Malformed(
        this.#plainLine,
        'with --independent every value is a pair of a key and the value under it, [key value]; this one is not',
      );
    if (asked !== null || this.#plainLine !== null || !this.#hasPairs) return asked ?? false;
    return this.#tupleLine !== null && !this.#hasBareReads ? true : null;
  }

  #word(structure: Structure): string {
    const known = this.#words.get(structure);
    if (known !== undefined) return known;
    const word = structure === null || typeof structure !== 'string' ? '' : (textOf(structure) ?? spelled(structure)).replace(/^:/, '');
    this.#words.set(structure, word);
    return word;
  }

  readonly #clients = new Map<Structure, number | string>();

  #clientOf(process: Structure, line: number): number | string {
    const known = this.#clients.get(process);
    if (known !== undefined) return known;
    if (process === null || typeof process !== 'string')
      throw new Malformed(line, `a process is a number, a keyword or a text, and no ${spellingOf(process)}`);
    const spelling = spellingOf(process);
    const number = Number(spelling);
    const client =
      this.#word(process) === 'nemesis' ? 'nemesis' : Number.isSafeInteger(number) && String(number) === spelling ? number : spelling;
    this.#clients.set(process, client);
    return client;
  }
}

function operationOf(draft: Draft, outcome: OperationOutcome, isIndependent: boolean): SourcedOperation {
  const { clientId, op, line, answerLine, callUs, returnUs } = draft;
  const called = isIndependent ? (pairOf(draft.called)?.[1] ?? null) : draft.called;
  const answered = isIndependent ? (pairOf(draft.answered)?.[1] ?? null) : draft.answered;
  const key = isIndependent ? pairOf(draft.called ?? draft.answered)?.[0] : draft.key;
  // What was written is what the answer says: a client may learn only then what it was.
  const told = outcome === 'ok' && answered !== null ? answered : called;
  const pair = op === 'cas' ? (pairOf(told) ?? pairOf(called)) : null;
  if (op === 'cas' && pair === null) throw new Malformed(line, 'the value of a cas is [expected new]');
  return {
    clientId,
    key: valueOf(key ?? null) ?? '',
    op,
    value: isRead(op) || isLock(op) ? null : valueOf(pair === null ? told : pair[1]),
    version: null,
    expected: pair === null ? null : valueOf(pair[0]),
    outcome,
    resultValue: isRead(op) && outcome === 'ok' ? valueOf(answered) : null,
    resultVersion: null,
    callUs,
    returnUs,
    line,
    answerLine,
  };
}

function isOther({ op, called, answered }: Draft, isIndependent: boolean): boolean {
  if (isRead(op) || isLock(op) || answered === null || called === answered) return false;
  return (!isIndependent || pairOf(answered)?.[1] !== null) && !isEqual(called, answered);
}

function unknown(what: string, word: Structure, known: readonly string[]): string {
  const spelling = spellingOf(word);
  if (word === null) return `an event needs :${what}, one of ${known.join(', ')}`;
  const guess = nearest(spelling.replace(/^[:"]|"$/g, ''), known);
  return `unknown ${what} ${spelling};${guess === null ? '' : ` did you mean ${guess}?`} known: ${known.join(', ')}`;
}
