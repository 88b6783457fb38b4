/** A lock on top of the client: the same over every system that has linearizable gets and versioned puts. */
import { assert } from '../base/assert.js';
import { byteStringFromText, EMPTY, type ByteString } from '../base/bytestring.js';
import { advance, below, type RandomState } from '../base/random.js';
import { connectionId, fromMs, micros, type ConnectionId, type Micros } from '../base/units.js';
import type { Boot, Effect, Input, Machine, Step } from '../machine.js';
import type { ClientCall, ClientOptions, ClientOutcome } from './calls.js';
import { clientMachine, type ClientMachine, type ClientMessage } from './client.js';
import type { ClientState } from './state.js';

export interface LockOptions {
  /** The key that is the lock. Nothing else may write to it, and it is never deleted: its versions are what makes the lock safe. */
  readonly key: ByteString;
  /** Who this client is, for people who read the key. Without "/". */
  readonly owner: string;
  /** How the client underneath goes about it. */
  readonly client: ClientOptions;
  /** Milliseconds between the first looks at a lock that is held; doubled each time up to `pollMsMax`, half of it random. 1 or more. */
  readonly pollMs: number;
  readonly pollMsMax: number;
  /** Milliseconds until a call that does not say so itself gives up. */
  readonly timeLimitMs: number;
}

export interface LockCall {
  /** The application's own number for it, echoed in the outcome. */
  readonly id: number;
  readonly op: 'acquire' | 'release';
  /** How long the application waits for the outcome, in microseconds. Absent: the option's. */
  readonly timeLimitUs?: number;
}

/**
 * What became of a call.
 *
 *   held      acquire: this client holds the lock, and nobody else does until it releases it. `version` grows from holder to
 *             holder: whoever guards a resource may refuse a smaller one (a fencing token)
 *   released  release: it is free
 *   notHeld   release: this client does not hold it
 *   failed    acquire: it is not held and will not be. release: nothing was done
 *   maybe     acquire: it may be held in this client's name, or may yet; release it, or acquire it again. release: it may still
 *             be held; acquiring it again takes it over
 */
export type LockOutcome =
  | { readonly kind: 'held'; readonly id: number; readonly version: number }
  | { readonly kind: 'released' | 'notHeld'; readonly id: number }
  | { readonly kind: 'failed' | 'maybe'; readonly id: number; readonly reason: string };

export type LockMachine = Machine<LockState, ClientMessage, LockCall, LockOutcome>;

/** The call under way. */
interface Current {
  readonly connection: ConnectionId;
  readonly id: number;
  readonly op: LockCall['op'];
  readonly deadlineUs: Micros;
  /** What is awaited: an answer to a get, an answer to a put, or the end of a pause. */
  readonly phase: 'reading' | 'writing' | 'pausing';
  /** When a pause is over. */
  readonly nextUs: Micros;
  /** Pauses made so far. */
  readonly pauses: number;
  /** The version that the last put expected. */
  readonly expected: number;
  /** A put of this call may have taken effect, or may yet. */
  readonly isUncertain: boolean;
}

export interface LockState {
  readonly client: ClientState;
  readonly random: RandomState;
  /** What every token of this life of this client begins with. */
  readonly owner: ByteString;
  /** Acquisitions begun: each has a token of its own, so that a late release of one cannot free another. */
  readonly acquisitions: number;
  /** Calls of the client underneath. */
  readonly calls: number;
  /** The version at which this client holds the lock, 0 while it does not. */
  readonly heldVersion: number;
  /** The highest version that a put of this client expected whose fate is not known; -1 for none. A read of a higher one settles it. */
  readonly doubtVersion: number;
  readonly current: Current | null;
}

type Draft = { -readonly [Field in keyof LockState]: LockState[Field] };
type Effects = Effect<ClientMessage, LockOutcome>[];

/** The client underneath has one application: this machine. */
const SELF = connectionId(0);
const PAUSE_DOUBLINGS_MAX = 20;
const RANDOM_STEPS = 2_097_152;

interface Plan {
  readonly options: LockOptions;
  readonly client: ClientMachine;
}

/**
 * A handle of one lock. Its `send` effects and `message` inputs are those of the client underneath; one call at a time.
 *
 * The key's value is the token of the holder, or empty. Acquiring is a put of an own token on the version at which it
 * was seen free, releasing a put of nothing on the version at which it is held. After a "maybe" a get tells: the own token
 * stands there or it does not, and a put that comes late meets a newer version. Who ends without releasing holds it for ever.
 */
export function lockMachine(options: LockOptions): LockMachine {
  assert(options.owner !== '' && !options.owner.includes('/'), 'an owner has a name without a slash');
  assert(options.pollMs >= 1 && options.pollMsMax >= options.pollMs, 'a pause is a while, and becomes no shorter');
  const plan: Plan = { options, client: clientMachine(options.client) };
  return {
    init: (boot) => init(plan, boot),
    step: (state, input) => step(plan, state, input),
    wakeAt: (state) => wakeAt(plan, state),
  };
}

function init({ options, client }: Plan, boot: Boot): Step<LockState, ClientMessage, LockOutcome> {
  const { state } = client.init(boot);
  const owner = byteStringFromText(`${options.owner}/${(boot.seed >>> 0).toString(16)}/`);
  const random = advance(advance(boot.seed | 0));
  return {
    state: { client: state, random, owner, acquisitions: 0, calls: 0, heldVersion: 0, doubtVersion: -1, current: null },
    effects: [],
  };
}

function wakeAt({ client }: Plan, state: LockState): Micros | null {
  const { current } = state;
  if (current === null) return client.wakeAt(state.client);
  if (current.phase === 'pausing') return micros(Math.min(current.nextUs, current.deadlineUs));
  return client.wakeAt(state.client);
}

function step(plan: Plan, before: LockState, input: Input<ClientMessage, LockCall>): Step<LockState, ClientMessage, LockOutcome> {
  const draft: Draft = { ...before };
  const effects: Effects = [];
  switch (input.kind) {
    case 'request':
      onCall(plan, draft, effects, input.now, input.connection, input.request);
      break;
    case 'message':
      tell(plan, draft, effects, input);
      break;
    case 'wake':
      tell(plan, draft, effects, input);
      if (draft.current?.phase === 'pausing') onPauseOver(plan, draft, effects, input.now, draft.current);
      break;
    case 'disk':
    case 'connection': // a client has no files, and an application that left is answered all the same
      break;
  }
  return { state: draft, effects };
}

// ---- The client underneath -----------------------------------------------------------------------

/** Lets the client underneath take an input; what it responds is taken up at once. */
function tell(plan: Plan, draft: Draft, effects: Effects, input: Input<ClientMessage, ClientCall>): void {
  const { state, effects: inner } = plan.client.step(draft.client, input);
  draft.client = state;
  for (const effect of inner) {
    if (effect.kind === 'respond') onOutcome(plan, draft, effects, input.now, effect.response);
    else effects.push(effect);
  }
}

function ask(
  plan: Plan,
  draft: Draft,
  effects: Effects,
  now: Micros,
  current: Current,
  call: Pick<ClientCall, 'op' | 'value' | 'version'>,
): void {
  draft.current = current;
  draft.calls += 1;
  const timeLimitUs = Math.max(current.deadlineUs - now, 0);
  const request: ClientCall = { id: draft.calls, key: plan.options.key, timeLimitUs, ...call };
  tell(plan, draft, effects, { kind: 'request', now, connection: SELF, request });
}

function read(plan: Plan, draft: Draft, effects: Effects, now: Micros, current: Current): void {
  ask(plan, draft, effects, now, { ...current, phase: 'reading' }, { op: 'get' });
}

function write(plan: Plan, draft: Draft, effects: Effects, now: Micros, current: Current, value: ByteString, version: number): void {
  ask(plan, draft, effects, now, { ...current, phase: 'writing', expected: version }, { op: 'put', value, version });
}

function onOutcome(plan: Plan, draft: Draft, effects: Effects, now: Micros, outcome: ClientOutcome): void {
  const { current } = draft;
  if (current === null || outcome.id !== draft.calls) return;
  if (current.phase === 'writing') onWritten(plan, draft, effects, now, current, outcome);
  else if (outcome.kind !== 'done') pauseOrGiveUp(plan, draft, effects, now, current, outcome.reason);
  else
    onSeen(
      plan,
      draft,
      effects,
      now,
      current,
      outcome.result.status === 'ok' ? outcome.result.value : EMPTY,
      outcome.result.status === 'ok' ? outcome.result.version : 0,
    );
}

// ---- What the application does -------------------------------------------------------------------

function onCall(
  plan: Plan,
  draft: Draft,
  effects: Effects,
  now: Micros,
  connection: ConnectionId,
  { id, op, timeLimitUs }: LockCall,
): void {
  const refuse = (outcome: LockOutcome): void => void effects.push({ kind: 'respond', connection, response: outcome });
  if (draft.current !== null) return refuse({ kind: 'failed', id, reason: 'another call is under way' });
  if (op === 'acquire' && draft.heldVersion > 0) return refuse({ kind: 'failed', id, reason: 'this client holds it already' });
  if (op === 'release' && draft.heldVersion === 0 && draft.doubtVersion < 0) return refuse({ kind: 'notHeld', id });

  const deadlineUs = micros(now + (timeLimitUs ?? fromMs(plan.options.timeLimitMs)));
  const current: Current = { connection, id, op, deadlineUs, phase: 'reading', nextUs: now, pauses: 0, expected: 0, isUncertain: false };
  if (op === 'acquire') draft.acquisitions += 1;
  if (op === 'release' && draft.heldVersion > 0) write(plan, draft, effects, now, current, EMPTY, draft.heldVersion);
  else read(plan, draft, effects, now, current);
}

/** The token of the acquisition under way, or of the last one. */
function tokenOf({ owner, acquisitions }: LockState): ByteString {
  return (owner + acquisitions.toString()) as ByteString;
}

// ---- What the store says -------------------------------------------------------------------------

/** A get was answered; a key that is not there is an empty one of version 0. */
function onSeen(plan: Plan, draft: Draft, effects: Effects, now: Micros, current: Current, value: ByteString, version: number): void {
  // A put that expected less than what stands there now took effect already, or never will.
  if (version > draft.doubtVersion) draft.doubtVersion = -1;
  const isMine = value.startsWith(draft.owner);
  if (current.op === 'release') onSeenInRelease(plan, draft, effects, now, current, isMine, version);
  else if (value === tokenOf(draft)) {
    effects.push({ kind: 'note', name: 'lock-found-held-by-reading', text: `version ${version}` });
    hold(draft, effects, current, version);
  } else if (value === EMPTY || isMine) write(plan, draft, effects, now, current, tokenOf(draft), version);
  else pauseOrGiveUp(plan, draft, effects, now, current, 'somebody else holds it');
}

/**
 * What stands there in this client's name is freed. Where nothing does but a put may yet come, a put of nothing takes
 * its version away from it.
 */
function onSeenInRelease(
  plan: Plan,
  draft: Draft,
  effects: Effects,
  now: Micros,
  current: Current,
  isMine: boolean,
  version: number,
): void {
  if (isMine || draft.doubtVersion >= version) write(plan, draft, effects, now, current, EMPTY, version);
  else conclude(draft, effects, { kind: current.isUncertain ? 'released' : 'notHeld', id: current.id });
}

function onWritten(plan: Plan, draft: Draft, effects: Effects, now: Micros, current: Current, outcome: ClientOutcome): void {
  if (outcome.kind === 'done' && outcome.result.status === 'ok') {
    // Whatever was in doubt expected this version or a lower one.
    draft.doubtVersion = -1;
    if (current.op === 'acquire') hold(draft, effects, current, outcome.result.version);
    else conclude(draft, effects, { kind: 'released', id: current.id });
    return;
  }
  const isUncertain = current.isUncertain || outcome.kind === 'maybe';
  if (outcome.kind === 'maybe') draft.doubtVersion = Math.max(draft.doubtVersion, current.expected);
  const after = { ...current, isUncertain };
  if (outcome.kind === 'failed') pauseOrGiveUp(plan, draft, effects, now, after, outcome.reason);
  else if (now >= current.deadlineUs) giveUp(draft, effects, after, 'the time is over');
  else read(plan, draft, effects, now, after);
}

// ---- Waiting -------------------------------------------------------------------------------------

function pauseOrGiveUp({ options }: Plan, draft: Draft, effects: Effects, now: Micros, current: Current, reason: string): void {
  if (now >= current.deadlineUs) {
    giveUp(draft, effects, current, reason);
    return;
  }
  const pauseMs = Math.min(options.pollMs * (1 << Math.min(current.pauses, PAUSE_DOUBLINGS_MAX)), options.pollMsMax);
  const halfUs = fromMs(pauseMs) / 2;
  draft.random = advance(draft.random);
  const nextUs = micros(now + Math.ceil(halfUs + (halfUs * below(draft.random, RANDOM_STEPS)) / RANDOM_STEPS));
  draft.current = { ...current, phase: 'pausing', nextUs, pauses: current.pauses + 1 };
}

function onPauseOver(plan: Plan, draft: Draft, effects: Effects, now: Micros, current: Current): void {
  if (now >= current.deadlineUs) giveUp(draft, effects, current, 'the time is over');
  else if (now >= current.nextUs) read(plan, draft, effects, now, current);
}

// ---- The end of a call ---------------------------------------------------------------------------

function hold(draft: Draft, effects: Effects, { connection, id }: Current, version: number): void {
  draft.current = null;
  draft.heldVersion = version;
  draft.doubtVersion = -1;
  effects.push({ kind: 'respond', connection, response: { kind: 'held', id, version } });
}

function conclude(draft: Draft, effects: Effects, response: LockOutcome): void {
  const { current } = draft;
  assert(current !== null, 'a call that ends was under way');
  draft.current = null;
  draft.heldVersion = 0;
  effects.push({ kind: 'respond', connection: current.connection, response });
}

/** A release that certainly did nothing leaves the lock held; everything else that is not known is in doubt. */
function giveUp(draft: Draft, effects: Effects, current: Current, reason: string): void {
  const isInDoubt = draft.doubtVersion >= 0 || (current.op === 'release' && current.isUncertain);
  draft.current = null;
  if (isInDoubt) {
    draft.doubtVersion = Math.max(draft.doubtVersion, draft.heldVersion);
    draft.heldVersion = 0;
  }
  effects.push({
    kind: 'respond',
    connection: current.connection,
    response: { kind: isInDoubt ? 'maybe' : 'failed', id: current.id, reason },
  });
}
