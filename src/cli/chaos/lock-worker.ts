import { MaybeError, NotDoneError, type Client, type Lock } from '../../real/client/client.js';
import type { Operation } from '../../sim/checkers/history.js';
import { LockExclusion } from '../../sim/oracles/clients/lock-exclusion.js';
import { Violated } from '../../sim/checkers/violation.js';
import { between, type Stream } from '../../sim/base/random-streams.js';
import type { WorkloadOptions } from '../../sim/run/scenario.js';
import { nowUs, type Application, type Recording } from './worker.js';
import { clientName } from '../../sim/base/process-names.js';

/** What all clients of a storm know of its locks: who broke into one is found at once. */
export class LockWatch {
  readonly exclusion = new LockExclusion();
  /** The first breach; the storm ends with it. */
  breach: Violated | null = null;
}

/** One client's application, the same closed loop as in the simulator (sim/clients/lock-load.ts): it wants a lock, holds it for a while and lets go. */
export class LockWorker implements Application {
  readonly #clientId: number;
  readonly #key: string;
  readonly #lock: Lock;
  readonly #options: WorkloadOptions;
  readonly #stream: Stream;
  readonly #recording: Recording;
  readonly #watch: LockWatch;
  #knows: 'free' | 'held' | 'doubt' = 'free';

  constructor(clientId: number, client: Client, options: WorkloadOptions, stream: Stream, recording: Recording, watch: LockWatch) {
    this.#clientId = clientId;
    this.#key = `lock${(clientId - 1) % options.keys}`;
    this.#lock = client.lock(this.#key, { owner: clientName(clientId), pollMsMax: 200 });
    this.#options = options;
    this.#stream = stream;
    this.#recording = recording;
    this.#watch = watch;
  }

  async run(isOver: () => boolean): Promise<void> {
    const { thinkMsMin, thinkMsMax, timeLimitMs } = this.#options;
    while (!isOver() && this.#watch.breach === null) {
      const thinkMs = between(this.#stream, thinkMsMin, thinkMsMax);
      const choice = this.#stream();
      await new Promise((resolve) => setTimeout(resolve, thinkMs));
      if (isOver()) break;
      const isRelease = this.#knows === 'held' || (this.#knows === 'doubt' && choice < 1 / 2);
      await this.#call(isRelease ? 'release' : 'acquire', timeLimitMs);
    }
    // Nobody waits for a lock whose holder has gone home.
    while (this.#knows !== 'free' && this.#watch.breach === null) await this.#call('release', timeLimitMs);
  }

  /** @returns What it had no answer to; null when it held the lock once more, and let go. */
  async served(endMs: number): Promise<string | null> {
    const leftMs = (): number => Math.max(1, endMs - performance.now());
    for (const op of ['acquire', 'release'] as const) {
      const aim = op === 'acquire' ? 'held' : 'free';
      do await this.#call(op, leftMs());
      while (this.#knows !== aim && performance.now() < endMs);
      if (this.#knows !== aim) return `${op} of ${this.#key}`;
    }
    return null;
  }

  async #call(op: 'acquire' | 'release', timeoutMs: number): Promise<void> {
    const asked = {
      clientId: this.#clientId,
      key: this.#key,
      op,
      value: null,
      version: null,
      expected: null,
      resultValue: null,
      resultVersion: null,
      callUs: nowUs(),
    } as const;
    if (op === 'release') this.#watch.exclusion.letsGo(this.#key, this.#clientId);
    const ended = (outcome: Operation['outcome'], resultVersion: number | null, returnUs: number | null): void => {
      this.#recording.operations.push({ ...asked, outcome, resultVersion, returnUs });
    };
    try {
      if (op === 'acquire') this.#onHeld(await this.#lock.acquire({ timeoutMs }), ended);
      else this.#onReleased(await this.#lock.release({ timeoutMs }), ended);
    } catch (error) {
      if (error instanceof Violated) this.#watch.breach ??= error;
      else if (error instanceof MaybeError) {
        this.#knows = 'doubt';
        ended('unknown', null, null);
      } else if (!(error instanceof NotDoneError)) throw error;
      // A release that did nothing leaves it held, an acquire that did nothing leaves it as it was.
      else if (op === 'acquire') this.#knows = 'free';
    }
  }

  #onHeld(version: number, ended: (outcome: 'ok', version: number, returnUs: number) => void): void {
    const atUs = nowUs();
    ended('ok', version, atUs);
    this.#watch.exclusion.held(this.#key, this.#clientId, version, atUs);
    this.#knows = 'held';
  }

  #onReleased(isReleased: boolean, ended: (outcome: 'ok' | 'refused', version: null, returnUs: number) => void): void {
    const atUs = nowUs();
    const hadIt = this.#knows === 'held';
    ended(isReleased ? 'ok' : 'refused', null, atUs);
    this.#knows = 'free';
    if (!isReleased && hadIt) this.#watch.exclusion.brokenInto(this.#key, this.#clientId, atUs);
  }
}
