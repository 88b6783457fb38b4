import type { ByteString } from '../../../../../core/base/bytestring.js';
import type { NodeId } from '../../../../../core/base/units.js';
import type { Command } from '../../../../../core/store/command.js';
import { readKey } from '../../../../../core/store/store.js';
import { violated } from '../../../../checkers/violation.js';
import { APPLIED, type Oracle, type ServerView } from '../oracle.js';
import { heldEntry } from './state-machine-safety.js';
import { StoreTwin, type TwinCell } from './store-twin.js';

/** A command of the log, and what stood at its key afterwards. */
interface Effect {
  readonly command: Command;
  readonly cell: TwinCell;
}

/**
 * Exactly Once: a command of a session takes effect once, however often it stands in the log (thesis §6.3),
 * and every command does what its name says. After each step the keys that it touched are compared with
 * what {@link StoreTwin} makes of the same log. Which entries those are, State Machine Safety settles.
 */
export class ExactlyOnce implements Oracle {
  readonly looksAt = APPLIED;

  readonly #twin: StoreTwin;
  readonly #effects: (Effect | undefined)[] = [];
  /** Of the entries before `#indexed`: asked for when a run is over, and made then, which is cheaper than a lookup beside each commit. */
  readonly #indexOfValue = new Map<ByteString, number>();
  #indexed = 0;
  #reached = 0;

  constructor(sessionsMax: number) {
    this.#twin = new StoreTwin(sessionsMax);
  }

  /** The lowest index whose command wrote `value`; null if none took effect. */
  indexOfValue(value: ByteString): number | null {
    for (; this.#indexed < this.#effects.length; this.#indexed++) {
      const effect = this.#effects[this.#indexed];
      if (effect === undefined || effect.cell.value !== effect.command.value) continue;
      if (!this.#indexOfValue.has(effect.command.value)) this.#indexOfValue.set(effect.command.value, this.#indexed);
    }
    return this.#indexOfValue.get(value) ?? null;
  }

  onStep(atUs: number, server: NodeId, before: ServerView, after: ServerView): void {
    if (after.lastApplied === before.lastApplied) return;
    this.#learn(before, after);
    if (after.lastApplied === before.lastApplied + 1) {
      const effect = this.#effects[after.lastApplied];
      if (effect !== undefined && effect.command.op !== 'registerClient') compare(atUs, server, after, after.lastApplied, effect);
      return;
    }
    const seen: ByteString[] = [];
    // From the last one back: what stands at a key now is what the last command on it left.
    for (let index = after.lastApplied; index > before.lastApplied; index--) {
      const effect = this.#effects[index];
      if (effect === undefined || effect.command.op === 'registerClient' || seen.includes(effect.command.key)) continue;
      seen.push(effect.command.key);
      compare(atUs, server, after, index, effect);
    }
  }

  /** Lets the twin take in what no server had applied before. */
  #learn(before: ServerView, after: ServerView): void {
    for (let index = this.#reached + 1; index <= after.lastApplied; index++) {
      const entry = heldEntry(before, after, index);
      if (entry === null) return;
      this.#reached = index;
      if (entry.kind !== 'command') continue;
      const command = entry.payload as Command;
      const cell = this.#twin.apply(index, command);
      this.#effects[index] = { command, cell };
    }
  }
}

function compare(atUs: number, server: NodeId, after: ServerView, index: number, { command, cell }: Effect): void {
  const found = readKey(after.store, command.key);
  const version = found.status === 'ok' ? found.version : 0;
  if (version === cell.version && (version === 0 || found.value === cell.value)) return;
  const who = command.clientId === 0 ? 'no session' : `session ${command.clientId}, command ${command.sequenceNum}`;
  violated(
    'Exactly Once',
    `after entry ${index} (${command.op} ${command.key}, ${who}) key ${command.key} has version ${version} on s${server}; taken once each, the commands make it ${cell.version}`,
    atUs,
    { servers: [server], keys: [command.key] },
  );
}
