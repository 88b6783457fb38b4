/** What time brings: servers are asked once more, patience ends, and stale copies are looked for. */
import type { ByteString } from '../../base/bytestring.js';
import { micros, NEVER } from '../../base/units.js';
import { askToHold } from './reads.js';
import { respond, tell, type OpenRead, type OpenWrite, type QuorumDraft, type Spread, type Waiter } from './state.js';
import { giveUp } from './writes.js';

const MS = 1_000;

/** Does what is due, and finds out when the next thing will be. */
export function onWake(draft: QuorumDraft): void {
  const { state, now } = draft;
  if (now < state.dueUs) return;
  // A walk over all that waits; between two of them whatever is begun only moves the moment nearer.
  state.dueUs = NEVER;
  onWritesWake(draft);
  onReadsWake(draft);
  onSpreadsWake(draft);
  sweepIfDue(draft);
}

interface Timed {
  readonly deadlineUs: number;
  readonly sentUs: number;
}

/** When something that waits is due next: to be sent once more, or given up. */
function dueOf(draft: QuorumDraft, { deadlineUs, sentUs }: Timed): number {
  return Math.min(deadlineUs, sentUs + draft.state.options.resendUs);
}

/** Sorts what waits: what is over, what is to be sent once more, and when the rest is due. */
function due<Waiting extends Timed>(
  draft: QuorumDraft,
  map: { scan(from: undefined, visit: (id: number, waiting: Waiting) => boolean): void },
): readonly [number, Waiting][] {
  const found: [number, Waiting][] = [];
  map.scan(undefined, (id, waiting) => {
    if (dueOf(draft, waiting) <= draft.now) found.push([id, waiting]);
    else draft.state.dueUs = micros(Math.min(draft.state.dueUs, dueOf(draft, waiting)));
    return true;
  });
  return found;
}

/** What is sent once more now is due again after another while. */
function sentAgain<Waiting extends Timed>(draft: QuorumDraft, waiting: Waiting): Waiting {
  const after = { ...waiting, sentUs: draft.now };
  draft.state.dueUs = micros(Math.min(draft.state.dueUs, dueOf(draft, after)));
  return after;
}

function onWritesWake(draft: QuorumDraft): void {
  const { state, now } = draft;
  for (const [writeId, write] of due<OpenWrite>(draft, state.writes)) {
    if (write.isGivenUp) continue;
    if (now >= write.deadlineUs) giveUp(draft, writeId, write);
    else {
      askToHold(draft, write);
      state.writes = state.writes.with(writeId, sentAgain(draft, write));
    }
  }
}

function onReadsWake(draft: QuorumDraft): void {
  const { state, now } = draft;
  const { readQuorum } = state.options;
  for (const [readId, read] of due<OpenRead>(draft, state.reads)) {
    if (now >= read.deadlineUs) {
      state.reads = state.reads.without(readId);
      timeOut(draft, read.waiter, `read quorum not reached: ${read.answers.length} of ${readQuorum} servers answered`);
      continue;
    }
    const isSilent = (server: number): boolean => !read.answers.some((answer) => answer.server === server);
    for (const to of state.members) if (isSilent(to)) tell(draft, to, { kind: 'read', readId, key: read.key });
    state.reads = state.reads.with(readId, sentAgain(draft, read));
  }
}

function onSpreadsWake(draft: QuorumDraft): void {
  const { state, now } = draft;
  for (const [readId, wanted] of due<Spread>(draft, state.spreads)) {
    if (now >= wanted.deadlineUs) {
      state.spreads = state.spreads.without(readId);
      timeOut(
        draft,
        wanted.waiter,
        `the newest value is on ${wanted.holders.length} of the ${state.copies} servers that must have it before it is shown, and no more answered`,
      );
      continue;
    }
    askToHold(draft, wanted);
    state.spreads = state.spreads.with(readId, sentAgain(draft, wanted));
  }
}

/** Whatever this server did in the meantime, the request itself changed nothing. */
function timeOut(draft: QuorumDraft, waiter: Waiter, reason: string): void {
  respond(draft, waiter, { kind: 'unavailable', id: waiter.id, reason: `${reason} within ${draft.state.options.timeoutUs / MS} ms` });
}

/**
 * The sweep: every server now and then compares some of its keys with the other servers, in turn, so that a copy
 * that missed a write is mended though nobody reads that key (anti-entropy, Demers and others 1987).
 */
function sweepIfDue(draft: QuorumDraft): void {
  const { state, now } = draft;
  const { sweepUs, sweepKeysMax } = state.options;
  if (sweepUs === 0 || state.phase !== 'serving') return;
  if (now >= state.sweepAtUs) {
    const keys: ByteString[] = [];
    let next: ByteString | null = null;
    state.journal.state.keys.scan(state.sweepFrom ?? undefined, (key) => {
      if (keys.length < sweepKeysMax) keys.push(key);
      else next = key;
      return next === null;
    });
    state.sweepFrom = next;
    for (const key of keys) for (const to of state.members) if (to !== state.self) tell(draft, to, { kind: 'read', readId: 0, key });
    state.sweepAtUs = micros(now + sweepUs);
  }
  state.dueUs = micros(Math.min(state.dueUs, state.sweepAtUs));
}
