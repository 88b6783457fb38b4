import type { Micros, NodeId } from '../../core/base/units.js';
import type { ClientCall, ClientOutcome } from '../../core/client/calls.js';
import type { Effect, Input, Note } from '../../core/machine.js';
import type { Observer, SendFate } from '../world/observer.js';
import { causeText, wordsOf } from '../world/event-text.js';
import { nodesOf, type WorldEvent } from '../world/world-event.js';
import { endOf, proseOf, type Prose, type Sentence, type SentMessage } from './prose.js';
import { callName, isTold, type Theme } from './relevance.js';
import { clientNumber, processName } from '../base/process-names.js';

export interface NarratorOptions {
  /** Nodes 1 .. servers are servers, those behind them clients. */
  readonly servers: number;
  /** The words of the system for what servers say to each other; null: not worth a sentence. */
  readonly tell: (message: unknown) => string | null;
  /** Its words for what its clients ask and are told, where they do not call by keys and values. */
  readonly callLine: (said: unknown) => string;
  /** Its words for what is new in a server's state after a step; null: nothing worth a sentence. */
  readonly news: (before: unknown, after: unknown) => string | null;
}

/**
 * Tells a run as a short story for a person: what clients asked whom and were told, what the nemesis did, what servers
 * found remarkable, and what they said to each other. Unlike a transcript it leaves out all that keeps a system going,
 * and of a failed run it tells what has a part in the failure (relevance.ts).
 */
export class Narrator implements Observer {
  readonly #options: NarratorOptions;
  readonly #sentences: Sentence[] = [];
  readonly #calls = new Map<NodeId, { readonly call: ClientCall; readonly name: string }>();
  /** Of a system whose clients call otherwise, the name of the call that each has open. */
  readonly #others = new Map<NodeId, string>();
  /** Messages told of that have not arrived, by sender, receiver and words. */
  readonly #underWay = new Map<string, SentMessage[]>();
  /** The values that clients wrote, to know them again in what servers say. */
  readonly #values = new Set<string>();
  /** By the value, the call that wrote it. */
  readonly #writers = new Map<string, string>();

  constructor(options: NarratorOptions) {
    this.#options = options;
  }

  onStep(
    atUs: Micros,
    node: NodeId,
    input: Input<unknown, unknown> | null,
    before: unknown,
    after: unknown,
    effects: readonly Effect<unknown, unknown>[],
  ): void {
    if (node > this.#options.servers) {
      this.#onClientStep(atUs, node, input, effects);
      return;
    }
    if (input?.kind === 'message') this.#onArrival(atUs, input.from, node, input.message);
    const news = before === undefined ? null : this.#options.news(before, after);
    if (news !== null) this.#say(atUs, `${this.#name(node)} ${news}`);
  }

  onSend(atUs: Micros, from: NodeId, to: NodeId, message: unknown, fate: SendFate): void {
    const { servers, tell } = this.#options;
    if (from > servers || to > servers) return;
    const words = tell(message);
    if (words === null) return;
    const sent: SentMessage = { from: this.#name(from), to: this.#name(to), words, fate, arrivedUs: null };
    this.#sentences.push({ atUs, text: '', key: keyIn(words), call: null, sent, world: null });
    const way = wayOf(from, to, words);
    this.#underWay.set(way, [...(this.#underWay.get(way) ?? []), sent]);
  }

  onNote(atUs: Micros, node: NodeId, { name, text }: Note): void {
    if (node <= this.#options.servers)
      this.#say(atUs, `${this.#name(node)}: ${name.replaceAll('-', ' ')}${text === '' ? '' : `, ${text}`}`);
  }

  onWorldEvent(atUs: Micros, event: WorldEvent): void {
    const nameOf = (node: NodeId): string => this.#name(node);
    const world = { names: nodesOf(event).map(nameOf), cause: causeText(event) };
    this.#sentences.push({ atUs, text: wordsOf(event, nameOf), key: null, call: null, sent: null, world });
  }

  onStop(atUs: Micros, node: NodeId, reason: string): void {
    this.#say(atUs, `${this.#name(node)} stops: ${reason}`);
  }

  /**
   * The story so far, a line each, and `last` as the end of it, a sentence in which values are called as in the lines.
   *
   * @param theme What it is about; null: everything.
   * @param linesMax Where there is no room for all, messages between servers are left out first, and then the beginning.
   */
  story(theme: Theme | null, last = '', linesMax = Infinity): Prose {
    const about = theme === null ? null : this.#withWriters(theme);
    const told = this.#sentences.filter((sentence) => about === null || isTold(sentence, about, this.#values));
    const endUs = theme?.endUs ?? Infinity;
    const whole = proseOf(told, endUs, this.#values, last);
    if (whole.lines.length <= linesMax) return whole;
    const shorter = proseOf(
      told.filter(({ sent }) => sent === null),
      endUs,
      this.#values,
      last,
    );
    return { ...shorter, lines: endOf(shorter.lines, linesMax) };
  }

  /** With the calls that wrote a value of the story, also those that failed. */
  #withWriters(theme: Theme): Theme {
    if (theme.calls === null || !theme.tellsWriters) return theme;
    const writers = [...this.#writers].filter(([value]) => theme.values?.has(value) === true).map(([, call]) => call);
    return { ...theme, calls: new Set([...theme.calls, ...writers]) };
  }

  #onClientStep(atUs: Micros, node: NodeId, input: Input<unknown, unknown> | null, effects: readonly Effect<unknown, unknown>[]): void {
    const asked = effects.find((effect) => effect.kind === 'send');
    const begin = `${this.#name(node)} asks${asked === undefined ? '' : ` ${this.#name(asked.to)}`}`;
    const name = callName({ clientId: clientNumber(node, this.#options.servers), callUs: atUs });
    if (input?.kind === 'request' && !isCall(input.request)) {
      this.#others.set(node, name);
      this.#say(atUs, `${begin}: ${this.#options.callLine(input.request)}`, null, name);
    }
    if (input?.kind === 'request' && isCall(input.request)) {
      const call = input.request;
      this.#calls.set(node, { call, name });
      if (call.value !== undefined) {
        this.#values.add(call.value);
        this.#writers.set(call.value, name);
      }
      this.#say(atUs, `${begin} to ${callText(call)}`, call.key, name);
    }
    const teller = input?.kind === 'message' ? `${this.#name(input.from)} tells ${this.#name(node)}` : `${this.#name(node)} concludes`;
    for (const effect of effects) {
      if (effect.kind !== 'respond') continue;
      const open = this.#calls.get(node);
      const other = this.#others.get(node);
      if (open !== undefined)
        this.#say(atUs, `${teller}: ${outcomeText(open.call, effect.response as ClientOutcome)}`, open.call.key, open.name);
      else if (other !== undefined) this.#say(atUs, `${teller}: ${this.#options.callLine(effect.response)}`, null, other);
    }
  }

  #onArrival(atUs: number, from: NodeId, to: NodeId, message: unknown): void {
    const words = this.#options.tell(message);
    if (words === null) return;
    const waiting = this.#underWay
      .get(wayOf(from, to, words))
      ?.find(({ fate, arrivedUs }) => arrivedUs === null && fate !== 'lost' && fate !== 'cut');
    if (waiting !== undefined) waiting.arrivedUs = atUs;
  }

  #say(atUs: number, text: string, key: string | null = null, call: string | null = null): void {
    this.#sentences.push({ atUs, text, key, call, sent: null, world: null });
  }

  #name(node: NodeId): string {
    return processName(node, this.#options.servers);
  }
}

function wayOf(from: NodeId, to: NodeId, words: string): string {
  return `${from} ${to} ${words}`;
}

function isCall(request: unknown): request is ClientCall {
  return typeof request === 'object' && request !== null && 'op' in request && 'key' in request;
}

/** The key of the simulator's workload that a text speaks of. */
function keyIn(words: string): string | null {
  return /\bk\d+\b/.exec(words)?.[0] ?? null;
}

function callText(call: ClientCall): string {
  switch (call.op) {
    case 'get':
      return `get ${call.key}`;
    case 'delete':
      return `delete ${call.key}`;
    case 'set':
      return `set ${call.key} to ${call.value ?? ''}`;
    case 'put':
      return `put ${call.value ?? ''} at ${call.key}, if its version is ${call.version ?? 0}`;
  }
}

function outcomeText(call: ClientCall, outcome: ClientOutcome): string {
  if (outcome.kind !== 'done') return `${outcome.kind} (${outcome.reason})`;
  const { status, version, value } = outcome.result;
  if (status === 'noKey') return `there is no ${call.key}`;
  if (status === 'versionConflict') return `the version is ${version}`;
  if (status !== 'ok') return status;
  // Versions begin at 1; a system that keeps none says 0.
  const told = version === 0 ? '' : `, version ${version}`;
  return call.op === 'get' ? `${call.key} is ${value}${told}` : `done${told}`;
}
