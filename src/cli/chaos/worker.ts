import { byteStringFromText } from '../../core/base/bytestring.js';
import { MaybeError, NotDoneError, type Client } from '../../real/client/client.js';
import type { Operation } from '../../sim/checkers/history.js';
import type { FailedWrite } from '../../sim/oracles/clients/history.js';
import { between, chance, type Stream } from '../../sim/base/random-streams.js';
import type { WorkloadOptions } from '../../sim/run/scenario.js';

/** What all clients together did and learned, in the order in which it ended. */
export interface Recording {
  readonly operations: Operation[];
  /** Reads that any server might answer from what it had, of a scenario that has some. */
  readonly staleReads: Operation[];
  /** Writes that their clients were told have certainly no effect. */
  readonly failedWrites: FailedWrite[];
}

export const nowUs = (): number => Math.floor(performance.now() * 1_000);

type Asked = Pick<Operation, 'op' | 'key' | 'value' | 'version'> & { readonly isStale?: boolean };
type Learned = Pick<Operation, 'outcome' | 'resultValue' | 'resultVersion'>;

/** What works behind one client. */
export interface Application {
  /** Works until the storm is over. */
  run(isOver: () => boolean): Promise<void>;
  /** When all is healed: asks for all there is, until `endMs` of the monotonic clock. @returns What had no answer; null when all had. */
  served(endMs: number): Promise<string | null>;
}

/** One client's application, the same closed loop as in the simulator (sim/clients/key-value-load.ts): a few keys, one call at a time, each value written once. */
export class Worker implements Application {
  readonly #clientId: number;
  readonly #client: Client;
  readonly #options: WorkloadOptions;
  readonly #stream: Stream;
  readonly #staleness: Stream;
  readonly #recording: Recording;
  /** What this client last learned of each key's version; 0 for none. */
  readonly #versions = new Map<string, number>();
  #calls = 0;

  /**
   * @param stream What to do, and when.
   * @param staleness Which reads may be old, where the options say that some may.
   */
  constructor(clientId: number, client: Client, options: WorkloadOptions, stream: Stream, staleness: Stream, recording: Recording) {
    this.#clientId = clientId;
    this.#client = client;
    this.#options = options;
    this.#stream = stream;
    this.#staleness = staleness;
    this.#recording = recording;
  }

  async run(isOver: () => boolean): Promise<void> {
    const { thinkMsMin, thinkMsMax, keys } = this.#options;
    while (!isOver()) {
      const thinkMs = between(this.#stream, thinkMsMin, thinkMsMax);
      const key = `k${between(this.#stream, 0, keys - 1)}`;
      const choice = this.#stream();
      const caution = this.#stream();
      await new Promise((resolve) => setTimeout(resolve, thinkMs));
      if (!isOver()) await this.#call(key, choice, caution);
    }
  }

  /** Reads each key, so that whatever was lost is missed, and writes one. What may have been done is asked for once more. */
  async served(endMs: number): Promise<string | null> {
    const leftMs = (): number => Math.max(1, endMs - performance.now());
    const until = async (call: () => Promise<boolean>): Promise<boolean> => {
      do if (await call()) return true;
      while (performance.now() < endMs);
      return false;
    };
    for (let n = 0; n < this.#options.keys; n++) if (!(await until(() => this.#read(`k${n}`, leftMs())))) return `read of k${n}`;
    return (await until(() => this.#write('k0', leftMs()))) ? null : 'write of k0';
  }

  /** @returns Whether the read was answered. */
  async #read(key: string, timeoutMs: number): Promise<boolean> {
    const { staleRatio } = this.#options;
    const isStale = staleRatio.numerator > 0 && chance(this.#staleness, staleRatio);
    return this.#record({ op: 'get', key, value: null, version: null, isStale }, async () => {
      const found = await this.#client.get(key, { timeoutMs, ...(isStale ? { level: 'stale' } : {}) });
      this.#versions.set(key, found?.version ?? 0);
      return found === null ? learned('noKey') : learned('ok', found.version, found.value.toString('latin1'));
    });
  }

  /** Writes whatever is there. @returns Whether the write was answered. */
  async #write(key: string, timeoutMs: number): Promise<boolean> {
    this.#calls += 1;
    return this.#set(key, `${this.#clientId}.${this.#calls}`, timeoutMs);
  }

  #set(key: string, value: string, timeoutMs: number): Promise<boolean> {
    return this.#record({ op: 'set', key, value, version: null }, async () => {
      const version = await this.#client.set(key, value, { timeoutMs });
      this.#versions.set(key, version);
      return learned('ok', version);
    });
  }

  async #call(key: string, choice: number, caution: number): Promise<void> {
    this.#calls += 1;
    const value = `${this.#clientId}.${this.#calls}${'-'.repeat(Math.floor(caution * (this.#options.paddingBytesMax + 1)))}`;
    switch (this.#opFor(choice)) {
      case 'get':
        await this.#read(key, this.#options.timeLimitMs);
        return;
      case 'set':
        await this.#set(key, value, this.#options.timeLimitMs);
        return;
      case 'put': {
        // One in eight guesses that the key is not there, so that conflicts are met too.
        const version = caution < 1 / 8 ? 0 : (this.#versions.get(key) ?? 0);
        await this.#record({ op: 'put', key, value, version }, async () => {
          const outcome = await this.#client.put(key, value, version);
          this.#versions.set(key, outcome.kind === 'noKey' ? 0 : outcome.version);
          return outcome.kind === 'noKey' ? learned('noKey') : learned(outcome.kind === 'done' ? 'ok' : outcome.kind, outcome.version);
        });
        return;
      }
      case 'delete':
        await this.#record({ op: 'delete', key, value: null, version: null }, async () => {
          this.#versions.set(key, 0);
          return learned((await this.#client.delete(key)) ? 'ok' : 'noKey');
        });
    }
  }

  #opFor(choice: number): 'get' | 'set' | 'put' | 'delete' {
    const { getWeight, setWeight, putWeight, deleteWeight } = this.#options;
    const at = choice * (getWeight + setWeight + putWeight + deleteWeight);
    if (at < getWeight) return 'get';
    if (at < getWeight + setWeight) return 'set';
    return at < getWeight + setWeight + putWeight ? 'put' : 'delete';
  }

  /** What certainly did nothing is no part of a history; what may have done something is, for ever. */
  async #record({ isStale = false, ...asked }: Asked, call: () => Promise<Learned>): Promise<boolean> {
    const clientId = this.#clientId;
    const callUs = nowUs();
    try {
      const answer = await call();
      const { operations, staleReads } = this.#recording;
      (isStale ? staleReads : operations).push({ clientId, ...asked, ...answer, expected: null, callUs, returnUs: nowUs() });
      return true;
    } catch (error) {
      if (error instanceof MaybeError) {
        if (!isStale)
          this.#recording.operations.push({ clientId, ...asked, ...learned('unknown'), expected: null, callUs, returnUs: null });
      } else if (error instanceof NotDoneError) {
        if (asked.value !== null) {
          this.#recording.failedWrites.push({
            client: clientId,
            key: byteStringFromText(asked.key),
            value: byteStringFromText(asked.value),
            atUs: nowUs(),
          });
        }
      } else throw error;
      return false;
    }
  }
}

const learned = (outcome: Operation['outcome'], resultVersion: number | null = null, resultValue: string | null = null): Learned => ({
  outcome,
  resultVersion,
  resultValue,
});
