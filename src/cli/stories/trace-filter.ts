import type { Argv } from 'yargs';
import { byteStringFromText } from '../../core/base/bytestring.js';
import type { ToldEvent } from '../../sim/story/transcript.js';
import { misuse } from '../terminal/exit.js';

/** What a user asked to see of a transcript, as it was typed: each may be given more than once and may be a list with commas. */
export interface TraceOptions {
  readonly server: string | readonly string[] | undefined;
  readonly client: string | readonly string[] | undefined;
  readonly key: string | readonly string[] | undefined;
  readonly kind: string | readonly string[] | undefined;
}

const NAMES = ['server', 'client', 'key', 'kind'] as const;

/** Teaches yargs the options that cut a transcript down. */
export function withTraceOptions<Own>(yargs: Argv<Own>): Argv<Own & TraceOptions> {
  const option = (describe: string) => ({ type: 'string', requiresArg: true, describe }) as const;
  return yargs
    .option('server', option('transcript: only events of these servers, and messages to them: s2 or s1,s3'))
    .option('client', option('transcript: only events of these clients, and answers to them: c1 or c1,c2'))
    .option('key', option('transcript: only events in which these keys are named'))
    .option('kind', option('transcript: only these kinds of message, input or fault, such as appendEntries,crash')) as unknown as Argv<
    Own & TraceOptions
  >;
}

/** The first of these options that was given; undefined where none was. */
export function filterGiven(options: TraceOptions): string | undefined {
  return NAMES.find((name) => options[name] !== undefined);
}

/** Which events of a run a user wants to see: of each option that was given, one of its words must fit. */
export class TraceFilter {
  readonly #who: ReadonlySet<string>;
  readonly #keys: readonly string[];
  readonly #kinds: ReadonlySet<string>;
  /** All kinds there were, to be named when nothing fits. */
  readonly #seen = new Set<string>();
  #told = 0;

  /** @throws {UserError} For a server or client that the run does not have. */
  constructor(options: TraceOptions, servers: number, clients: number) {
    const who = [
      ...listed(options.server).map((text) => named('server', text, 's', servers)),
      ...listed(options.client).map((text) => named('client', text, 'c', clients)),
    ];
    this.#who = new Set(who);
    this.#keys = listed(options.key);
    this.#kinds = new Set(listed(options.kind));
  }

  readonly tells = (event: ToldEvent): boolean => {
    for (const kind of event.kinds) this.#seen.add(kind);
    const fits =
      (this.#who.size === 0 || meet(this.#who, event.names)) &&
      (this.#kinds.size === 0 || meet(this.#kinds, event.kinds)) &&
      (this.#keys.length === 0 || this.#keys.some((key) => event.said.some((said) => names(said, [key, byteStringFromText(key)]))));
    if (fits) this.#told += 1;
    return fits;
  };

  /** What to say when no event fitted; null when one did. */
  nothingText(): string | null {
    return this.#told > 0 ? null : `no event fits; the kinds in this part of the run: ${[...this.#seen].sort().join(', ') || 'none'}`;
  }
}

function listed(given: string | readonly string[] | undefined): readonly string[] {
  if (given === undefined) return [];
  const words = (typeof given === 'string' ? [given] : given).flatMap((text) => text.split(',')).map((word) => word.trim());
  return words.filter((word) => word !== '');
}

/** "s2" and "2" are the second server. */
function named(what: 'server' | 'client', text: string, prefix: string, count: number): string {
  const digits = text.startsWith(prefix) ? text.slice(1) : text;
  const n = /^\d{1,6}$/.test(digits) ? Number(digits) : 0;
  if (n < 1 || n > count)
    throw misuse(`--${what} ${text}: this run has the ${what}s ${prefix}1${count === 1 ? '' : ` to ${prefix}${count}`}`);
  return `${prefix}${n}`;
}

function meet(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const one of some) if (others.has(one)) return true;
  return false;
}

/** How deep in a message a key may stand: in a command, in an entry, in a list of entries. */
const DEPTH_MAX = 8;

function names(said: unknown, keys: readonly string[], depth = 0): boolean {
  if (typeof said !== 'object' || said === null || ArrayBuffer.isView(said) || depth > DEPTH_MAX) return false;
  if ('key' in said && typeof said.key === 'string' && keys.includes(said.key)) return true;
  return Object.values(said).some((part) => names(part, keys, depth + 1));
}
