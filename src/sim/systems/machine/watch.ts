import { NOBODY, type ConnectionId, type Micros, type NodeId } from '../../../core/base/units.js';
import type { Effect, Input } from '../../../core/machine.js';
import { serverName } from '../../base/process-names.js';
import { violated, Violated } from '../../checkers/violation.js';
import type { WatchedRun, Watching } from '../../run/system.js';
import type { Observer } from '../../world/observer.js';
import { unwrapped, unwrappedEffect, type Answered, type Asked } from './calls.js';
import { judgeCalls } from './linearizable.js';
import { allCalls, upServers, type MachineRun } from './run-state.js';
import type { Call, Holds, MachineSimulation, StepTaken } from './spec.js';
import { allWords, type AllWords } from './words.js';

/** A message to nobody, or an answer that nobody waits for: mistakes of a machine that no network would report. */
export const RECEIVERS = 'Every message has a receiver';
export const ANSWERED_ONCE = 'A request is answered at most once';

/** The answers of a run are not those of its model. */
export const LINEARIZABILITY = 'Linearizability';

/** Watches the steps of servers for the properties of a simulation and for what no host would carry out. */
class StepWatch<State, Message, Request, Response> implements Observer {
  readonly #run: MachineRun<Request, Response>;
  readonly #servers: number;
  readonly #properties: readonly (readonly [string, (step: StepTaken<State, Message, Request, Response>) => Holds])[];
  /** Requests of the present life of each server that it has not answered, by connection. */
  readonly #unanswered: Map<ConnectionId, number>[];

  constructor(simulation: MachineSimulation<State, Message, Request, Response>, run: MachineRun<Request, Response>, servers: number) {
    this.#run = run;
    this.#servers = servers;
    this.#properties = Object.entries(simulation.always ?? {});
    this.#unanswered = Array.from({ length: servers + 1 }, () => new Map<ConnectionId, number>());
  }

  onStep(
    atUs: Micros,
    node: NodeId,
    told: Input<unknown, unknown> | null,
    before: unknown,
    after: unknown,
    asked: readonly Effect<unknown, unknown>[],
  ): void {
    if (node > this.#servers) return;
    const input = told === null ? null : unwrapped(told as Input<Message, Asked<Request>>);
    this.#checkReceivers(atUs, node, input, asked as readonly Effect<Message, Answered<Response>>[]);
    if (this.#properties.length === 0) return;
    const run = this.#run;
    const step: StepTaken<State, Message, Request, Response> = {
      server: `s${node}`,
      id: node,
      before: input === null ? null : (before as State),
      after: after as State,
      input,
      effects: (asked as readonly Effect<Message, Answered<Response>>[]).map(unwrappedEffect),
      atMs: atUs / 1_000,
      get servers() {
        return run.cluster === null ? [] : upServers<State>(run.cluster);
      },
    };
    for (const [property, holds] of this.#properties) held(property, node, atUs, run, () => holds(step));
  }

  #checkReceivers(
    atUs: number,
    node: NodeId,
    input: Input<Message, Request> | null,
    effects: readonly Effect<Message, Answered<Response>>[],
  ): void {
    const unanswered = this.#unanswered[node] as Map<ConnectionId, number>;
    if (input === null) unanswered.clear();
    if (input?.kind === 'request') unanswered.set(input.connection, (unanswered.get(input.connection) ?? 0) + 1);
    for (const effect of effects) {
      if (effect.kind === 'send') this.#checkReceiver(atUs, node, effect.to);
      if (effect.kind !== 'respond') continue;
      const { connection } = unwrappedEffect<Message, Response>(effect) as Extract<Effect<Message, Response>, { readonly kind: 'respond' }>;
      const left = unanswered.get(connection);
      // A machine that keeps what it was asked may answer in another life: nobody is there any more.
      if (left === undefined) continue;
      if (left === 0) violated(ANSWERED_ONCE, `s${node} answers the same request again`, atUs, { servers: [node] });
      unanswered.set(connection, left - 1);
    }
  }

  #checkReceiver(atUs: number, node: NodeId, to: NodeId): void {
    if (to === node) violated(RECEIVERS, `s${node} sends a message to itself: no host delivers that`, atUs, { servers: [node] });
    const isServer = Number.isInteger(to) && to > NOBODY && to <= this.#servers;
    if (!isServer)
      violated(RECEIVERS, `s${node} sends a message to ${String(to)}: servers are 1 to ${this.#servers}`, atUs, { servers: [node] });
  }
}

/** Holds a run to one of its properties; `server` took the step that is looked at. @throws {Violated} */
function held(
  property: string,
  server: NodeId | null,
  atUs: number,
  run: Pick<MachineRun<never, never>, 'thrown'>,
  look: () => Holds,
): void {
  const broken: (how: string, cause?: Error) => never = (how, cause) =>
    violated(property, server === null ? how : `${serverName(server)}: ${how}`, atUs, server === null ? {} : { servers: [server] }, cause);
  let holds: Holds;
  try {
    holds = look();
  } catch (error) {
    if (error instanceof Violated) throw error;
    if (!(error instanceof Error)) broken(String(error));
    run.thrown = error;
    broken(error.message.split('\n')[0] ?? '', error);
  }
  if (typeof holds === 'object')
    violated(property, 'it returned an object: a property is looked at in one synchronous call, so it is no promise', atUs);
  if (holds === false) broken('it does not hold');
  if (typeof holds === 'string') broken(holds);
}

/** The watchers and judges of one run. */
export function watchMachine<State, Message, Request, Response>(
  simulation: MachineSimulation<State, Message, Request, Response>,
  run: MachineRun<Request, Response>,
  { options, coverage }: Pick<WatchedRun<unknown>, 'options' | 'coverage'>,
): Watching {
  return {
    observers: [new StepWatch(simulation, run, options.servers)],
    shapes: new Set(),
    get commits() {
      return run.calls.filter(({ outcome }) => outcome.kind === 'done').length;
    },
    healed: () => undefined,
    judge: ({ atUs }) => {
      const servers = run.cluster === null ? [] : upServers<State>(run.cluster);
      const end = { servers, calls: allCalls(run), atMs: atUs / 1_000 };
      run.hasConverged = true;
      const { model } = simulation;
      if (model !== undefined) {
        const { verdict, culprit, conflict } = judgeCalls(end.calls, model);
        if (verdict === 'unknown') coverage.mark('linearizability-undecided');
        if (verdict === 'failed') {
          run.conflict = conflict;
          violated(LINEARIZABILITY, unexplained(culprit, allWords(simulation.words)), atUs);
        }
      }
      for (const [property, holds] of Object.entries(simulation.finally ?? {})) held(property, null, atUs, run, () => holds(end));
    },
  };
}

/** One line about the answer that no order explains. */
function unexplained(culprit: Call<unknown, unknown> | null, words: AllWords): string {
  if (culprit === null || culprit.outcome.kind === 'maybe') return 'no order of the calls explains the answers';
  const { client, server, request, outcome, returnMs } = culprit;
  const answer = words.response(outcome.response, request);
  return `no order of the calls explains what ${server} told ${client} at ${String(returnMs)} ms: ${words.request(request)} -> ${answer}`;
}
