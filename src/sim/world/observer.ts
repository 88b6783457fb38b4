import type { Effect, Input, Note } from '../../core/machine.js';
import type { Micros, NodeId } from '../../core/base/units.js';
import type { WorldEvent } from './world-event.js';

/**
 * Whoever watches a world: oracles, coverage, the transcript. A watcher never changes what happens; a
 * world without watchers lives the same life, only faster. All moments are world time in microseconds.
 */
export interface Observer {
  /**
   * An event was taken from the queue, and nothing was done about it yet. `node` and `from` are 0 where there is
   * none; `high` and `low` are the halves of the digest over all that happened before it.
   */
  onEvent?(atUs: number, kind: EventKind, node: number, from: number, high: number, low: number): void;
  /** A process took an input. `before` and `after` are machine states (values). Boot: `input` is null and `before` undefined. */
  onStep?(
    atUs: Micros,
    node: NodeId,
    input: Input<unknown, unknown> | null,
    before: unknown,
    after: unknown,
    effects: readonly Effect<unknown, unknown>[],
  ): void;
  /** A message or answer was handed to the network; `fate` says what the network decided. */
  onSend?(atUs: Micros, from: NodeId, to: NodeId, message: unknown, fate: SendFate): void;
  onNote?(atUs: Micros, node: NodeId, note: Note): void;
  /** Bytes of a file became durable on a simulated disk: its durable content is now the first `sizeBytes` of `durable`. Look, don't keep. */
  onSynced?(atUs: Micros, node: NodeId, path: string, durable: Uint8Array, sizeBytes: number): void;
  /** A life ends that something outside ended; `state` is its last. */
  onCrash?(atUs: Micros, node: NodeId, state: unknown): void;
  /** A machine asked to stop (fail-stop) with this reason. */
  onStop?(atUs: Micros, node: NodeId, reason: string): void;
  /** Something was done to the world: see world-event.ts, and event-text.ts for its words. */
  onWorldEvent?(atUs: Micros, event: WorldEvent): void;
}

/** What an event of the queue is: `call` is one of the nemesis or the workload, `read` a message that waited for a paused process, `worked` the end of what a slow one does about an input. */
export type EventKind = 'arrival' | 'wake' | 'disk' | 'request' | 'call' | 'read' | 'worked';

export type SendFate = 'delivered' | 'lost' | 'cut' | 'duplicated' | 'overflow' | 'refused' | 'reset' | 'corrupted' | 'copied late';
