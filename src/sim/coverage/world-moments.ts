import type { NodeId } from '../../core/base/units.js';
import type { ClientOutcome } from '../../core/client/calls.js';
import type { Note } from '../../core/machine.js';
import type { Coverage } from './coverage.js';
import type { Observer, SendFate } from '../world/observer.js';
import type { WorldEvent } from '../world/world-event.js';

/** Which moment an event is; most are none, or the fault that brings them marks them. */
function momentOf(event: WorldEvent): string | null {
  switch (event.kind) {
    case 'killed':
      return 'server-killed';
    case 'lostPower':
      return 'server-lost-power';
    case 'restarted':
      return 'server-restarted';
    case 'paused':
      return 'server-paused';
    case 'stopped':
      return 'server-stopped-gracefully';
    case 'cut':
      return 'link-cut';
    case 'connectionBroke':
      return 'damaged-frame-refused';
    case 'clockJumped':
      return 'clock-jumped';
    case 'clockRateChanged':
      return 'clock-changed-its-rate';
    case 'clockWentBack':
      return 'clock-went-back';
    case 'clockFroze':
      return event.which === 'both' ? 'clock-stood-still' : 'wall-clock-stood-still';
    case 'clockThawed':
      return event.how === 'goOn' ? 'clock-went-on' : 'clock-caught-up';
    case 'wallClockSetForward':
      return 'wall-clock-set-forward';
    case 'wallClockSetBack':
      return 'wall-clock-set-back';
    default:
      return null;
  }
}

/**
 * Marks the moments of moments.ts that any system can come to: what its servers themselves find remarkable, and what
 * the world did to them and to their messages.
 */
export class CoverageWatch implements Observer {
  readonly #coverage: Coverage;
  readonly #servers: number;
  readonly #isServing: (state: unknown) => boolean;
  readonly #isUp: boolean[] = [];

  /** @param servers Nodes 1 .. servers; the others are clients. */
  constructor(coverage: Coverage, servers: number, isServing: (state: unknown) => boolean) {
    this.#coverage = coverage;
    this.#servers = servers;
    this.#isServing = isServing;
    // All servers of a world are booted before its first event.
    for (let node = 1; node <= servers; node++) this.#isUp[node] = true;
  }

  onNote(_atUs: number, _node: NodeId, note: Note): void {
    this.#coverage.mark(note.name);
  }

  onSend(_atUs: number, _from: NodeId, _to: NodeId, _message: unknown, fate: SendFate): void {
    if (fate === 'duplicated') this.#coverage.mark('message-duplicated');
    else if (fate === 'lost') this.#coverage.mark('message-lost');
    else if (fate === 'cut') this.#coverage.mark('message-met-a-cut');
    else if (fate === 'overflow') this.#coverage.mark('link-overflowed');
  }

  onCrash(_atUs: number, node: NodeId, state: unknown): void {
    if (node > this.#servers) return;
    if (!this.#isServing(state)) this.#coverage.mark('crash-while-recovering');
    this.#end(node);
  }

  onStop(_atUs: number, node: NodeId): void {
    this.#coverage.mark('server-refused-its-disk');
    this.#end(node);
  }

  onWorldEvent(_atUs: number, event: WorldEvent): void {
    const moment = momentOf(event);
    if (moment !== null) this.#coverage.mark(moment);
    if (event.kind === 'restarted' && event.node <= this.#servers) this.#isUp[event.node] = true;
  }

  #end(node: NodeId): void {
    this.#isUp[node] = false;
    let up = 0;
    for (const isUp of this.#isUp) if (isUp) up++;
    if (up === 0) this.#coverage.mark('all-servers-down');
    if (up * 2 <= this.#servers) this.#coverage.mark('majority-down');
  }
}

/** Marks what clients had to live with. */
export function markOutcome(coverage: Coverage, outcome: ClientOutcome): void {
  if (outcome.kind === 'maybe') coverage.mark('client-was-told-maybe');
  else if (outcome.kind === 'failed') coverage.mark('client-was-told-failed');
  else if (outcome.result.status === 'versionConflict') coverage.mark('put-met-version-conflict');
  else if (outcome.result.status === 'noKey') coverage.mark('client-found-no-key');
}
