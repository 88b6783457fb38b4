import type { NodeId } from '../core/base/units.js';
import type { ClientOutcome } from '../core/client/calls.js';
import type { Note } from '../core/machine.js';
import type { Coverage } from './coverage.js';
import type { Observer, SendFate } from './observer.js';

/** How the world's own words for a harm begin, and the moment that each is. */
const HARM_MOMENTS: readonly (readonly [words: RegExp, moment: string])[] = [
  [/^kill /, 'server-killed'],
  [/^power off /, 'server-lost-power'],
  [/^pause /, 'server-paused'],
  [/^stopped /, 'server-stopped-gracefully'],
  [/^cut /, 'link-cut'],
  [/^clock of \S+ jumps/, 'clock-jumped'],
  [/^clock of \S+ at/, 'clock-changed-its-rate'],
  [/^clock of \S+ stands still/, 'clock-stood-still'],
  [/^clock of \S+ goes back/, 'clock-went-back'],
  [/^(?:wall )?clock of \S+ goes on/, 'clock-went-on'],
  [/^(?:wall )?clock of \S+ catches up/, 'clock-caught-up'],
  [/^wall clock of \S+ steps forward/, 'wall-clock-set-forward'],
  [/^wall clock of \S+ steps back/, 'wall-clock-set-back'],
  [/^wall clock of \S+ stands still/, 'wall-clock-stood-still'],
];

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

  onRestart(_atUs: number, node: NodeId): void {
    this.#coverage.mark('server-restarted');
    if (node <= this.#servers) this.#isUp[node] = true;
  }

  onStop(_atUs: number, node: NodeId): void {
    this.#coverage.mark('server-refused-its-disk');
    this.#end(node);
  }

  onHarm(_atUs: number, text: string): void {
    for (const [words, moment] of HARM_MOMENTS) if (words.test(text)) this.#coverage.mark(moment);
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
