import { EMPTY } from '../base/bytestring.js';
import { Gathered } from '../base/gathered.js';
import { advance, below, bitsOf } from '../base/random.js';
import { fromMs, micros, NEVER, NOBODY, type ConnectionId, type Micros, type NodeId } from '../base/units.js';
import type { Boot, Effect, Input, Machine, Step } from '../machine.js';
import type { Command, StoreResult } from '../store/command.js';
import type { NodeRequest, NodeResponse } from '../wire/protocol.js';
import type { ClientCall, ClientOptions, ClientOutcome, ClientRequest } from './calls.js';
import { mayHaveTakenEffect, mayRepeat, outcomeOfGivingUp, outcomeOfResult } from './outcome.js';
import { draftOf, type Asked, type ClientDraft, type ClientState } from './state.js';

/** What a client sends (a request) and receives (a response). */
export type ClientMessage = NodeRequest | NodeResponse;
export type ClientMachine = Machine<ClientState, ClientMessage, ClientRequest, ClientOutcome>;

/**
 * A client of the cluster: it finds the leader, holds a session, asks again until there is an answer or
 * the time is over, and then says honestly which of the three it was (see {@link ClientOutcome}).
 *
 * Its `send` effects carry requests to servers, its `message` inputs are their responses; its `request`
 * inputs are what an application wants, its `respond` effects what became of it.
 */
export function clientMachine(options: ClientOptions = {}): ClientMachine {
  const plan = planOf(options);
  return {
    init: (boot) => ({ state: firstState(boot, options), effects: [] }),
    step: (state, input) => step(plan, state, input),
    wakeAt,
  };
}

type Effects = Gathered<Effect<ClientMessage, ClientOutcome>>;

interface Plan {
  readonly mayDouble: boolean;
  readonly spreadsReads: boolean;
  readonly attemptTimeoutUs: Micros;
  readonly timeLimitUs: Micros;
  readonly pauseUs: Micros;
  readonly queueMax: number;
}

function planOf(options: ClientOptions): Plan {
  return {
    mayDouble: options.mayDouble ?? true,
    spreadsReads: options.spreadsReads ?? false,
    attemptTimeoutUs: fromMs(options.attemptTimeoutMs ?? 500),
    timeLimitUs: fromMs(options.timeLimitMs ?? 10_000),
    pauseUs: fromMs(options.pauseMs ?? 20),
    queueMax: options.queueMax ?? 64,
  };
}

/** Request ids stay below 2^31, where integers are cheapest for the engine. */
const REQUEST_ID_MAX = 0x7fff_ffff;
const PAUSE_DOUBLINGS_MAX = 4;
/** A leader that is too busy is asked so often in a row before anybody else is: a second or two, by the default pauses. */
const STAYS_MAX = 8;
/** An attempt waits at most 8 times as long as the first. */
const PATIENCE_DOUBLINGS_MAX = 3;
/** A fraction is drawn as one of so many, the largest bound that `below` takes. */
const RANDOM_STEPS = 2_097_152;

function firstState(boot: Boot, { servers, first, useSessions = true }: ClientOptions): ClientState {
  const known = servers === undefined ? boot.members : boot.members.filter((member) => servers.includes(member));
  const random = advance(boot.seed | 0);
  const drawn = known.length === 0 ? 0 : below(random, known.length);
  const place = first === undefined ? -1 : known.indexOf(first);
  return {
    servers: known,
    random: advance(random),
    target: place === -1 ? drawn : place,
    home: -1,
    silent: -1,
    leader: -1,
    lastRequestId: bitsOf(advance(random)) >>> 2,
    useSessions,
    sessionId: 0,
    sequenceNum: 0,
    current: null,
    command: null,
    awaiting: 0,
    firstRequestId: 0,
    nextUs: NEVER,
    wasSent: false,
    isUncertain: false,
    refusals: 0,
    pauses: 0,
    stays: 0,
    queue: [],
  };
}

function wakeAt(state: ClientState): Micros | null {
  if (state.current === null) return null;
  let at: number = Math.min(state.nextUs, state.current.deadlineUs);
  for (const asked of state.queue) at = Math.min(at, asked.deadlineUs);
  return micros(at);
}

function step(plan: Plan, state: ClientState, input: Input<ClientMessage, ClientRequest>): Step<ClientState, ClientMessage, ClientOutcome> {
  const draft = draftOf(state);
  const effects: Effects = new Gathered();
  switch (input.kind) {
    case 'request':
      if (input.request.op === 'cancel') onCancel(plan, draft, effects, input.now, input.request.id);
      else onCall(plan, draft, effects, input.now, input.connection, input.request);
      break;
    case 'message':
      onMessage(plan, draft, effects, input.now, input.from, input.message);
      break;
    case 'wake':
      onWake(plan, draft, effects, input.now);
      break;
    case 'disk': // a client has no files
    case 'connection': // an application that left is answered all the same; its host drops the answer
      break;
  }
  return { state: draft, effects: effects.items };
}

// ---- What the application does -------------------------------------------------------------------

function onCall(plan: Plan, draft: ClientDraft, effects: Effects, now: Micros, connection: ConnectionId, call: ClientCall): void {
  if (draft.servers.length === 0) {
    effects.push(outcomeTo(connection, { kind: 'failed', id: call.id, cause: 'noServer', reason: 'no server is known' }));
    return;
  }
  const asked: Asked = { connection, call, deadlineUs: micros(now + (call.timeLimitUs ?? plan.timeLimitUs)) };
  if (draft.current === null) begin(plan, draft, effects, now, asked);
  else if (draft.queue.length < plan.queueMax) draft.queue = [...draft.queue, asked];
  else effects.push(outcomeTo(connection, { kind: 'failed', id: call.id, cause: 'overloaded', reason: 'too many calls are waiting' }));
}

/** The same doubt as when the time is over: what was sent and not answered may have taken effect. */
function onCancel(plan: Plan, draft: ClientDraft, effects: Effects, now: Micros, id: number): void {
  const reason = 'the application took it back';
  if (draft.current?.call.id === id) {
    // An attempt under way is given up unanswered, as in a silence.
    if (draft.awaiting !== 0) draft.isUncertain = true;
    conclude(plan, draft, effects, now, outcomeOfGivingUp(draft, id, 'cancelled', reason, plan));
    return;
  }
  const waiting = draft.queue.find((asked) => asked.call.id === id);
  if (waiting === undefined) return;
  draft.queue = draft.queue.filter((asked) => asked !== waiting);
  effects.push(outcomeTo(waiting.connection, { kind: 'failed', id, cause: 'cancelled', reason }));
}

function begin(plan: Plan, draft: ClientDraft, effects: Effects, now: Micros, asked: Asked): void {
  draft.current = asked;
  draft.refusals = 0;
  draft.pauses = 0;
  draft.stays = 0;
  if (asked.call.level === 'stale') visit(draft, asked.call.ask);
  else if (plan.spreadsReads && asked.call.op === 'get') {
    draft.random = advance(draft.random);
    draft.target = below(draft.random, draft.servers.length);
  }
  prepare(draft, asked.call);
  attempt(plan, draft, effects, now);
}

/** Turns to the server that a stale read is to be asked of, without forgetting who leads. */
function visit(draft: ClientDraft, server: NodeId | undefined): void {
  draft.home = draft.target;
  const place = server === undefined ? -1 : draft.servers.indexOf(server);
  if (place >= 0) draft.target = place;
}

/** Makes the command, with the session's next number; none for a get, or while a session must come first. */
function prepare(draft: ClientDraft, call: ClientCall): void {
  draft.command = null;
  draft.firstRequestId = draft.lastRequestId + 1;
  draft.wasSent = false;
  draft.isUncertain = false;
  if (call.op === 'get' || needsSession(draft, call)) return;
  if (draft.useSessions) draft.sequenceNum += 1;
  draft.command = {
    op: call.op,
    clientId: draft.sessionId,
    sequenceNum: draft.useSessions ? draft.sequenceNum : 0,
    key: call.key,
    value: call.value ?? EMPTY,
    version: call.version ?? 0,
  };
}

function needsSession(state: ClientState, call: ClientCall): boolean {
  return state.useSessions && state.sessionId === 0 && call.op !== 'get';
}

// ---- What the servers answer ---------------------------------------------------------------------

function onMessage(plan: Plan, draft: ClientDraft, effects: Effects, now: Micros, from: NodeId, message: ClientMessage): void {
  if (draft.current === null) return;
  const isAwaited = draft.awaiting !== 0 && message.id === draft.awaiting && from === draft.servers[draft.target];
  if (!isAwaited) {
    if (isLateAnswer(draft, from, message)) takeAnswer(plan, draft, effects, now, from, message.result);
    return;
  }
  switch (message.kind) {
    case 'done':
      takeAnswer(plan, draft, effects, now, from, message.result);
      break;
    case 'notLeader':
      onRefusal(plan, draft, effects, now, message.leaderHint, message.isUncertain);
      break;
    case 'maybe':
      onMaybe(plan, draft, effects, now, draft.current, message.reason);
      break;
    case 'unavailable':
      onUnavailable(plan, draft, effects, now);
      break;
    case 'noSessions':
      onNoSessions(plan, draft, effects, now, draft.current.call);
      break;
    default: // answers to what this client never asks
      break;
  }
}

/**
 * An earlier attempt was answered after all. In a session every attempt has the same one result, and a read is as
 * good; so it settles the call, and a server slower than the attempt timeout is still of use. Refusals by a server
 * that come late say nothing, and without a session neither does a result: a later attempt is under way.
 */
function isLateAnswer(draft: ClientDraft, from: NodeId, message: ClientMessage): message is Extract<ClientMessage, { kind: 'done' }> {
  const isOfThisCommand = message.id >= draft.firstRequestId && message.id <= draft.lastRequestId;
  if (message.kind !== 'done' || !isOfThisCommand || !draft.servers.includes(from)) return false;
  const isRead = draft.current?.call.op === 'get';
  return (isRead || draft.useSessions) && message.result.status !== 'sessionExpired';
}

function takeAnswer(plan: Plan, draft: ClientDraft, effects: Effects, now: Micros, from: NodeId, result: StoreResult): void {
  if (draft.current === null) return;
  draft.target = draft.servers.indexOf(from);
  draft.awaiting = 0;
  draft.refusals = 0;
  draft.silent = -1;
  noteLeader(plan, draft);
  onResult(plan, draft, effects, now, draft.current, result);
}

/** Who carried out a command leads, and who answered a read, unless any server may. */
function noteLeader(plan: Plan, draft: ClientDraft): void {
  const isOfAnybody = draft.home !== -1 || (plan.spreadsReads && draft.current?.call.op === 'get');
  if (!isOfAnybody) draft.leader = draft.target;
}

function onResult(plan: Plan, draft: ClientDraft, effects: Effects, now: Micros, asked: Asked, result: StoreResult): void {
  const { call } = asked;
  if (needsSession(draft, call)) onRegistered(plan, draft, effects, now, call, result);
  else if (result.status === 'sessionExpired') onSessionExpired(plan, draft, effects, now, asked);
  else conclude(plan, draft, effects, now, outcomeOfResult(draft, call.id, result, plan));
}

function onRegistered(plan: Plan, draft: ClientDraft, effects: Effects, now: Micros, call: ClientCall, result: StoreResult): void {
  if (result.status !== 'ok' || result.version === 0) {
    onRefusal(plan, draft, effects, now, NOBODY, false);
    return;
  }
  draft.sessionId = result.version;
  draft.sequenceNum = 0;
  effects.push({ kind: 'note', name: 'client-session-registered', text: `session ${result.version}` });
  prepare(draft, call);
  attempt(plan, draft, effects, now);
}

/**
 * The system keeps none: this client goes on without, for good. The registration did nothing, so the command is the
 * first of its call; from here on the rules for commands without a session hold.
 */
function onNoSessions(plan: Plan, draft: ClientDraft, effects: Effects, now: Micros, call: ClientCall): void {
  if (!needsSession(draft, call)) {
    onRefusal(plan, draft, effects, now, NOBODY, false);
    return;
  }
  draft.useSessions = false;
  effects.push({ kind: 'note', name: 'client-goes-without-sessions', text: 'the servers keep none' });
  prepare(draft, call);
  attempt(plan, draft, effects, now);
}

/** Without its session nobody can tell whether an earlier attempt took effect (thesis §6.3), unless none can have. */
function onSessionExpired(plan: Plan, draft: ClientDraft, effects: Effects, now: Micros, asked: Asked): void {
  effects.push({ kind: 'note', name: 'client-session-expired', text: `session ${draft.sessionId}` });
  draft.sessionId = 0;
  if (mayHaveTakenEffect(draft, plan)) {
    conclude(plan, draft, effects, now, outcomeOfGivingUp(draft, asked.call.id, 'sessionExpired', 'the session expired', plan));
  } else {
    prepare(draft, asked.call);
    attempt(plan, draft, effects, now);
  }
}

function onRefusal(plan: Plan, draft: ClientDraft, effects: Effects, now: Micros, leaderHint: NodeId, isUncertain: boolean): void {
  const hinted = leaderHint === NOBODY ? -1 : draft.servers.indexOf(leaderHint);
  const isUseful = hinted >= 0 && hinted !== draft.target && hinted !== draft.silent;
  draft.leader = isUseful ? hinted : -1;
  turnTo(draft, isUseful ? hinted : draft.target + 1);
  if (isUncertain) draft.isUncertain = true;
  goOn(plan, draft, effects, now);
}

/**
 * Nothing was done. The leader, which answers that it has too much to do, is asked again after a pause: the others would
 * only name it, and one that is down costs the patience of a whole attempt. Who says it for too long is left all the same.
 */
function onUnavailable(plan: Plan, draft: ClientDraft, effects: Effects, now: Micros): void {
  const isWorthWaiting = draft.target === draft.leader && draft.stays < STAYS_MAX && mayRepeat(draft);
  if (!isWorthWaiting) {
    draft.stays = 0;
    onRefusal(plan, draft, effects, now, NOBODY, false);
    return;
  }
  draft.awaiting = 0;
  rest(plan, draft, now, draft.stays);
  draft.stays += 1;
}

/** The server could not finish it and does not know more. What may be repeated is; else its word is the outcome. */
function onMaybe(plan: Plan, draft: ClientDraft, effects: Effects, now: Micros, asked: Asked, reason: string): void {
  if (draft.command !== null) draft.isUncertain = true;
  if (mayRepeat(draft)) onRefusal(plan, draft, effects, now, NOBODY, draft.command !== null);
  else conclude(plan, draft, effects, now, outcomeOfGivingUp(draft, asked.call.id, 'unfinished', reason, plan));
}

// ---- What time does ------------------------------------------------------------------------------

function onWake(plan: Plan, draft: ClientDraft, effects: Effects, now: Micros): void {
  failOverdue(draft, effects, now);
  const { current } = draft;
  if (current === null) return;
  if (now >= current.deadlineUs) {
    if (draft.awaiting !== 0) onSilence(draft);
    conclude(plan, draft, effects, now, outcomeOfGivingUp(draft, current.call.id, 'timeLimit', 'the time is over', plan));
  } else if (now >= draft.nextUs) {
    if (draft.awaiting === 0) attempt(plan, draft, effects, now);
    else {
      onSilence(draft);
      goOn(plan, draft, effects, now);
    }
  }
}

/** Calls in the queue whose time is over were never begun. */
function failOverdue(draft: ClientDraft, effects: Effects, now: Micros): void {
  if (!draft.queue.some((asked) => now >= asked.deadlineUs)) return;
  for (const { connection, call, deadlineUs } of draft.queue) {
    if (now >= deadlineUs)
      effects.push(outcomeTo(connection, { kind: 'failed', id: call.id, cause: 'timeLimit', reason: 'the time is over before its turn' }));
  }
  draft.queue = draft.queue.filter((asked) => now < asked.deadlineUs);
}

/** The attempt under way got no answer: it may have been lost on the way there, or on the way back. */
function onSilence(draft: ClientDraft): void {
  draft.isUncertain = true;
  draft.silent = draft.target;
  if (draft.leader === draft.target) draft.leader = -1;
  turnTo(draft, draft.target + 1);
}

// ---- One attempt after the other -----------------------------------------------------------------

function turnTo(draft: ClientDraft, position: number): void {
  draft.target = position % draft.servers.length;
  draft.awaiting = 0;
  draft.refusals += 1;
}

/** After an attempt that settled nothing: the next server, or a pause when all have had their turn. */
function goOn(plan: Plan, draft: ClientDraft, effects: Effects, now: Micros): void {
  if (draft.current !== null && !mayRepeat(draft)) {
    const outcome = outcomeOfGivingUp(draft, draft.current.call.id, 'noRepeat', 'without a session it must not be repeated', plan);
    conclude(plan, draft, effects, now, outcome);
  } else if (draft.refusals < draft.servers.length) attempt(plan, draft, effects, now);
  else pause(plan, draft, now);
}

/** Waits longer after each round. */
function pause(plan: Plan, draft: ClientDraft, now: Micros): void {
  rest(plan, draft, now, draft.pauses);
  draft.silent = -1;
  draft.refusals = 0;
  draft.pauses += 1;
}

/** Half of it by chance, so that many clients don't come back together. */
function rest(plan: Plan, draft: ClientDraft, now: Micros, doublings: number): void {
  const halfUs = (plan.pauseUs * (1 << Math.min(doublings, PAUSE_DOUBLINGS_MAX))) / 2;
  draft.random = advance(draft.random);
  draft.nextUs = micros(now + Math.floor(halfUs + (halfUs * below(draft.random, RANDOM_STEPS)) / RANDOM_STEPS));
}

function attempt(plan: Plan, draft: ClientDraft, effects: Effects, now: Micros): void {
  const { current } = draft;
  if (current === null) return;
  draft.lastRequestId = draft.lastRequestId === REQUEST_ID_MAX ? 1 : draft.lastRequestId + 1;
  draft.awaiting = draft.lastRequestId;
  // As patient as the pauses: servers that are slow because too much is asked of them are asked less often.
  draft.nextUs = micros(now + plan.attemptTimeoutUs * (1 << Math.min(draft.pauses, PATIENCE_DOUBLINGS_MAX)));
  if (draft.command !== null) {
    if (draft.isUncertain)
      effects.push({ kind: 'note', name: 'client-command-repeated', text: `${draft.command.op}, call ${current.call.id}` });
    draft.wasSent = true;
  }
  const to = draft.servers[draft.target] as NodeId;
  effects.push({ kind: 'send', to, message: requestOf(draft, current.call) });
}

const REGISTER: Command = { op: 'registerClient', clientId: 0, sequenceNum: 0, key: EMPTY, value: EMPTY, version: 0 };

function requestOf(draft: ClientDraft, call: ClientCall): NodeRequest {
  if (call.op === 'get') return queryOf(draft.awaiting, call);
  return { kind: 'command', id: draft.awaiting, command: draft.command ?? REGISTER };
}

function queryOf(id: number, { key, level }: ClientCall): NodeRequest {
  return level === 'stale' ? { kind: 'query', id, key, level } : { kind: 'query', id, key };
}

// ---- The end of a call ---------------------------------------------------------------------------

function conclude(plan: Plan, draft: ClientDraft, effects: Effects, now: Micros, outcome: ClientOutcome): void {
  const { current } = draft;
  if (current === null) return;
  effects.push(outcomeTo(current.connection, outcome));
  if (outcome.kind === 'maybe') effects.push({ kind: 'note', name: 'client-maybe', text: outcome.reason });
  if (draft.home !== -1) draft.target = draft.home;
  draft.home = -1;
  draft.current = null;
  draft.command = null;
  draft.awaiting = 0;
  draft.nextUs = NEVER;
  draft.wasSent = false;
  draft.isUncertain = false;

  failOverdue(draft, effects, now);
  const next = draft.queue[0];
  if (next === undefined) return;
  draft.queue = draft.queue.slice(1);
  begin(plan, draft, effects, now, next);
}

function outcomeTo(connection: ConnectionId, response: ClientOutcome): Effect<ClientMessage, ClientOutcome> {
  return { kind: 'respond', connection, response };
}
