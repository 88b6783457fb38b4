import type { ByteString } from '../core/base/bytestring.js';
import type { Micros, NodeId } from '../core/base/units.js';
import type { ClientCall, ClientOutcome } from '../core/client/calls.js';
import type { Effect, Input, Note } from '../core/machine.js';
import type { Observer, SendFate } from './observer.js';

/** One thing that happened, in words. */
interface Sentence {
  readonly atUs: number;
  readonly text: string;
  /** The key that it is about; null when it concerns all. */
  readonly key: string | null;
}

export interface NarratorOptions {
  /** Nodes 1 .. servers are servers, those behind them clients. */
  readonly servers: number;
  /** The words of the system for what servers say to each other; null: not worth a sentence. */
  readonly tell: (message: unknown) => string | null;
}

const US_PER_MS = 1_000;
/** Values are padded in some runs; nobody reads the padding. */
const VALUE_CHARACTERS = 12;

/**
 * Tells a run as a short story for a person: what clients asked and were told, what the nemesis did, what servers
 * found remarkable, and what they said to each other about a key. Unlike a transcript it leaves out all that keeps a
 * system going, and, when a story is about one key, whatever is only about others.
 */
export class Narrator implements Observer {
  readonly #options: NarratorOptions;
  readonly #sentences: Sentence[] = [];
  readonly #calls = new Map<NodeId, ClientCall>();

  constructor(options: NarratorOptions) {
    this.#options = options;
  }

  onStep(atUs: Micros, node: NodeId, input: Input<unknown, unknown> | null, _before: unknown, _after: unknown, effects: readonly Effect<unknown, unknown>[]): void {
    if (node <= this.#options.servers) return;
    if (input?.kind === 'request' && isCall(input.request)) {
      this.#calls.set(node, input.request);
      this.#say(atUs, `${this.#name(node)} asks to ${callText(input.request)}`, input.request.key);
    }
    for (const effect of effects) {
      if (effect.kind !== 'respond') continue;
      const call = this.#calls.get(node);
      if (call !== undefined) this.#say(atUs, `${this.#name(node)} is told: ${outcomeText(call, effect.response as ClientOutcome)}`, call.key);
    }
  }

  onSend(atUs: Micros, from: NodeId, to: NodeId, message: unknown, fate: SendFate): void {
    const { servers, tell } = this.#options;
    if (from > servers || to > servers) return;
    const words = tell(message);
    if (words === null) return;
    const end = fate === 'delivered' ? '' : ` (${fate})`;
    this.#say(atUs, `${this.#name(from)} to ${this.#name(to)}: ${words}${end}`, keyIn(words));
  }

  onNote(atUs: Micros, node: NodeId, { name, text }: Note): void {
    if (node <= this.#options.servers) this.#say(atUs, `${this.#name(node)}: ${name.replaceAll('-', ' ')}${text === '' ? '' : `, ${text}`}`, null);
  }

  onHarm(atUs: Micros, text: string): void {
    this.#say(atUs, `* ${text}`, null);
  }

  onRestart(atUs: Micros, node: NodeId): void {
    this.#say(atUs, `* ${this.#name(node)} starts again`, null);
  }

  onStop(atUs: Micros, node: NodeId, reason: string): void {
    this.#say(atUs, `${this.#name(node)} stops: ${reason}`, null);
  }

  /** The story so far, a line each; only what concerns `key`, unless it is null. What happens several times in a row is told once. */
  lines(key: string | null): readonly string[] {
    const told = this.#sentences.filter((sentence) => key === null || sentence.key === null || sentence.key === key);
    const lines: string[] = [];
    let times = 1;
    told.forEach((sentence, i) => {
      if (told[i + 1]?.text === sentence.text) {
        times++;
        return;
      }
      const at = (sentence.atUs / US_PER_MS).toFixed(1).padStart(9);
      lines.push(`${at} ms  ${sentence.text}${times === 1 ? '' : ` (${times} times)`}`);
      times = 1;
    });
    return lines;
  }

  #say(atUs: number, text: string, key: string | null): void {
    this.#sentences.push({ atUs, text, key });
  }

  #name(node: NodeId): string {
    const { servers } = this.#options;
    return node <= servers ? `s${node}` : `c${node - servers}`;
  }
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
      return `set ${call.key} to ${short(call.value)}`;
    case 'put':
      return `put ${short(call.value)} at ${call.key}, if its version is ${call.version ?? 0}`;
  }
}

function outcomeText(call: ClientCall, outcome: ClientOutcome): string {
  if (outcome.kind !== 'done') return `${outcome.kind} (${outcome.reason})`;
  const { status, version, value } = outcome.result;
  if (status === 'noKey') return 'there is no such key';
  if (status === 'versionConflict') return `the version is ${version}`;
  if (status !== 'ok') return status;
  // Versions begin at 1; a system that keeps none says 0.
  const told = version === 0 ? '' : `, version ${version}`;
  return call.op === 'get' ? `${call.key} is ${short(value)}${told}` : `done${told}`;
}

function short(value: ByteString | undefined): string {
  const text = value ?? '';
  return text.length > VALUE_CHARACTERS ? `${text.slice(0, VALUE_CHARACTERS)}…` : text;
}
