import type { NodeId } from '../../core/base/units.js';
import type { Coverage } from './coverage.js';
import type { Observer, SendFate } from '../world/observer.js';

/** Which moment a fate is; the fates of every ordinary run are marked elsewhere or nowhere. */
const MOMENT_OF: Readonly<Partial<Record<SendFate, string>>> = {
  overflow: 'queue-overflowed',
  refused: 'message-refused',
  reset: 'connection-reset',
  corrupted: 'message-corrupted',
  'copied late': 'message-copied-late',
};

/** Marks what the further faults of the network did. */
export class NetworkWatch implements Observer {
  readonly #coverage: Coverage;

  constructor(coverage: Coverage) {
    this.#coverage = coverage;
  }

  onSend(_atUs: number, _from: NodeId, _to: NodeId, _message: unknown, fate: SendFate): void {
    if (fate === 'delivered') return;
    const moment = MOMENT_OF[fate];
    if (moment !== undefined) this.#coverage.mark(moment);
  }
}
