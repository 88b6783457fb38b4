import { inShort } from '../../story/in-short.js';
import type { Words } from './spec.js';

/** Characters of a state, for a person who asks why a run got stuck. */
const STATE_MAX = 160;

/** All words of a system: its own, and for what it has none those of {@link inShort}. */
export interface AllWords {
  /** null for a message that is not worth a line. */
  readonly message: (message: unknown) => string | null;
  readonly request: (request: unknown) => string;
  readonly response: (response: unknown, request: unknown) => string;
  readonly state: (state: unknown) => string;
}

export function allWords<State, Message, Request, Response>(own: Words<State, Message, Request, Response> = {}): AllWords {
  return {
    message: (message) => (own.message === undefined ? inShort(message) : own.message(message as Message)),
    request: (request) => own.request?.(request as Request) ?? inShort(request),
    response: (response, request) => own.response?.(response as Response, request as Request) ?? inShort(response),
    state: (state) => own.state?.(state as State) ?? inShort(state, STATE_MAX),
  };
}
