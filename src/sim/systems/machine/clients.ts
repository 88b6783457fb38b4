import { fromMs, type NodeId } from '../../../core/base/units.js';
import { BadScenario } from '../../base/bad-scenario.js';
import type { Again, ClientHabits } from './client.js';
import type { Draw } from '../../base/draw.js';

export type { Again } from './client.js';

/**
 * Whom a client asks first: any server; the first one, for systems with a fixed primary; whoever leads, as the world sees it, and anybody
 * while none does; or a function that draws the number of a server for each call.
 */
export type Ask = 'anyone' | 'first' | 'leader' | ((draw: Draw, servers: readonly number[]) => number);

/** The clients of a simulation. Made by {@link oneTry} or {@link retrying}. */
export interface Clients<Response = never, Request = never> {
  readonly count: number;
  readonly ask: Ask;
  /** The pause of a client between an answer and its next call, in milliseconds. */
  readonly thinkMs: readonly [min: number, max: number];
  readonly habits: ClientHabits<Response, Request>;
}

export interface OneTry {
  /** How many there are, each with one call at a time. 1 or more. */
  readonly count: number;
  /** Milliseconds of world time after which a client gives up, and the outcome is `maybe`. */
  readonly timeoutMs: number;
  /** Absent: anyone. */
  readonly ask?: Ask;
  /** Absent: 5 to 80 ms. */
  readonly thinkMs?: readonly [min: number, max: number];
}

export interface Retrying<Response, Request = unknown> extends OneTry {
  /** Servers that a call asks one after the other, each for `timeoutMs`. 2 or more. */
  readonly tries: number;
  /**
   * What an answer means that is not the answer. Nothing was done, such as "not the leader": the client asks another server (`'another'`), or
   * the one of that number, and the call ends as `failed` when no try is left. Nobody can know what was done: `'maybe'`. null: it is the answer.
   */
  again?(response: Response): Again;
  /** Whether a request may be asked a second time when the first time was not answered. Absent: every one may, so it must be safe to repeat. */
  isRepeatable?(request: Request): boolean;
}

const THINK_MS = [5, 80] as const;

/** Clients that ask one server once: a call ends `done` with the answer, or as `maybe`. */
export function oneTry(options: OneTry): Clients<unknown, unknown> {
  return clientsOf('oneTry', { ...options, tries: 1 });
}

/** Clients that ask server after server until one answers: a call ends `done`, `failed` where every server refused it, or as `maybe`. */
export function retrying<Response = unknown, Request = unknown>(options: Retrying<Response, Request>): Clients<Response, Request> {
  return clientsOf('retrying', options);
}

function clientsOf<Response, Request>(by: string, options: Retrying<Response, Request>): Clients<Response, Request> {
  const { count, timeoutMs, tries, ask = 'anyone', thinkMs = THINK_MS, again, isRepeatable } = options;
  for (const [name, value] of [
    ['count', count],
    ['timeoutMs', timeoutMs],
    ['tries', tries],
  ] as const)
    if (!Number.isInteger(value) || value < 1) throw new BadScenario(`${by}: ${name} is a whole number, 1 or more, not ${String(value)}`);
  if (typeof ask !== 'function' && !['anyone', 'first', 'leader'].includes(ask))
    throw new BadScenario(
      `${by}: ask is 'anyone', 'first', 'leader' or a function that returns the number of a server, not ${String(ask)}`,
    );
  const habits: ClientHabits<Response, Request> = {
    timeoutUs: fromMs(timeoutMs),
    tries,
    again: (response) => again?.(response) ?? null,
    isRepeatable: (request) => isRepeatable?.(request) ?? true,
  };
  return { count, ask, thinkMs, habits };
}

/** Whom a call asks first. */
export function firstAsked(ask: Ask, draw: Draw, servers: readonly NodeId[], leader: () => NodeId | null): NodeId {
  const anyone = draw.oneOf(servers);
  if (ask === 'first') return servers[0] ?? anyone;
  if (ask === 'leader') return leader() ?? anyone;
  if (ask === 'anyone') return anyone;
  const asked = ask(draw, servers) as NodeId;
  if (!servers.includes(asked))
    throw new BadScenario(`ask returned ${String(asked)}: it returns the number of a server, ${servers.join(', ')}`);
  return asked;
}
