import type { ByteString } from '../../../src/core/base/bytestring.js';
import type { Command, StoreResult } from '../../../src/core/store/command.js';

interface TwinSession {
  readonly id: number;
  sequenceNum: number;
  result: StoreResult;
  commandedAt: number;
}

const EMPTY = '' as ByteString;
const MASK = 0xffff_ffffn;

/** The store as one would explain it: a Map, a list of sessions in order of use, and everything changed in place. */
export class Twin {
  readonly keys = new Map<ByteString, { value: ByteString; version: number }>();
  /** The least recently commanded first. */
  sessions: TwinSession[] = [];
  lastApplied = 0;
  readonly #sessionsMax: number;

  constructor(sessionsMax: number) {
    this.#sessionsMax = sessionsMax;
  }

  apply(index: number, command: Command): StoreResult {
    this.lastApplied = index;
    if (command.clientId === 0 || command.op === 'registerClient') return this.#execute(index, command);
    const session = this.sessions.find(({ id }) => id === command.clientId);
    if (session === undefined || command.sequenceNum < session.sequenceNum) return { status: 'sessionExpired', version: 0, value: EMPTY };
    if (command.sequenceNum > session.sequenceNum) session.result = this.#execute(index, command);
    session.sequenceNum = command.sequenceNum;
    session.commandedAt = index;
    this.sessions = [...this.sessions.filter((other) => other !== session), session];
    return session.result;
  }

  read(key: ByteString): StoreResult {
    const cell = this.keys.get(key);
    return cell === undefined ? { status: 'noKey', version: 0, value: EMPTY } : { status: 'ok', version: cell.version, value: cell.value };
  }

  #execute(index: number, { op, key, value, version }: Command): StoreResult {
    if (op === 'registerClient') {
      const result = { status: 'ok', version: index, value: EMPTY } as const;
      this.sessions.push({ id: index, sequenceNum: 0, result, commandedAt: index });
      if (this.sessions.length > this.#sessionsMax) this.sessions.shift();
      return result;
    }
    const now = this.keys.get(key)?.version ?? 0;
    if (op === 'delete') {
      if (now === 0) return { status: 'noKey', version: 0, value: EMPTY };
      this.keys.delete(key);
      return { status: 'ok', version: now, value: EMPTY };
    }
    if (op === 'put' && version !== now) {
      return now === 0 ? { status: 'noKey', version: 0, value: EMPTY } : { status: 'versionConflict', version: now, value: EMPTY };
    }
    this.keys.set(key, { value, version: now + 1 });
    return { status: 'ok', version: now + 1, value: EMPTY };
  }

  /** The digest from scratch, in arithmetic of unlimited numbers: what the store keeps up bit by bit. */
  digest(): string {
    const sums = [0n, 0n].map((_, lane) => {
      let sum = 0n;
      for (const [key, { value, version }] of this.keys) {
        sum += scrambled([...wordsOfText(key), ...wordsOfText(value), ...wordsOfNumber(version)].reduce(folder(lane), begin(1n, lane)));
      }
      for (const { id, sequenceNum, result, commandedAt } of this.sessions) {
        const status = ['ok', 'noKey', 'versionConflict'].indexOf(result.status);
        const words = [id, sequenceNum, status, result.version, commandedAt].flatMap(wordsOfNumber);
        sum += scrambled(words.reduce(folder(lane), begin(2n, lane)));
      }
      const counters = [this.keys.size, this.sessions.length, this.lastApplied].flatMap(wordsOfNumber);
      return scrambled(counters.reduce(folder(lane), sum & MASK));
    });
    return sums.map((sum) => sum.toString(16).padStart(8, '0')).join('');
  }
}

function begin(kind: bigint, lane: number): bigint {
  return lane === 0 ? kind : ~kind & MASK;
}

function folder(lane: number): (hash: bigint, word: bigint) => bigint {
  const [multiplier, shift] = lane === 0 ? [0x9e37_79b1n, 15n] : [0x85eb_ca77n, 13n];
  return (hash, word) => {
    const mixed = ((hash ^ word) * multiplier) & MASK;
    return mixed ^ (mixed >> shift);
  };
}

function scrambled(hash: bigint): bigint {
  let z = hash;
  z = ((z ^ (z >> 16n)) * 0x21f0_aaadn) & MASK;
  z = ((z ^ (z >> 15n)) * 0x735a_2d97n) & MASK;
  return z ^ (z >> 15n);
}

/** The lower half; and behind it, of a number that has one, the upper half with its bits turned. */
function wordsOfNumber(n: number): bigint[] {
  const [low, high] = [BigInt(n) & MASK, BigInt(n) >> 32n];
  return high === 0n ? [low] : [low, ~high & MASK];
}

/** Four bytes to a word, the lowest first; what is left over byte by byte; the length last. */
function wordsOfText(text: ByteString): bigint[] {
  const bytes = [...text].map((character) => BigInt(character.charCodeAt(0)));
  const words: bigint[] = [];
  while (bytes.length >= 4) {
    words.push(bytes.splice(0, 4).reduce((word, byte, at) => word | (byte << BigInt(8 * at)), 0n));
  }
  return [...words, ...bytes, BigInt(text.length)];
}
