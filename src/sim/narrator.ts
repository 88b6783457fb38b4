import type { Micros, NodeId } from '../core/base/units.js';
import type { ClientCall, ClientOutcome } from '../core/client/calls.js';
import type { Effect, Input, Note } from '../core/machine.js';
import type { Observer, SendFate } from './observer.js';
import { HARM_MARK, proseOf, type Sentence, type SentMessage } from './prose.js';
import { isTold, type Theme } from './theme.js';

export interface NarratorOptions {
  /** Nodes 1 .. servers are servers, those behind them clients. */
  readonly servers: number;
  /** The words of the system for what servers say to each other; null: not worth a sentence. */
  readonly tell: (message: unknown) => string | null;
  /** Its words for what is new in a server's state after a step; null: nothing worth a sentence. */
  readonly news: (before: unknown, after: unknown) => string | null;
}

/**
 * Tells a run as a short story for a person: what clients asked whom and were told, what the nemesis did, what servers
 * found remarkable, and what they said to each other. Unlike a transcript it leaves out all that keeps a system going,
 * and of a failed run it tells what has a part in the failure (theme.ts).
 */
export class Narrator implements Observer {
  readonly #options: NarratorOptions;
  readonly #sentences: Sentence[] = [];
  readonly #calls = new Map<NodeId, { readonly call: ClientCall; readonly name: string }>();
  /** Messages told of that have not arrived, by sender, receiver and words. */
  readonly #underWay = new Map<string, SentMessage[]>();
  /** The values that clients wrote, to know them again in what servers say. */
  readonly #values = new Set<string>();

  constructor(options: NarratorOptions) {
    this.#options = options;
  }

  onStep(atUs: Micros, node: NodeId, input: Input<unknown, unknown> | null, before: unknown, after: unknown, effects: readonly Effect<unknown, unknown>[]): void {
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
    this.#sentences.push({ atUs, text: '', key: keyIn(words), call: null, sent });
    const way = wayOf(from, to, words);
    this.#underWay.set(way, [...(this.#underWay.get(way) ?? []), sent]);
  }

  onNote(atUs: Micros, node: NodeId, { name, text }: Note): void {
    if (node <= this.#options.servers) this.#say(atUs, `${this.#name(node)}: ${name.replaceAll('-', ' ')}${text === '' ? '' : `, ${text}`}`);
  }

  onHarm(atUs: Micros, text: string): void {
    this.#say(atUs, `${HARM_MARK}${text}`);
  }

  onRestart(atUs: Micros, node: NodeId): void {
    this.#say(atUs, `${HARM_MARK}${this.#name(node)} starts again`);
  }

  onStop(atUs: Micros, node: NodeId, reason: string): void {
    this.#say(atUs, `${this.#name(node)} stops: ${reason}`);
  }

  /**
   * The story so far, a line each, and `last` as the end of it, a sentence in which values are called as in the lines.
   *
   * @param theme What it is about; null: everything.
   */
  story(theme: Theme | null, last = ''): { readonly lines: readonly string[]; readonly last: string } {
    const told = this.#sentences.filter((sentence) => theme === null || isTold(sentence, theme, this.#values));
    return proseOf(told, theme?.endUs ?? Infinity, this.#values, last);
  }

  #onClientStep(atUs: Micros, node: NodeId, input: Input<unknown, unknown> | null, effects: readonly Effect<unknown, unknown>[]): void {
    if (input?.kind === 'request' && isCall(input.request)) {
      const call = input.request;
      const name = `${node} ${atUs}`;
      this.#calls.set(node, { call, name });
      if (call.value !== undefined) this.#values.add(call.value);
      const asked = effects.find((effect) => effect.kind === 'send');
      this.#say(atUs, `${this.#name(node)} asks ${asked === undefined ? '' : `${this.#name(asked.to)} `}to ${callText(call)}`, call.key, name);
    }
    const teller = input?.kind === 'message' ? `${this.#name(input.from)} tells ${this.#name(node)}` : `${this.#name(node)} concludes`;
    for (const effect of effects) {
      if (effect.kind !== 'respond') continue;
      const asked = this.#calls.get(node);
      if (asked !== undefined) this.#say(atUs, `${teller}: ${outcomeText(asked.call, effect.response as ClientOutcome)}`, asked.call.key, asked.name);
    }
  }

  #onArrival(atUs: number, from: NodeId, to: NodeId, message: unknown): void {
    const words = this.#options.tell(message);
    if (words === null) return;
    const waiting = this.#underWay.get(wayOf(from, to, words))?.find(({ fate, arrivedUs }) => arrivedUs === null && fate !== 'lost' && fate !== 'cut');
    if (waiting !== undefined) waiting.arrivedUs = atUs;
  }

  #say(atUs: number, text: string, key: string | null = null, call: string | null = null): void {
    this.#sentences.push({ atUs, text, key, call, sent: null });
  }

  #name(node: NodeId): string {
    const { servers } = this.#options;
    return node <= servers ? `s${node}` : `c${node - servers}`;
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
