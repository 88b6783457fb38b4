import type { Cause } from '../../core/client/calls.js';

/**
 * The codes of what a client's calls reject with. They do not change; the messages, which are for people, may.
 * docs/CLIENT.md has them with what to do about each.
 */
export const ERROR_CODES = {
  /** The time that the call was given is over. */
  timeout: 'SEEDSTORM_TIMEOUT',
  /** Its `AbortSignal` was aborted; `cause` is the signal's reason. */
  aborted: 'SEEDSTORM_ABORTED',
  /** The client was closed, before the call or meanwhile. */
  closed: 'SEEDSTORM_CLOSED',
  /** More calls wait than the client holds. */
  overloaded: 'SEEDSTORM_OVERLOADED',
  /** The servers forgot the session of this command, and with it what became of it. */
  sessionExpired: 'SEEDSTORM_SESSION_EXPIRED',
  /** An attempt had no answer that settles it, and without a session there must be no other. */
  unsettled: 'SEEDSTORM_UNSETTLED',
  /** No server of the list answered at all. */
  unreachable: 'SEEDSTORM_UNREACHABLE',
  /** An argument that no server would take; nothing was sent. */
  badArgument: 'SEEDSTORM_BAD_ARGUMENT',
  /** A bug of seedstorm itself. */
  internal: 'SEEDSTORM_INTERNAL',
} as const;

export type ErrorCode = (typeof ERROR_CODES)[keyof typeof ERROR_CODES];

/** What the calls of a client reject with. `code` says why, `maybe` what it means for a write. */
export abstract class SeedstormError extends Error {
  readonly code: ErrorCode;
  /** False: the call certainly took no effect, and never will. True: nobody can say whether it did, or will. */
  abstract readonly maybe: boolean;

  constructor(message: string, code: ErrorCode, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The call certainly took no effect, and never will. */
export class NotDoneError extends SeedstormError {
  override readonly name = 'NotDoneError';
  readonly maybe = false;
}

/** Nobody can say whether the call took effect, or will: it was sent, and no answer came that settles it. */
export class MaybeError extends SeedstormError {
  override readonly name = 'MaybeError';
  readonly maybe = true;
}

const CODE_OF: Readonly<Record<Cause, ErrorCode>> = {
  timeLimit: ERROR_CODES.timeout,
  cancelled: ERROR_CODES.aborted,
  overloaded: ERROR_CODES.overloaded,
  noServer: ERROR_CODES.unreachable,
  sessionExpired: ERROR_CODES.sessionExpired,
  noRepeat: ERROR_CODES.unsettled,
  unfinished: ERROR_CODES.unsettled,
  ambiguous: ERROR_CODES.unsettled,
};

export const codeOfCause = (cause: Cause): ErrorCode => CODE_OF[cause];

/** A mistake in an argument, found before anything is sent. */
export const badArgument = (message: string): NotDoneError => new NotDoneError(message, ERROR_CODES.badArgument);
