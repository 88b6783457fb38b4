import type { ByteString } from '../../../core/base/bytestring.js';
import type { Micros, NodeId, Term } from '../../../core/base/units.js';
import type { Effect, Input } from '../../../core/machine.js';
import { cellOf, type Cell } from '../../../core/systems/simple-election/data.js';
import type { ElectionState } from '../../../core/systems/simple-election/state.js';
import type { NodeResponse } from '../../../core/wire/protocol.js';
import type { Observer } from '../../world/observer.js';
import { violated } from '../../checkers/violation.js';

interface Acknowledged {
  readonly server: NodeId;
  readonly term: Term;
  readonly cell: Cell;
}

/**
 * No Acknowledged Write Lost, for simple-election: whoever is elected holds the last write of each key that a client was
 * told of. It watches a system without deletes, where a newer value has a higher version.
 */
export class AcknowledgedWrites implements Observer {
  readonly #last = new Map<ByteString, Acknowledged>();

  onStep(
    atUs: Micros,
    node: NodeId,
    _input: Input<unknown, unknown> | null,
    before: unknown,
    after: unknown,
    effects: readonly Effect<unknown, unknown>[],
  ): void {
    if (!isServer(after)) return;
    if (isServer(before)) {
      for (const effect of effects)
        if (effect.kind === 'respond') this.#onAnswer(node, before, effect.response as NodeResponse, effect.connection);
      if (before.role === 'leader') return;
    }
    if (after.role === 'leader') this.#onElected(atUs, node, after);
  }

  #onAnswer(server: NodeId, { writes, currentTerm }: ElectionState, response: NodeResponse, connection: number): void {
    if (response.kind !== 'done') return;
    writes.scan(undefined, (_id, { waiter, key, cell }) => {
      if (waiter.id === response.id && waiter.connection === connection) this.#last.set(key, { server, term: currentTerm, cell });
      return true;
    });
  }

  #onElected(atUs: number, leader: NodeId, { currentTerm, journal }: ElectionState): void {
    for (const [key, { server, term, cell }] of this.#last) {
      const held = cellOf(journal.state, key);
      if (held.version > cell.version || (held.version === cell.version && held.value === cell.value)) continue;
      violated(
        'No Acknowledged Write Lost',
        `s${server}, leader of term ${term}, told a client that ${wordsOf(key, cell)}; s${leader}, elected in term ${currentTerm}, says that ${wordsOf(key, held)}`,
        atUs,
        { servers: [server, leader], terms: [term, currentTerm], keys: [key] },
      );
    }
  }
}

function wordsOf(key: ByteString, { version, value }: Cell): string {
  return value === null ? `there is no ${key}` : `${key} is ${value}, version ${version}`;
}

function isServer(state: unknown): state is ElectionState {
  return typeof state === 'object' && state !== null && 'votedFor' in state;
}
