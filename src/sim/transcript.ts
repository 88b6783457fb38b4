import type { DiskStep, Effect, Input, Note } from '../core/machine.js';
import type { Micros, NodeId } from '../core/base/units.js';
import type { Observer, SendFate } from './observer.js';

/** What a transcript must know of a world, and where its lines go. */
export interface TranscriptOptions {
  /** A column for each, in this order. */
  readonly servers: readonly { readonly id: NodeId; readonly name: string }[];
  /** They share the last column. */
  readonly clients: readonly { readonly id: NodeId; readonly name: string }[];
  /** A few words for a message, request or response. Without it: its `kind`, if it has one. */
  readonly describe?: (message: unknown) => string;
  readonly write: (line: string) => void;
}

const COLUMN_CHARACTERS = 22;
const TIME_CHARACTERS = 12;

/**
 * An observer that tells a run as text: a line for each event, with the moment, what came in under the
 * name of the node that took it, and behind the columns what it did about it. No colour, no wall clock:
 * equal runs give equal transcripts.
 *
 *       104.213 | wake                |               |               | > s2 requestVote, x s3 requestVote (lost)
 *
 * Call {@link Transcript.finish} at the end: the last line waits for what may still belong to it.
 */
export class Transcript implements Observer {
  readonly #options: TranscriptOptions;
  readonly #columns = new Map<NodeId, number>();
  readonly #names = new Map<NodeId, string>();
  readonly #describe: (message: unknown) => string;
  #head: string | null = null;
  #deeds: string[] = [];

  constructor(options: TranscriptOptions) {
    this.#options = options;
    this.#describe = options.describe ?? kindOf;
    options.servers.forEach(({ id, name }, column) => {
      this.#columns.set(id, column);
      this.#names.set(id, name);
    });
    for (const { id, name } of options.clients) this.#names.set(id, name);
    const titles = [...options.servers.map(({ name }) => name), ...(options.clients.length > 0 ? ['clients'] : [])];
    options.write([`${'ms'.padStart(TIME_CHARACTERS)}`, ...titles.map(cell), 'does'].join(' | '));
  }

  onStep(atUs: Micros, node: NodeId, input: Input<unknown, unknown> | null, _before: unknown, _after: unknown, effects: readonly Effect<unknown, unknown>[]): void {
    this.#begin(atUs, node, input === null ? 'boots' : this.#inputText(input));
    for (const effect of effects) {
      if (effect.kind === 'disk') this.#deeds.push(`disk ${effect.steps.map(stepText).join(' + ')}`);
      else if (effect.kind === 'respond' && !this.#columns.has(node)) this.#deeds.push(`done: ${this.#describe(effect.response)}`);
    }
  }

  onSend(_atUs: Micros, _from: NodeId, to: NodeId, message: unknown, fate: SendFate): void {
    const what = `${this.#nameOf(to)} ${this.#describe(message)}`;
    this.#deeds.push(fate === 'delivered' ? `> ${what}` : fate === 'duplicated' ? `>> ${what} (twice)` : `x ${what} (${fate})`);
  }

  onNote(_atUs: Micros, _node: NodeId, note: Note): void {
    this.#deeds.push(note.text === '' ? `* ${note.name}` : `* ${note.name}: ${note.text}`);
  }

  onCrash(atUs: Micros, node: NodeId): void {
    this.#begin(atUs, node, 'CRASHES');
  }

  onRestart(atUs: Micros, node: NodeId): void {
    this.#begin(atUs, node, 'RESTARTS');
  }

  onStop(_atUs: Micros, _node: NodeId, reason: string): void {
    this.#deeds.push(`STOPS: ${reason}`);
  }

  onHarm(atUs: Micros, text: string): void {
    this.finish();
    this.#options.write(`${timeText(atUs)} | ### ${text}`);
  }

  /** Writes the line that is still open. */
  finish(): void {
    if (this.#head !== null) this.#options.write(`${this.#head} | ${this.#deeds.join(', ')}`.trimEnd());
    this.#head = null;
    this.#deeds = [];
  }

  #begin(atUs: Micros, node: NodeId, text: string): void {
    this.finish();
    const serverCount = this.#options.servers.length;
    const column = this.#columns.get(node) ?? serverCount;
    const cells: string[] = [];
    for (let at = 0; at < serverCount + (this.#options.clients.length > 0 ? 1 : 0); at++) {
      const shown = column === serverCount ? `${this.#nameOf(node)} ${text}` : text;
      cells.push(cell(at === column ? shown : ''));
    }
    this.#head = [timeText(atUs), ...cells].join(' | ');
  }

  #inputText(input: Input<unknown, unknown>): string {
    switch (input.kind) {
      case 'message':
        return `${this.#nameOf(input.from)}: ${this.#describe(input.message)}`;
      case 'request':
        return `${this.#nameOf(input.connection as number as NodeId)}? ${this.#describe(input.request)}`;
      case 'disk':
        return input.outcome.ok ? `disk ${input.operation} ok` : `disk ${input.operation} ${input.outcome.error.code}`;
      case 'connection':
        return input.isOpen ? 'connection opens' : 'connection closes';
      default:
        return input.kind;
    }
  }

  #nameOf(id: NodeId): string {
    return this.#names.get(id) ?? `#${id}`;
  }
}

/** Milliseconds with their microseconds, right-aligned. */
function timeText(atUs: Micros): string {
  const whole = Math.floor(atUs / 1_000);
  return `${whole}.${String(atUs - whole * 1_000).padStart(3, '0')}`.padStart(TIME_CHARACTERS);
}

function cell(text: string): string {
  return text.length <= COLUMN_CHARACTERS ? text.padEnd(COLUMN_CHARACTERS) : `${text.slice(0, COLUMN_CHARACTERS - 1)}…`;
}

function stepText(step: DiskStep): string {
  switch (step.kind) {
    case 'append':
    case 'write':
      return `${step.kind} ${step.path} ${step.bytes.length} B`;
    case 'rename':
      return `rename ${step.path} ${step.to}`;
    case 'syncDirectory':
    case 'list':
      return step.kind;
    default:
      return `${step.kind} ${step.path}`;
  }
}

function kindOf(message: unknown): string {
  if (typeof message !== 'object' || message === null) return String(message);
  return 'kind' in message ? String(message.kind) : 'data';
}
