import type { DiskStep, Effect, Input, Note } from '../../core/machine.js';
import type { Micros, NodeId } from '../../core/base/units.js';
import { sentenceOf } from '../world/event-text.js';
import type { Observer, SendFate } from '../world/observer.js';
import { nodesOf, type WorldEvent } from '../world/world-event.js';
import { Layout, type Told } from './layout.js';

/** What a transcript must know of a world, and where its lines go. */
export interface TranscriptOptions {
  readonly servers: readonly Named[];
  readonly clients: readonly Named[];
  /** A few words for what is said, between servers or with a client. Without it: its `kind`, if it has one. */
  readonly describe?: (said: unknown, isBetweenServers: boolean) => string;
  /** Which events are told. Absent: all. */
  readonly tells?: (event: ToldEvent) => boolean;
  /** The longest a line may be, in characters. Default 100. */
  readonly columns?: number;
  readonly write: (line: string) => void;
}

export interface Named {
  readonly id: NodeId;
  readonly name: string;
}

/** What a transcript knows of an event when it is asked whether to tell it. */
export interface ToldEvent {
  /** Of the process that took it, and of all who sent it something or were sent something then; of what was done to the world, those it was done to. */
  readonly names: ReadonlySet<string>;
  /** The kinds of its input, and of each message, request, response and note in it; `crash`, `stop`; of what was done to the world its kind and its cause. */
  readonly kinds: ReadonlySet<string>;
  /** Messages, requests and responses in it. */
  readonly said: readonly unknown[];
}

const COLUMNS_BY_DEFAULT = 100;

/** Stands where a process would for what was done to the world. */
const WORLD = '*';

interface Open {
  readonly atUs: Micros;
  readonly who: string;
  readonly took: string;
  readonly did: string[];
  readonly names: Set<string>;
  readonly kinds: Set<string>;
  readonly said: unknown[];
}

/**
 * An observer that tells a run as text: for each event the moment, who took it, what came in, and what was done about it. No
 * colour, no wall clock: equal runs give equal transcripts.
 *
 *       104.213  s1  wake                      > s2 requestVote, x s3 requestVote (lost)
 *
 * Call {@link Transcript.finish} at the end: the last event waits for what may still belong to it.
 */
export class Transcript implements Observer {
  readonly #options: TranscriptOptions;
  readonly #names = new Map<NodeId, string>();
  readonly #servers: ReadonlySet<NodeId>;
  readonly #describe: (said: unknown, isBetweenServers: boolean) => string;
  readonly #layout: Layout;
  #open: Open | null = null;

  constructor(options: TranscriptOptions) {
    const { servers, clients, columns = COLUMNS_BY_DEFAULT } = options;
    this.#options = options;
    this.#describe = options.describe ?? kindOf;
    for (const { id, name } of [...servers, ...clients]) this.#names.set(id, name);
    this.#servers = new Set(servers.map(({ id }) => id));
    this.#layout = new Layout(columns, [...this.#names.values(), WORLD]);
    this.#write({ time: 'ms', who: 'at', took: 'takes', did: ['does'] });
  }

  onStep(
    atUs: Micros,
    node: NodeId,
    input: Input<unknown, unknown> | null,
    _before: unknown,
    _after: unknown,
    effects: readonly Effect<unknown, unknown>[],
  ): void {
    this.#begin(atUs, node, input === null ? 'boots' : this.#inputText(node, input), input === null ? 'boot' : input.kind);
    if (input?.kind === 'message') this.#note(input.message, this.#nameOf(input.from));
    else if (input?.kind === 'request') this.#note(input.request, this.#nameOf(input.connection as number as NodeId));
    for (const effect of effects) {
      if (effect.kind === 'disk') this.#open?.did.push(`disk ${effect.steps.map(stepText).join(' + ')}`);
      else if (effect.kind === 'respond' && !this.#servers.has(node)) {
        this.#note(effect.response);
        this.#open?.did.push(`done: ${this.#describe(effect.response, false)}`);
      }
    }
  }

  onSend(_atUs: Micros, from: NodeId, to: NodeId, message: unknown, fate: SendFate): void {
    const isBetweenServers = this.#servers.has(from) && this.#servers.has(to);
    const what = `${this.#nameOf(to)} ${this.#describe(message, isBetweenServers)}`;
    this.#note(message, this.#nameOf(to));
    this.#open?.did.push(fate === 'delivered' ? `> ${what}` : fate === 'duplicated' ? `>> ${what} (twice)` : `x ${what} (${fate})`);
  }

  onNote(_atUs: Micros, _node: NodeId, note: Note): void {
    this.#open?.kinds.add(note.name);
    this.#open?.did.push(note.text === '' ? `* ${note.name}` : `* ${note.name}: ${note.text}`);
  }

  onCrash(atUs: Micros, node: NodeId): void {
    this.#begin(atUs, node, 'CRASHES', 'crash');
  }

  onStop(_atUs: Micros, _node: NodeId, reason: string): void {
    this.#open?.kinds.add('stop');
    this.#open?.did.push(`STOPS: ${reason}`);
  }

  onWorldEvent(atUs: Micros, event: WorldEvent): void {
    this.finish();
    const nameOf = (node: NodeId): string => this.#nameOf(node);
    this.#open = {
      atUs,
      who: WORLD,
      took: sentenceOf(event, nameOf),
      did: [],
      names: new Set(nodesOf(event).map(nameOf)),
      kinds: new Set(event.by === null ? [event.kind] : [event.kind, event.by]),
      said: [],
    };
    this.finish();
  }

  /** Writes the event that is still open. */
  finish(): void {
    const open = this.#open;
    this.#open = null;
    if (open === null || this.#options.tells?.(open) === false) return;
    this.#write({ ...open, time: timeText(open.atUs) });
  }

  #begin(atUs: Micros, node: NodeId, took: string, kind: string): void {
    this.finish();
    const who = this.#nameOf(node);
    this.#open = { atUs, who, took, did: [], names: new Set([who]), kinds: new Set([kind]), said: [] };
  }

  /** Remembers what was said to or by whom in the open event. */
  #note(said: unknown, name?: string): void {
    if (name !== undefined) this.#open?.names.add(name);
    this.#open?.said.push(said);
    for (const kind of kindsOf(said)) this.#open?.kinds.add(kind);
  }

  #write(told: Told): void {
    for (const line of this.#layout.lines(told)) this.#options.write(line);
  }

  #inputText(node: NodeId, input: Input<unknown, unknown>): string {
    switch (input.kind) {
      case 'message':
        return `${this.#nameOf(input.from)}: ${this.#describe(input.message, this.#servers.has(node) && this.#servers.has(input.from))}`;
      case 'request':
        return `${this.#nameOf(input.connection as number as NodeId)}? ${this.#describe(input.request, false)}`;
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

/** Milliseconds with their microseconds. */
function timeText(atUs: Micros): string {
  const whole = Math.floor(atUs / 1_000);
  return `${whole}.${String(atUs - whole * 1_000).padStart(3, '0')}`;
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

/** `kind` and `op` of what is said, and of a command in it: `command` and `set` of a request to set a key. */
function kindsOf(said: unknown): readonly string[] {
  if (typeof said !== 'object' || said === null) return [];
  const { kind, op, command } = said as { readonly kind?: unknown; readonly op?: unknown; readonly command?: unknown };
  return [kind, op].filter((word) => typeof word === 'string').concat(command === undefined ? [] : kindsOf(command));
}
