import type { ByteString } from '../../../../../core/base/bytestring.js';
import type { Command } from '../../../../../core/store/command.js';

/** What stands at a key: version 0 for nothing. */
export interface TwinCell {
  readonly version: number;
  readonly value: ByteString | null;
}

const MISSING: TwinCell = { version: 0, value: null };

/**
 * The store again, slow and obvious, as a judge of the real one: what a sequence of commands must make of
 * its keys when each command of a session takes effect once (thesis §6.3). It shares no code with it.
 */
export class StoreTwin {
  readonly #sessionsMax: number;
  readonly #cells = new Map<ByteString, TwinCell>();
  /** The last number of each session. The first in the map was used least recently. */
  readonly #sessions = new Map<number, number>();

  constructor(sessionsMax: number) {
    this.#sessionsMax = sessionsMax;
  }

  /** @returns What stands at the command's key when the command at `index` was taken in. */
  apply(index: number, command: Command): TwinCell {
    if (command.op === 'registerClient') this.#register(index);
    else if (command.clientId === 0 || this.#isFirst(command)) this.#execute(command);
    return this.at(command.key);
  }

  at(key: ByteString): TwinCell {
    return this.#cells.get(key) ?? MISSING;
  }

  #isFirst({ clientId, sequenceNum }: Command): boolean {
    const last = this.#sessions.get(clientId);
    if (last === undefined || sequenceNum < last) return false;
    this.#sessions.delete(clientId);
    this.#sessions.set(clientId, sequenceNum);
    return sequenceNum > last;
  }

  #register(index: number): void {
    const oldest = this.#sessions.keys().next();
    if (this.#sessions.size >= this.#sessionsMax && oldest.done !== true) this.#sessions.delete(oldest.value);
    this.#sessions.set(index, 0);
  }

  #execute({ op, key, value, version }: Command): void {
    const cell = this.at(key);
    if (op === 'delete') this.#cells.delete(key);
    else if (op === 'set' || (op === 'put' && version === cell.version)) this.#cells.set(key, { version: cell.version + 1, value });
  }
}
