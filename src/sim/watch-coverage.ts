import type { Note } from '../core/machine.js';
import type { NodeId } from '../core/base/units.js';
import type { ClientOutcome } from '../core/client/calls.js';
import type { Coverage } from './coverage.js';
import type { Observer, SendFate } from './observer.js';

/** Marks what the servers themselves find remarkable, and what the world did to their messages. */
export class CoverageWatch implements Observer {
  readonly #coverage: Coverage;

  constructor(coverage: Coverage) {
    this.#coverage = coverage;
  }

  onNote(_atUs: number, _node: NodeId, note: Note): void {
    this.#coverage.mark(note.name);
  }

  onSend(_atUs: number, _from: NodeId, _to: NodeId, _message: unknown, fate: SendFate): void {
    if (fate === 'duplicated') this.#coverage.mark('message-duplicated');
    else if (fate === 'lost') this.#coverage.mark('message-lost');
  }

  onRestart(): void {
    this.#coverage.mark('server-restarted');
  }

  onStop(): void {
    this.#coverage.mark('server-refused-its-disk');
  }
}

/** Marks what clients had to live with. */
export function markOutcome(coverage: Coverage, outcome: ClientOutcome): void {
  if (outcome.kind === 'maybe') coverage.mark('client-was-told-maybe');
  else if (outcome.kind === 'failed') coverage.mark('client-was-told-failed');
  else if (outcome.result.status === 'versionConflict') coverage.mark('put-met-version-conflict');
}
