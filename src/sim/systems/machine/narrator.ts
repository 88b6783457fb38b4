import type { Micros, NodeId } from '../../../core/base/units.js';
import type { Effect, Input, Note } from '../../../core/machine.js';
import { endOf, proseOf, type Sentence, type SentMessage } from '../../story/prose.js';
import { causeText, wordsOf } from '../../world/event-text.js';
import { BY_HEALING, nodesOf, type WorldEvent, type WorldEventKind } from '../../world/world-event.js';
import type { Observer, SendFate } from '../../world/observer.js';
import type { Answered, Asked } from './calls.js';
import type { ClientRequest, ClientResult } from './client.js';
import type { Call } from './spec.js';
import type { AllWords } from './words.js';
import { processName } from '../../base/process-names.js';

/** How much a sentence is worth where there is room for few. */
type Rank = 'call' | 'deed' | 'message';

interface Told extends Sentence {
  readonly rank: Rank;
  /** The call that it is about, such as `c1.4`; null for none. */
  readonly about: string | null;
}

/** What is told of the end of the faults: that it has come, and who is there again. */
const TOLD_OF_HEALING: readonly WorldEventKind[] = ['allHealed', 'restarted', 'resumed'];

/** Tells a run: what clients asked whom and were told, what was done to the world, what servers noted and what they said to each other. */
export class MachineNarrator implements Observer {
  readonly #servers: number;
  readonly #words: AllWords;
  readonly #told: Told[] = [];
  /** The request under way of each client, and the name of its call. */
  readonly #asked = new Map<NodeId, { readonly request: unknown; readonly about: string }>();
  /** Messages told of that have not arrived, by what was sent. */
  readonly #underWay = new Map<string, SentMessage[]>();

  constructor(servers: number, words: AllWords) {
    this.#servers = servers;
    this.#words = words;
  }

  onStep(
    atUs: Micros,
    node: NodeId,
    input: Input<unknown, unknown> | null,
    _before: unknown,
    _after: unknown,
    effects: readonly Effect<unknown, unknown>[],
  ): void {
    if (node > this.#servers) this.#onClientStep(atUs, node, input, effects);
    else if (input?.kind === 'message') this.#onArrival(atUs, input.from, node, input.message);
  }

  onSend(atUs: Micros, from: NodeId, to: NodeId, message: unknown, fate: SendFate): void {
    if (from > this.#servers || to > this.#servers) return;
    const words = this.#words.message(message);
    if (words === null) return;
    const sent: SentMessage = { from: this.#name(from), to: this.#name(to), words, fate, arrivedUs: null };
    this.#told.push({ atUs, text: '', key: null, call: null, sent, world: null, rank: 'message', about: null });
    const way = `${from} ${to} ${words}`;
    this.#underWay.set(way, [...(this.#underWay.get(way) ?? []), sent]);
  }

  onNote(atUs: Micros, node: NodeId, { name, text }: Note): void {
    if (node <= this.#servers)
      this.#say('deed', atUs, `${this.#name(node)}: ${name.replaceAll('-', ' ')}${text === '' ? '' : `, ${text}`}`);
  }

  onWorldEvent(atUs: Micros, event: WorldEvent): void {
    if (event.by === BY_HEALING && !TOLD_OF_HEALING.includes(event.kind)) return;
    const nameOf = (node: NodeId): string => this.#name(node);
    const world = { names: nodesOf(event).map(nameOf), cause: causeText(event) };
    this.#told.push({ atUs, text: wordsOf(event, nameOf), key: null, call: null, sent: null, world, rank: 'deed', about: null });
  }

  onStop(atUs: Micros, node: NodeId, reason: string): void {
    this.#say('deed', atUs, `${this.#name(node)} stops: ${reason}`);
  }

  /**
   * The story so far in at most so many lines. What there is no room for is left out: calls that have no part in a conflict, then messages
   * between servers, and in the end the beginning.
   *
   * @param conflict The calls that matter; null where nobody knows.
   */
  lines(linesMax: number, conflict: readonly Call<unknown, unknown>[] | null = null): readonly string[] {
    const all = linesOf(this.#told);
    if (all.length <= linesMax) return all;
    const told = conflict === null ? this.#told : relevantTo(conflict, this.#told);
    const some = linesOf(told);
    if (some.length <= linesMax) return some;
    return endOf(linesOf(told.filter(({ rank }) => rank !== 'message')), linesMax);
  }

  #onClientStep(atUs: Micros, node: NodeId, input: Input<unknown, unknown> | null, effects: readonly Effect<unknown, unknown>[]): void {
    const name = this.#name(node);
    const isFirst = input?.kind === 'request';
    if (isFirst) {
      const { call, request } = input.request as ClientRequest<unknown>;
      this.#asked.set(node, { request, about: `${name}.${call}` });
    }
    const about = this.#asked.get(node)?.about ?? null;
    for (const effect of effects) {
      if (effect.kind === 'send') {
        const { request } = effect.message as Asked<unknown>;
        this.#say('call', atUs, `${name} asks ${this.#name(effect.to)}${isFirst ? '' : ' too'}: ${this.#words.request(request)}`, about);
      }
      if (effect.kind === 'respond') this.#onOutcome(atUs, node, effect.response as ClientResult<unknown>);
    }
    const isPassedOn = input?.kind === 'message' && effects.some(({ kind }) => kind === 'send');
    if (isPassedOn) this.#answer(atUs, node, input.from, (input.message as Answered<unknown>).response);
  }

  #onOutcome(atUs: Micros, node: NodeId, result: ClientResult<unknown>): void {
    if (result.kind !== 'maybe') this.#answer(atUs, node, result.from, result.response);
    else this.#say('call', atUs, `${this.#name(node)} gives up, and knows nothing`, this.#asked.get(node)?.about ?? null);
  }

  #answer(atUs: Micros, client: NodeId, server: NodeId, response: unknown): void {
    const asked = this.#asked.get(client);
    this.#say(
      'call',
      atUs,
      `${this.#name(server)} tells ${this.#name(client)}: ${this.#words.response(response, asked?.request)}`,
      asked?.about ?? null,
    );
  }

  #onArrival(atUs: number, from: NodeId, to: NodeId, message: unknown): void {
    const words = this.#words.message(message);
    if (words === null) return;
    const waiting = this.#underWay
      .get(`${from} ${to} ${words}`)
      ?.find(({ fate, arrivedUs }) => arrivedUs === null && fate !== 'lost' && fate !== 'cut');
    if (waiting !== undefined) waiting.arrivedUs = atUs;
  }

  #say(rank: Rank, atUs: number, text: string, about: string | null = null): void {
    this.#told.push({ atUs, text, key: null, call: null, sent: null, world: null, rank, about });
  }

  #name(node: NodeId): string {
    return processName(node, this.#servers);
  }
}

/** A line of a story, which is shown indented, in a terminal of 80 columns. */
const COLUMNS = 76;

const linesOf = (told: readonly Told[]): readonly string[] => proseOf(told, Infinity, new Set(), '').lines.map(fitted);

/** What the world did at one moment can be much: a partition cuts many links. The first of it is told, and why it was done. */
function fitted(line: string): string {
  if (line.length <= COLUMNS || !/^ *[\d.]+ {2}\* /.test(line)) return line;
  const [why = ''] = / \([^()]*\)$/.exec(line) ?? [];
  const parts = line.slice(0, line.length - why.length).split(', ');
  const columns = COLUMNS - why.length - ' and 999 more'.length;
  let shown = parts.length;
  while (shown > 1 && parts.slice(0, shown).join(', ').length > columns) shown--;
  return shown === parts.length ? line : `${parts.slice(0, shown).join(', ')} and ${parts.length - shown} more${why}`;
}

/** What was told of these calls, and of anything else between the first and the last word about them. */
function relevantTo(conflict: readonly Call<unknown, unknown>[], told: readonly Told[]): readonly Told[] {
  const names = new Set(conflict.map(({ client, number }) => `${client}.${number}`));
  const isAbout = ({ about }: Told): boolean => about !== null && names.has(about);
  const first = told.findIndex(isAbout);
  const last = told.findLastIndex(isAbout);
  return told.slice(first, last + 1).filter((one) => one.about === null || isAbout(one));
}
