import { micros, NEVER, type ConnectionId, type Micros, type NodeId } from '../../../core/base/units.js';
import { BadScenario } from '../../base/bad-scenario.js';
import type { Input, Machine, Step } from '../../../core/machine.js';
import type { Answered, Asked } from './calls.js';

/** What an application asks of its client. */
export interface ClientRequest<Request> extends Asked<Request> {
  /** The server that is asked first. */
  readonly to: NodeId;
}

/** What it is told in the end. */
export type ClientResult<Response> =
  | { readonly call: number; readonly kind: 'done' | 'failed'; readonly from: NodeId; readonly response: Response }
  | { readonly call: number; readonly kind: 'maybe' };

/** What a client makes of an answer: it asks on, it knows that nobody knows, or (null) it has what it wanted. */
export type Again = 'another' | number | 'maybe' | null;

/** How a client deals with a call. */
export interface ClientHabits<Response, Request> {
  /** How long it waits for one server's answer. */
  readonly timeoutUs: Micros;
  /** Servers that it asks one after the other, 1 or more. The next one is asked when a server did not answer in time, or by {@link again}. */
  readonly tries: number;
  /** Whether an answer sends it on, as one that did nothing, or says that nobody knows. null: the answer is taken. */
  again(response: Response): Again;
  /** Whether a request that was not answered may be asked again. */
  isRepeatable(request: Request): boolean;
}

export interface ClientState<Request> {
  readonly servers: readonly NodeId[];
  readonly open: { readonly connection: ConnectionId; readonly call: number; readonly request: Request; readonly to: NodeId } | null;
  readonly triesLeft: number;
  /** A try of this call was not answered in time, so it may have its effect whatever others say. */
  readonly isUncertain: boolean;
  readonly deadline: Micros;
}

/**
 * A client of any machine: it asks one server, waits, and perhaps asks another. A call ends with the answer; with `failed`, where each server
 * that was asked said that it did nothing; or with `maybe`: a server may have got the request, and may still act on it.
 */
export function callingClient<Request, Response>(
  habits: ClientHabits<Response, Request>,
): Machine<ClientState<Request>, Answered<Response>, ClientRequest<Request>, ClientResult<Response>> {
  type State = ClientState<Request>;
  // What a client sends arrives at a server as a request: the types of a machine know only messages.
  type Done = Step<State, Answered<Response>, ClientResult<Response>>;

  function ask(state: State, to: NodeId, now: Micros): Done {
    const open = state.open === null ? null : { ...state.open, to };
    if (open === null) return { state, effects: [] };
    const message = { call: open.call, request: open.request } as unknown as Answered<Response>;
    return {
      state: { ...state, open, triesLeft: state.triesLeft - 1, deadline: micros(now + habits.timeoutUs) },
      effects: [{ kind: 'send', to, message }],
    };
  }

  function goOn(state: State, to: NodeId | undefined, now: Micros): Done {
    if (state.open === null) return { state, effects: [] };
    if (to !== undefined && state.triesLeft > 0) return ask(state, to, now);
    return end(state, { call: state.open.call, kind: 'maybe' });
  }

  function end(state: State, response: ClientResult<Response>): Done {
    const effects: Done['effects'] = state.open === null ? [] : [{ kind: 'respond', connection: state.open.connection, response }];
    return { state: { ...state, open: null, deadline: NEVER }, effects };
  }

  function onSilence(state: State, now: Micros): Done {
    if (state.open === null || now < state.deadline) return { state, effects: [] };
    const after = { ...state, isUncertain: true };
    return goOn(after, habits.isRepeatable(state.open.request) ? nextAfter(state) : undefined, now);
  }

  function onAnswer(state: State, from: NodeId, { call, response }: Answered<Response>, now: Micros): Done {
    // Whoever answers a call that is still open is believed, also one that was given up on.
    if (state.open === null || state.open.call !== call) return { state, effects: [] };
    const again = habits.again(response);
    if (again === null) return end(state, { call, kind: 'done', from, response });
    // A late refusal of a server that the client has left behind sends it nowhere.
    if (from !== state.open.to) return { state, effects: [] };
    if (again === 'maybe') return end(state, { call, kind: 'maybe' });
    if (state.triesLeft > 0) return goOn(state, again === 'another' ? nextAfter(state) : serverOf(state, again), now);
    return end(state, state.isUncertain ? { call, kind: 'maybe' } : { call, kind: 'failed', from, response });
  }

  function step(state: State, input: Input<Answered<Response>, ClientRequest<Request>>): Done {
    switch (input.kind) {
      case 'request': {
        const { call, request, to } = input.request;
        const open = { connection: input.connection, call, request, to };
        return ask({ ...state, open, triesLeft: habits.tries, isUncertain: false }, to, input.now);
      }
      case 'message':
        return onAnswer(state, input.from, input.message, input.now);
      case 'wake':
        return onSilence(state, input.now);
      default:
        return { state, effects: [] };
    }
  }

  return {
    init: ({ members }) => ({ state: { servers: members, open: null, triesLeft: 0, isUncertain: false, deadline: NEVER }, effects: [] }),
    step,
    wakeAt: ({ open, deadline }) => (open === null ? null : deadline),
  };
}

function serverOf({ servers }: Pick<ClientState<unknown>, 'servers'>, number: number): NodeId {
  const server = servers.find((one) => one === number);
  if (server === undefined)
    throw new BadScenario(
      `again returned ${number}: it returns 'another', 'maybe', null, or the number of a server, ${servers.join(', ')}`,
    );
  return server;
}

function nextAfter({ servers, open }: Pick<ClientState<unknown>, 'servers' | 'open'>): NodeId | undefined {
  const place = servers.findIndex((server) => server === open?.to);
  return servers[(place + 1) % servers.length];
}
