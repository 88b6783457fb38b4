/**
 * Numbers with a unit. Each is a plain integer at run time; the brand lives only in the compiler, so
 * that a term cannot be given where an index is wanted. The functions that make them cost nothing.
 */
declare const unit: unique symbol;

/** A moment or a span in whole microseconds. A moment is always of one clock; 0 is when that clock began. */
export type Micros = number & { readonly [unit]: 'Micros' };
export const micros = (n: number): Micros => n as Micros;
export const MICROS_PER_MS = 1_000;
export const MICROS_PER_SECOND = 1_000_000;
/** Milliseconds, as people write them in options, to microseconds. Fractions are cut off. */
export const fromMs = (ms: number): Micros => Math.floor(ms * MICROS_PER_MS) as Micros;
/** "Never", as a moment: larger than any clock here reaches (285 years). */
export const NEVER: Micros = Number.MAX_SAFE_INTEGER as Micros;

/**
 * Who a machine is: a server or a client, 1 or more. 0 is nobody ({@link NOBODY}), so that an absent vote
 * or leader is still an integer; no node may be called 0, which the hosts check at boot.
 */
export type NodeId = number & { readonly [unit]: 'NodeId' };
export const nodeId = (n: number): NodeId => n as NodeId;
export const NOBODY: NodeId = 0 as NodeId;

/** Raft's logical clock (thesis §3.3). 0 before the first election. */
export type Term = number & { readonly [unit]: 'Term' };
export const term = (n: number): Term => n as Term;

/**
 * How far a term, or another number that only grows, may be ahead of what a server knows before it is believed: 2^32, forty years of
 * elections at three a second. One message must not be able to use up the numbers that all elections to come are counted with.
 */
export const JUMP_MAX = 4_294_967_296;
/** The last term there is: it and every one before it is an exact integer, and fits the files. */
export const TERM_LAST: Term = Number.MAX_SAFE_INTEGER as Term;

/** A place in the log. 1-based: 0 means "before the first entry". */
export type LogIndex = number & { readonly [unit]: 'LogIndex' };
export const logIndex = (n: number): LogIndex => n as LogIndex;

/** A client's connection to one server, as the host numbers it. In the simulator: the client's NodeId. */
export type ConnectionId = number & { readonly [unit]: 'ConnectionId' };
export const connectionId = (n: number): ConnectionId => n as ConnectionId;

/** A disk operation in flight: chosen by the machine, echoed by the host. Unique within one life of a process. */
export type OperationId = number & { readonly [unit]: 'OperationId' };
export const operationId = (n: number): OperationId => n as OperationId;
