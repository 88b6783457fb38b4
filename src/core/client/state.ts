import type { RandomState } from '../base/random.js';
import type { ConnectionId, Micros, NodeId } from '../base/units.js';
import type { Command } from '../store/command.js';
import type { ClientCall } from './calls.js';

/** A call that was asked, from then until its outcome. */
export interface Asked {
  /** Who asked, and gets the outcome. */
  readonly connection: ConnectionId;
  readonly call: ClientCall;
  /** When the application stops waiting. */
  readonly deadlineUs: Micros;
}

/**
 * A client as a value: the session it holds, the server it believes in, the one call under way and those
 * that wait behind it. One call at a time: a session has one command under way (thesis §6.3), and a
 * queue in order is what one connection of an application expects.
 */
export interface ClientState {
  /** Whom it may ask, ascending. */
  readonly servers: readonly NodeId[];
  readonly random: RandomState;
  /** Position in `servers` of the one to ask next: the leader, as far as this client knows. */
  readonly target: number;
  /** Where `target` returns to after a stale read, which may be asked of anyone; -1 when it is there. */
  readonly home: number;
  /** Position of the server that last gave no answer, -1 for none: others' hints to it are not followed for now. */
  readonly silent: number;
  /** Position of the server that leads, as far as this client was told by it or another; -1: nobody said. */
  readonly leader: number;
  /** The number of the last request sent. Starts at random, so that answers to a former life don't fit. */
  readonly lastRequestId: number;
  /** Whether commands go in a session: as the options say, until a server says that its system keeps none. */
  readonly useSessions: boolean;
  /** The session's id, 0 for none yet. */
  readonly sessionId: number;
  /** The number of the session's last command (thesis §6.3). */
  readonly sequenceNum: number;

  /** The call under way, null when idle. All that follows is about it. */
  readonly current: Asked | null;
  /** Its command, the same in each attempt; null for a get, or while there is no session yet. */
  readonly command: Command | null;
  /** The request whose answer is awaited, 0 for none: idle, or in a pause. */
  readonly awaiting: number;
  /** The first request of the command under way: answers from it on are answers to this command. */
  readonly firstRequestId: number;
  /** When the attempt is given up, or the pause is over. Only meaningful while a call is under way. */
  readonly nextUs: Micros;
  /** Whether an attempt at the command was ever sent. */
  readonly wasSent: boolean;
  /** Whether an attempt got no answer, or one that says it may yet be committed. */
  readonly isUncertain: boolean;
  /** Servers that gave no answer of worth, since the last pause. */
  readonly refusals: number;
  /** Pauses made for this call. */
  readonly pauses: number;
  /** How often in a row the leader had too much to do, and was waited for. */
  readonly stays: number;

  /** Asked, not begun, in order. */
  readonly queue: readonly Asked[];
}

/** A client's state inside one step: a private copy, changed in place and then handed out. */
export type ClientDraft = { -readonly [Field in keyof ClientState]: ClientState[Field] };

/** A copy of the same shape, written out because that is several times faster than a spread. */
export function draftOf(state: ClientState): ClientDraft {
  return {
    servers: state.servers,
    random: state.random,
    target: state.target,
    home: state.home,
    silent: state.silent,
    leader: state.leader,
    lastRequestId: state.lastRequestId,
    useSessions: state.useSessions,
    sessionId: state.sessionId,
    sequenceNum: state.sequenceNum,
    current: state.current,
    command: state.command,
    awaiting: state.awaiting,
    firstRequestId: state.firstRequestId,
    nextUs: state.nextUs,
    wasSent: state.wasSent,
    isUncertain: state.isUncertain,
    refusals: state.refusals,
    pauses: state.pauses,
    stays: state.stays,
    queue: state.queue,
  };
}
