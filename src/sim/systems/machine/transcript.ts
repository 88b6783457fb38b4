import type { Micros, NodeId } from '../../../core/base/units.js';
import type { Effect, Input } from '../../../core/machine.js';
import { Transcript } from '../../story/transcript.js';
import type { SendFate } from '../../world/observer.js';
import { isAnswered, isAsked } from './calls.js';
import type { AllWords } from './words.js';

/** A transcript in the words of one machine, which knows what was asked when it tells an answer. */
export class MachineTranscript extends Transcript {
  readonly #servers: number;
  /** What was asked, by client and number of the call. */
  readonly #asked: Map<string, unknown>;
  /** The client that is spoken of. */
  readonly #spokenOf: { client: NodeId | null };

  constructor(servers: number, clients: number, words: AllWords, write: (line: string) => void) {
    const asked = new Map<string, unknown>();
    const spokenOf: { client: NodeId | null } = { client: null };
    const named = (letter: string, first: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({ id: (first + i) as NodeId, name: `${letter}${i + 1}` }));
    super({
      servers: named('s', 1, servers),
      clients: named('c', servers + 1, clients),
      describe: (said) => {
        if (isAsked(said)) return words.request(said.request);
        if (!isAnswered(said)) return words.message(said) ?? '';
        return spokenOf.client === null ? '' : words.response(said.response, asked.get(`${spokenOf.client} ${said.call}`));
      },
      write,
    });
    this.#servers = servers;
    this.#asked = asked;
    this.#spokenOf = spokenOf;
  }

  override onStep(
    atUs: Micros,
    node: NodeId,
    input: Input<unknown, unknown> | null,
    before: unknown,
    after: unknown,
    effects: readonly Effect<unknown, unknown>[],
  ): void {
    this.#spokenOf.client = this.#isClient(node) ? node : null;
    if (this.#isClient(node) && input?.kind === 'request' && isAsked(input.request))
      this.#asked.set(`${node} ${input.request.call}`, input.request.request);
    super.onStep(atUs, node, input, before, after, effects);
  }

  override onSend(atUs: Micros, from: NodeId, to: NodeId, message: unknown, fate: SendFate): void {
    this.#spokenOf.client = this.#isClient(to) ? to : from;
    super.onSend(atUs, from, to, message, fate);
  }

  #isClient(node: NodeId): boolean {
    return node > this.#servers;
  }
}
