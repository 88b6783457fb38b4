import { assert } from '../base/assert.js';

/** How many connections to one server are held. */
export interface PoolOptions {
  /** Connections that are kept. 1 or more. */
  readonly connectionsMax: number;
  /** Further ones that a rush may open; each is closed when it is given back. Beyond them requests share connections. 0 or more. */
  readonly extraMax: number;
  /** Milliseconds after which a connection that carries nothing is closed. */
  readonly idleMsMax: number;
}

/**
 * The connections to one server, as a value: which there are, and how many requests each carries. What a
 * connection is, the host knows; here it is a number.
 *
 * A request borrows a connection and gives it back with its answer. Borrowed is, in this order: one that
 * carries nothing, the latest used first, since it is the least likely to have died unseen; a new one, while
 * there may be more; the one that carries the fewest. A connection that broke is struck out and never lent again.
 *
 * Laws: never more than `connectionsMax + extraMax` are open; with all given back, never more than `connectionsMax`.
 */
export interface Pool {
  readonly options: PoolOptions;
  /** In the order in which they were opened. */
  readonly lines: readonly Line[];
  /** The number of the next connection. */
  readonly nextId: number;
}

/** One open connection. */
export interface Line {
  readonly id: number;
  /** Requests that it carries: borrowed and not given back. */
  readonly requests: number;
  /** Since when it carries nothing, in milliseconds of the host's clock; 0 while it carries something. */
  readonly idleSinceMs: number;
}

/** What a pool holds, for people and for tests. */
export interface PoolCounts {
  readonly open: number;
  /** Of them: carry nothing. */
  readonly idle: number;
  /** Requests that all of them carry. */
  readonly requests: number;
}

export function openPool(options: PoolOptions): Pool {
  assert(options.connectionsMax >= 1 && options.extraMax >= 0, 'a pool keeps at least one connection');
  return { options, lines: [], nextId: 1 };
}

/** Borrows a connection for one request. When `isNew`, the host opens it under this number. */
export function borrow(pool: Pool): { readonly pool: Pool; readonly id: number; readonly isNew: boolean } {
  const { options, lines, nextId } = pool;
  const idle = lines.reduce<Line | null>(
    (best, line) => (line.requests === 0 && line.idleSinceMs >= (best?.idleSinceMs ?? 0) ? line : best),
    null,
  );
  if (idle !== null) return { pool: withLine(pool, { id: idle.id, requests: 1, idleSinceMs: 0 }), id: idle.id, isNew: false };
  if (lines.length < options.connectionsMax + options.extraMax) {
    const line: Line = { id: nextId, requests: 1, idleSinceMs: 0 };
    return { pool: { options, lines: [...lines, line], nextId: nextId + 1 }, id: nextId, isNew: true };
  }
  const least = lines.reduce((best, line) => (line.requests < best.requests ? line : best));
  return { pool: withLine(pool, { ...least, requests: least.requests + 1 }), id: least.id, isNew: false };
}

/** Gives a connection back. When `closes`, the pool keeps enough others and the host closes this one. */
export function giveBack(pool: Pool, id: number, nowMs: number): { readonly pool: Pool; readonly closes: boolean } {
  const line = pool.lines.find((candidate) => candidate.id === id);
  if (line === undefined) return { pool, closes: false };
  assert(line.requests > 0, 'a connection is given back once for each time that it was borrowed');
  const requests = line.requests - 1;
  if (requests === 0 && pool.lines.length > pool.options.connectionsMax) return { pool: strikeOut(pool, id), closes: true };
  return { pool: withLine(pool, { id, requests, idleSinceMs: requests === 0 ? nowMs : 0 }), closes: false };
}

/** Forgets a connection that broke; what it carried is the host's to settle. */
export function strikeOut(pool: Pool, id: number): Pool {
  return { ...pool, lines: pool.lines.filter((line) => line.id !== id) };
}

/** Strikes out what has carried nothing for long; the host closes them. */
export function reap(pool: Pool, nowMs: number): { readonly pool: Pool; readonly closed: readonly number[] } {
  const closed = pool.lines.filter((line) => line.requests === 0 && nowMs - line.idleSinceMs >= pool.options.idleMsMax).map(({ id }) => id);
  return { pool: closed.length === 0 ? pool : { ...pool, lines: pool.lines.filter(({ id }) => !closed.includes(id)) }, closed };
}

/**
 * Strikes out all that carries nothing; the host closes them. For the moment in which one connection went silent: its
 * neighbours lead the same way, and each that has died with it would cost a request its time.
 */
export function strikeOutIdle(pool: Pool): { readonly pool: Pool; readonly closed: readonly number[] } {
  const closed = pool.lines.filter(({ requests }) => requests === 0).map(({ id }) => id);
  return { pool: { ...pool, lines: pool.lines.filter(({ requests }) => requests > 0) }, closed };
}

export function countsOf({ lines }: Pool): PoolCounts {
  return {
    open: lines.length,
    idle: lines.filter(({ requests }) => requests === 0).length,
    requests: lines.reduce((sum, { requests }) => sum + requests, 0),
  };
}

function withLine(pool: Pool, changed: Line): Pool {
  return { ...pool, lines: pool.lines.map((line) => (line.id === changed.id ? changed : line)) };
}
