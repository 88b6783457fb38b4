import {
  advance,
  applyCommand,
  assert,
  below,
  type Boot,
  type Command,
  type ConnectionId,
  type Effect,
  type Input,
  logIndex,
  type Machine,
  type Micros,
  micros,
  NOBODY,
  type NodeId,
  type NodeRequest,
  type NodeResponse,
  openStore,
  type RandomState,
  readKey,
  type Step,
  type StoreState,
  unreachable,
} from 'seedstorm/core';

/**
 * A small key-value store whose reads trust clocks, to be studied in the simulator.
 *
 * Writes are those of a Paxos round over the whole log (Lamport, *Paxos Made Simple*, 2001): a server that a majority
 * promised to hear nobody below its ballot takes over the latest log that they accepted, and what a majority accepts is
 * committed. No clock has a say in it. Reads are answered by that server alone, out of its memory, as long as it
 * holds a *lease* (Gray and Cheriton, *Leases*, SOSP 1989; Raft thesis §6.4.1): each server that accepts its log also
 * gives its word to hear nobody else for `leaseUs`, by its own clock. The holder counts the same span from the
 * moment it *sent* what they accepted, by its own clock, and ends it earlier by as much as two clocks may differ.
 *
 * So writes hold whatever clocks do, and reads hold as long as clocks run within `trustedPpm` and never jump. It keeps everything in
 * memory: a life that ends takes with it what it promised.
 */
export function leaseHolder(options: LeaseOptions): Machine<LeaseState, LeaseMessage, NodeRequest, NodeResponse> {
  assert(options.beatUs > 0 && options.beatUs < options.leaseUs, 'a lease is renewed before it ends');
  return {
    init: (boot) => ({ state: firstState(options, boot), effects: [] }),
    step: (state, input) => {
      const draft: LeaseDraft = { ...state };
      const effects: LeaseEffect[] = [];
      onInput(options, draft, effects, input);
      return { state: draft, effects } satisfies Step<LeaseState, LeaseMessage, NodeResponse>;
    },
    wakeAt: ({ nextAt }) => nextAt,
  };
}

export interface LeaseOptions {
  /** For so long a server that gave its word hears nobody else, in microseconds of its own clock. */
  readonly leaseUs: number;
  /** How often the holder renews its lease, in microseconds; below {@link leaseUs}. */
  readonly beatUs: number;
  /** Every clock is taken to be within so many parts per million of true time, over every span. */
  readonly trustedPpm: number;
}

/** Every message carries the ballot of whoever leads the round. Logs travel whole: messages are values here, and cost nothing. */
export type LeaseMessage =
  /** Will you hear me, and nobody below this ballot? */
  | { readonly kind: 'ask'; readonly ballot: number }
  /** I will, since my word binds me to nobody else. This is what I accepted last, and in which ballot. */
  | { readonly kind: 'promise'; readonly ballot: number; readonly acceptedIn: number; readonly log: readonly Command[] }
  /** Accept this log, and give me another lease. `sentAt` is the holder's own clock. */
  | {
      readonly kind: 'hold';
      readonly ballot: number;
      readonly sentAt: Micros;
      readonly log: readonly Command[];
      readonly committed: number;
    }
  /** I accepted so much of it. */
  | { readonly kind: 'held'; readonly ballot: number; readonly sentAt: Micros; readonly length: number }
  /** I promised a higher ballot. */
  | { readonly kind: 'refuse'; readonly ballot: number; readonly promised: number };

export interface LeaseState {
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  readonly random: RandomState;
  readonly role: 'follower' | 'candidate' | 'holder';
  /** This server hears nobody below this ballot. Of ballots each server has its own: ballot modulo {@link BALLOT_STEP} is its number. */
  readonly promised: number;
  /** Until then, by its own clock, it hears nobody but `grantedTo`. */
  readonly grantedTo: NodeId;
  readonly grantUntil: Micros;
  /** In which ballot it accepted its log; 0 for never. */
  readonly acceptedIn: number;
  readonly log: readonly Command[];
  readonly committed: number;
  readonly store: StoreState;
  /** When it acts next by itself: a follower or candidate asks for a lease, a holder renews its own. */
  readonly nextAt: Micros;
  /** Of a candidate: what the servers that promised had accepted, itself among them. */
  readonly promises: readonly PromiseToHear[];
  /** Of a holder: the last word of each other server. */
  readonly held: readonly Held[];
  /** Of a holder: it answers reads before this moment of its own clock. 0 for no lease. */
  readonly leaseUntil: Micros;
  /** Commands of clients that wait to be committed, ascending by their place in the log. */
  readonly waiters: readonly Waiter[];
}

interface PromiseToHear {
  readonly from: NodeId;
  readonly acceptedIn: number;
  readonly log: readonly Command[];
}

interface Held {
  readonly from: NodeId;
  readonly sentAt: Micros;
  readonly length: number;
}

interface Waiter {
  readonly length: number;
  readonly connection: ConnectionId;
  readonly id: number;
}

type LeaseDraft = { -readonly [Field in keyof LeaseState]: LeaseState[Field] };
type LeaseEffect = Effect<LeaseMessage, NodeResponse>;
type Of<Kind extends LeaseMessage['kind']> = Extract<LeaseMessage, { readonly kind: Kind }>;

/** More than there are servers. */
const BALLOT_STEP = 16;
const SESSIONS_MAX = 1_000;
/** Clocks show whole microseconds: each reading, and each change of a rate, rounds down by less than one. */
const ROUNDING_US = 10;
const NO_LEASE = micros(0);

/** Whether a server in this state answers reads when its clock shows `now`. */
export function holdsLease(state: LeaseState, now: Micros): boolean {
  return state.role === 'holder' && now < state.leaseUntil;
}

/** How long a holder may read after it sent what a majority accepted. */
export function readableUs({ leaseUs, trustedPpm }: LeaseOptions): number {
  // The holder's clock slow and a grantor's fast: the span shrinks by the bound twice.
  return leaseUs - Math.ceil((leaseUs * 2 * trustedPpm) / 1_000_000) - ROUNDING_US;
}

function firstState(options: LeaseOptions, { self, members, now, seed }: Boot): LeaseState {
  const random = advance(seed | 0);
  return {
    self,
    members,
    random,
    role: 'follower',
    promised: 0,
    grantedTo: NOBODY,
    grantUntil: now,
    acceptedIn: 0,
    log: [],
    committed: 0,
    store: openStore({ sessionsMax: SESSIONS_MAX }),
    nextAt: micros(now + below(random, options.beatUs)),
    promises: [],
    held: [],
    leaseUntil: NO_LEASE,
    waiters: [],
  };
}

function onInput(options: LeaseOptions, draft: LeaseDraft, effects: LeaseEffect[], input: Input<LeaseMessage, NodeRequest>): void {
  switch (input.kind) {
    case 'wake':
      if (draft.role === 'holder') hold(options, draft, effects, input.now);
      else if (input.now >= draft.grantUntil) ask(options, draft, effects, input.now);
      else rest(options, draft, draft.grantUntil);
      return;
    case 'message':
      onMessage(options, draft, effects, input.now, input.from, input.message);
      return;
    case 'request':
      onRequest(options, draft, effects, input.now, input.connection, input.request);
      return;
    default: // it has no files, and answers whoever asked
  }
}

function onMessage(
  options: LeaseOptions,
  draft: LeaseDraft,
  effects: LeaseEffect[],
  now: Micros,
  from: NodeId,
  message: LeaseMessage,
): void {
  switch (message.kind) {
    case 'ask':
      return onAsk(options, draft, effects, now, from, message);
    case 'promise':
      return onPromise(options, draft, effects, now, from, message);
    case 'hold':
      return onHold(options, draft, effects, now, from, message);
    case 'held':
      return onHeld(options, draft, effects, from, message);
    case 'refuse':
      if (message.promised > draft.promised) giveWay(options, draft, effects, now, message.promised);
      return;
    default:
      return unreachable(message);
  }
}

// ---- A server that gives its word ------------------------------------------------------------------

/** Whether this server is free to hear `from` in this ballot: it promised no higher one, and no other's lease is under way. */
function mayHear(draft: LeaseDraft, now: Micros, from: NodeId, ballot: number): boolean {
  return ballot >= draft.promised && (draft.grantedTo === from || now >= draft.grantUntil);
}

function onAsk(options: LeaseOptions, draft: LeaseDraft, effects: LeaseEffect[], now: Micros, from: NodeId, { ballot }: Of<'ask'>): void {
  if (!mayHear(draft, now, from, ballot)) return refuse(draft, effects, from, ballot);
  if (draft.role !== 'follower') stepDown(draft, effects);
  draft.promised = ballot;
  rest(options, draft, micros(now + options.beatUs));
  effects.push({ kind: 'send', to: from, message: { kind: 'promise', ballot, acceptedIn: draft.acceptedIn, log: draft.log } });
}

function onHold(options: LeaseOptions, draft: LeaseDraft, effects: LeaseEffect[], now: Micros, from: NodeId, message: Of<'hold'>): void {
  const { ballot, sentAt, log, committed } = message;
  // Its word to itself a server may break: then it reads no more.
  const isDeposed = draft.grantedTo === draft.self && ballot > draft.promised;
  if (!isDeposed && !mayHear(draft, now, from, ballot)) return refuse(draft, effects, from, ballot);
  if (draft.role !== 'follower') stepDown(draft, effects);
  draft.promised = ballot;
  draft.grantedTo = from;
  draft.grantUntil = micros(now + options.leaseUs);
  rest(options, draft, draft.grantUntil);
  // Within a ballot the log only grows: a shorter one was overtaken on its way.
  if (ballot > draft.acceptedIn || log.length > draft.log.length) draft.log = log;
  draft.acceptedIn = ballot;
  commit(draft, effects, Math.min(committed, log.length));
  effects.push({ kind: 'send', to: from, message: { kind: 'held', ballot, sentAt, length: log.length } });
}

function refuse(draft: LeaseDraft, effects: LeaseEffect[], from: NodeId, ballot: number): void {
  if (draft.promised > ballot) effects.push({ kind: 'send', to: from, message: { kind: 'refuse', ballot, promised: draft.promised } });
}

// ---- A server that asks for a lease ----------------------------------------------------------------

function ask(options: LeaseOptions, draft: LeaseDraft, effects: LeaseEffect[], now: Micros): void {
  draft.role = 'candidate';
  draft.promised = (Math.floor(draft.promised / BALLOT_STEP) + 1) * BALLOT_STEP + draft.self;
  draft.promises = [{ from: draft.self, acceptedIn: draft.acceptedIn, log: draft.log }];
  rest(options, draft, micros(now + options.beatUs));
  sendAll(draft, effects, { kind: 'ask', ballot: draft.promised });
}

function onPromise(
  options: LeaseOptions,
  draft: LeaseDraft,
  effects: LeaseEffect[],
  now: Micros,
  from: NodeId,
  { ballot, acceptedIn, log }: Of<'promise'>,
): void {
  if (draft.role !== 'candidate' || ballot !== draft.promised || draft.promises.some((promise) => promise.from === from)) return;
  draft.promises = [...draft.promises, { from, acceptedIn, log }];
  if (draft.promises.length < majority(draft)) return;
  const latest = draft.promises.reduce((one, other) =>
    other.acceptedIn > one.acceptedIn || (other.acceptedIn === one.acceptedIn && other.log.length > one.log.length) ? other : one,
  );
  draft.role = 'holder';
  draft.log = latest.log;
  draft.acceptedIn = ballot;
  draft.promises = [];
  draft.held = [];
  draft.leaseUntil = NO_LEASE;
  hold(options, draft, effects, now);
}

// ---- The holder ------------------------------------------------------------------------------------

/** Sends its log to all, which renews its lease when a majority has accepted it. */
function hold(options: LeaseOptions, draft: LeaseDraft, effects: LeaseEffect[], now: Micros): void {
  draft.grantedTo = draft.self;
  draft.grantUntil = micros(now + options.leaseUs);
  draft.nextAt = micros(now + options.beatUs);
  sendAll(draft, effects, { kind: 'hold', ballot: draft.promised, sentAt: now, log: draft.log, committed: draft.committed });
}

function onHeld(
  options: LeaseOptions,
  draft: LeaseDraft,
  effects: LeaseEffect[],
  from: NodeId,
  { ballot, sentAt, length }: Of<'held'>,
): void {
  if (draft.role !== 'holder' || ballot !== draft.promised) return;
  const before = draft.held.find((word) => word.from === from);
  const word: Held = { from, sentAt: micros(Math.max(sentAt, before?.sentAt ?? 0)), length: Math.max(length, before?.length ?? 0) };
  draft.held = [...draft.held.filter((other) => other !== before), word];
  // With itself a majority; who accepted the first log of this ballot accepted all that earlier ones can have committed.
  const others = majority(draft) - 1;
  if (draft.held.length < others) return;
  commit(
    draft,
    effects,
    nth(
      draft.held.map((other) => other.length),
      others,
    ),
  );
  const renewedAt = nth(
    draft.held.map((other) => other.sentAt),
    others,
  );
  draft.leaseUntil = micros(Math.max(draft.leaseUntil, renewedAt + readableUs(options)));
}

/** The n-th largest, n from 1. */
function nth(values: readonly number[], n: number): number {
  return [...values].sort((a, b) => b - a)[n - 1] ?? 0;
}

/** Applies what is newly committed, and answers who waited for it. */
function commit(draft: LeaseDraft, effects: LeaseEffect[], committed: number): void {
  while (draft.committed < committed) {
    const command = draft.log[draft.committed];
    assert(command !== undefined, 'what is committed was accepted');
    draft.committed++;
    const { state, result } = applyCommand(draft.store, logIndex(draft.committed), command);
    draft.store = state;
    const [first] = draft.waiters;
    if (first?.length !== draft.committed) continue;
    draft.waiters = draft.waiters.slice(1);
    effects.push({ kind: 'respond', connection: first.connection, response: { kind: 'done', id: first.id, result } });
  }
}

/** Somebody promised a higher ballot than this server's: the round is lost, and its word to itself void. */
function giveWay(options: LeaseOptions, draft: LeaseDraft, effects: LeaseEffect[], now: Micros, promised: number): void {
  if (draft.role === 'follower') return;
  draft.promised = promised;
  stepDown(draft, effects);
  draft.grantUntil = now;
  rest(options, draft, now);
}

function stepDown(draft: LeaseDraft, effects: LeaseEffect[]): void {
  for (const { connection, id } of draft.waiters) effects.push(notHolder(connection, id, NOBODY, true));
  draft.role = 'follower';
  draft.waiters = [];
  draft.promises = [];
  draft.held = [];
  draft.leaseUntil = NO_LEASE;
}

// ---- Clients ---------------------------------------------------------------------------------------

function onRequest(
  options: LeaseOptions,
  draft: LeaseDraft,
  effects: LeaseEffect[],
  now: Micros,
  connection: ConnectionId,
  request: NodeRequest,
): void {
  const { id } = request;
  if (draft.role !== 'holder') {
    effects.push(notHolder(connection, id, now < draft.grantUntil && draft.grantedTo !== draft.self ? draft.grantedTo : NOBODY, false));
  } else if (request.kind === 'command') {
    draft.log = [...draft.log, request.command];
    draft.waiters = [...draft.waiters, { length: draft.log.length, connection, id }];
    hold(options, draft, effects, now);
  } else if (request.kind === 'query' && holdsLease(draft, now)) {
    effects.push({ kind: 'respond', connection, response: { kind: 'done', id, result: readKey(draft.store, request.key) } });
  } else {
    effects.push({
      kind: 'respond',
      connection,
      response: { kind: 'unavailable', id, reason: request.kind === 'query' ? 'no lease' : 'not in this system' },
    });
  }
}

function notHolder(connection: ConnectionId, id: number, leaderHint: NodeId, isUncertain: boolean): LeaseEffect {
  return { kind: 'respond', connection, response: { kind: 'notLeader', id, leaderHint, isUncertain } };
}

// ---- Small things ----------------------------------------------------------------------------------

function majority({ members }: LeaseDraft): number {
  return Math.floor(members.length / 2) + 1;
}

function sendAll(draft: LeaseDraft, effects: LeaseEffect[], message: LeaseMessage): void {
  for (const to of draft.members) if (to !== draft.self) effects.push({ kind: 'send', to, message });
}

/** Waits until then and a random while longer, so that not all ask at once. */
function rest(options: LeaseOptions, draft: LeaseDraft, until: Micros): void {
  draft.random = advance(draft.random);
  draft.nextAt = micros(until + below(draft.random, options.beatUs));
}
