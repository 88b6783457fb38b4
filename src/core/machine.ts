import type { Recovery } from './recovery.js';
import type { ConnectionId, Micros, NodeId, OperationId } from './base/units.js';
import type { Result } from './base/result.js';

/**
 * THE CONTRACT between a node and its host.
 *
 * A node is a pure function. A host carries out what it asks for and tells it what became of it. There
 * are two hosts: a simulated world (src/sim) and the real one (src/real); neither knows what the machine
 * inside is for.
 *
 * What a machine promises:
 *   1. Same state and input, same result. No clock, randomness, I/O, promise or timer inside.
 *   2. The state given to `step` still says the same afterwards (structural sharing inside is fine).
 *   3. A promise to others (a vote, an acknowledgement, an answer to a client) is handed to the host
 *      only after what it rests on was reported durable. The machine holds it back; the host never does.
 *   4. No request, and no message that a correct peer can send, makes `step` throw. Evidence that the protocol
 *      itself was broken (two leaders in a term, a conflict with a committed entry) does: that is fail-stop.
 *   5. A request is answered at most once, by the life that read it. A message goes to a node that there is.
 *
 * What a host promises (the order contract):
 *   1. One input at a time; all effects of a step are taken up, in list order, before the next input.
 *   2. `send` may be lost, delayed, doubled and overtaken. It never blocks the node.
 *   3. `respond` reaches the connection that asked, in the order given for that connection, or the
 *      connection breaks.
 *   4. `disk`: the steps of one operation are performed in their order and stop at the first error; then
 *      ONE `disk` input reports the whole. Two operations in flight at once may finish in any order, and
 *      a crash may come between any two steps. Bytes handed over belong to the host and never change.
 *   5. `stop` ends the node (fail-stop): nothing behind it in the list is carried out.
 *   6. After a crash, effects not yet carried out never happen, and only what was synced is sure to be there.
 *   7. A stop in good order performs the steps of `closing` last, when the disk has reported all else or has had its time for it.
 *   8. Time (`now`) of one life of a process never goes back. `wake` comes at `wakeAt` or later, never earlier.
 */
export interface Machine<State, Message, Request, Response> {
  /** The first state, from what the host knows at boot. */
  init(boot: Boot): Step<State, Message, Response>;
  step(state: State, input: Input<Message, Request>): Step<State, Message, Response>;
  /** When this node next wants to be woken, by its own clock; null for never. Derived from state, so a host needs one timer. */
  wakeAt(state: State): Micros | null;
  /**
   * What a stop in good order asks of the disk, last of all. It is no operation: the life ends with it, whatever comes of
   * it, and the machine hears of nothing any more. Absent: nothing.
   */
  closing?(state: State): readonly DiskStep[];
  /** What a start from given files would come to, for a host that damages disks on purpose. Absent: nobody can say. */
  readonly recovery?: Recovery;
}

/**
 * What is known of the lives that this server had before, for a machine that keeps a directory.
 *
 *   none     this is its first: a directory that holds data is refused.
 *   some     it had one: an empty directory is refused, for a disk that was lost took votes and acknowledgements along,
 *            and a server that has forgotten them can let a majority forget an acknowledged write.
 *   unknown  the directory itself decides. For a host that never loses one unseen, such as the simulated world.
 */
export type Past = 'none' | 'some' | 'unknown';

export interface Boot {
  readonly self: NodeId;
  /** Every member of the first configuration, `self` among them if it is one. Ascending. */
  readonly members: readonly NodeId[];
  readonly past: Past;
  /** This node's monotonic clock at boot. */
  readonly now: Micros;
  /** A 32-bit integer for this life's random choices. Two lives, two seeds. */
  readonly seed: number;
}

export interface Step<State, Message, Response> {
  readonly state: State;
  readonly effects: readonly Effect<Message, Response>[];
}

export type Input<Message, Request> =
  | { readonly kind: 'wake'; readonly now: Micros }
  | { readonly kind: 'message'; readonly now: Micros; readonly from: NodeId; readonly message: Message }
  | { readonly kind: 'request'; readonly now: Micros; readonly connection: ConnectionId; readonly request: Request }
  | { readonly kind: 'disk'; readonly now: Micros; readonly operation: OperationId; readonly outcome: DiskOutcome }
  | { readonly kind: 'connection'; readonly now: Micros; readonly connection: ConnectionId; readonly isOpen: boolean };

export type Effect<Message, Response> =
  | { readonly kind: 'send'; readonly to: NodeId; readonly message: Message }
  | { readonly kind: 'respond'; readonly connection: ConnectionId; readonly response: Response }
  | { readonly kind: 'disk'; readonly operation: OperationId; readonly steps: readonly DiskStep[] }
  | Note
  | { readonly kind: 'stop'; readonly reason: string };

/**
 * A remarkable moment: a log line in the real host, a coverage mark and a transcript line in the
 * simulator. `name` is a fixed phrase in kebab case, such as "leader-elected"; `text` says the rest.
 */
export interface Note {
  readonly kind: 'note';
  readonly name: string;
  readonly text: string;
  /** Somebody should look at it, although the node goes on. */
  readonly isWarning?: boolean;
  /** Ordinary service brings it about as often as requests or messages come: a log shows it at its chattiest level only. */
  readonly isDetail?: boolean;
}

/**
 * One step of a disk operation. A node owns one flat directory; `path` is a plain file name in it.
 *
 * `append` and `write` put bytes into a file, creating it if it is absent; they are pending until a
 * `sync` of that file covers them. A file that was created, renamed or removed is so only once
 * `syncDirectory` covers that. Offsets and lengths are in bytes.
 */
export type DiskStep =
  | { readonly kind: 'append'; readonly path: string; readonly bytes: Uint8Array }
  | { readonly kind: 'write'; readonly path: string; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'sync'; readonly path: string }
  | { readonly kind: 'syncDirectory' }
  /** At most `length` bytes from `offset`; fewer at the end of the file. */
  | { readonly kind: 'read'; readonly path: string; readonly offset: number; readonly length: number }
  | { readonly kind: 'truncate'; readonly path: string; readonly length: number }
  /** Replaces `to` if it is there, atomically. */
  | { readonly kind: 'rename'; readonly path: string; readonly to: string }
  | { readonly kind: 'remove'; readonly path: string }
  /** All files, ascending by name. */
  | { readonly kind: 'list' };

/** What a step gave: bytes for `read`, files for `list`, null for the others. */
export type DiskValue = null | Uint8Array | readonly FileEntry[];

export interface FileEntry {
  readonly path: string;
  readonly sizeBytes: number;
}

export type DiskOutcome =
  | { readonly ok: true; readonly values: readonly DiskValue[] }
  /** `at` is the position of the step that failed; the steps before it were carried out, those after it were not. */
  | { readonly ok: false; readonly at: number; readonly error: DiskError };

export interface DiskError {
  /** `missing`: no such file. `full`: no space left. `io`: everything else; after a failed sync the bytes may be lost for ever. */
  readonly code: 'missing' | 'full' | 'io';
  readonly message: string;
}

/** Bytes for a type and back. Decoding never throws: bytes come from strangers. */
export interface Codec<Value> {
  encode(value: Value): Uint8Array;
  /** @returns The value, or one line that says what is wrong with the bytes. */
  decode(bytes: Uint8Array): Result<Value, string>;
}

/** The three faces of a machine on the wire. */
export interface Codecs<Message, Request, Response> {
  readonly message: Codec<Message>;
  readonly request: Codec<Request>;
  readonly response: Codec<Response>;
}
