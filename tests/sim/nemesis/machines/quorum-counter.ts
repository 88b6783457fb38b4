import { durable, jsonCodec, micros, nodeId, type Effect, type Machine, type NodeId } from '../../../../src/core/index.js';

/**
 * A counter that answers an addition once a majority knows of it: every server counts for itself and tells the others (a G-counter), and
 * who asked waits for their word. No key-value store, and nobody leads.
 */
export type Counts = readonly (readonly [NodeId, number])[];
export type Request = { readonly kind: 'add' } | { readonly kind: 'read' };
export type Message = { readonly kind: 'counts' | 'known'; readonly counts: Counts };
/** An addition that waits for a majority to know so much of this server's own count. */
interface Waiting {
  readonly connection: Parameters<typeof answer>[0];
  readonly own: number;
  readonly knownBy: readonly NodeId[];
}
export type State = Readonly<{ self: NodeId; members: readonly NodeId[]; tellAt: number; counts: Counts; waiting: readonly Waiting[] }>;
type Effects = readonly Effect<Message, number>[];

const TELL_US = 50_000;
const WAITING_MAX = 1_000;

/** It keeps nothing: correct only as long as nobody dies. */
export const counter: Machine<State, Message, Request, number> = {
  init: ({ self, members, now }) => ({
    state: { self, members, tellAt: now + TELL_US, counts: members.map((id) => [id, 0] as const), waiting: [] },
    effects: [],
  }),
  step: (state, input) => {
    switch (input.kind) {
      case 'request': {
        if (input.request.kind === 'read') return { state, effects: [answer(input.connection, total(state))] };
        if (state.waiting.length === WAITING_MAX) return { state, effects: [] };
        const own = countOf(state.counts, state.self) + 1;
        const counts = merged(state.counts, [[state.self, own]]);
        const after = { ...state, counts, waiting: [...state.waiting, { connection: input.connection, own, knownBy: [state.self] }] };
        return settled(after, toOthers(after));
      }
      case 'message': {
        const { from, message } = input;
        const after = { ...state, counts: merged(state.counts, message.counts) };
        if (message.kind === 'counts')
          return { state: after, effects: [{ kind: 'send', to: from, message: { ...message, kind: 'known' } }] };
        const known = countOf(message.counts, state.self);
        const waiting = after.waiting.map((one) =>
          one.own <= known && !one.knownBy.includes(from) ? { ...one, knownBy: [...one.knownBy, from] } : one,
        );
        return settled({ ...after, waiting }, []);
      }
      case 'wake': {
        const after = { ...state, tellAt: input.now + TELL_US };
        return { state: after, effects: toOthers(after) };
      }
      default:
        return { state, effects: [] };
    }
  },
  wakeAt: ({ tellAt }) => micros(tellAt),
};

/** Kept in a file, so that no life forgets what it said that it knows. */
export const quorumCounter = durable(counter, {
  file: 'counts',
  codec: jsonCodec<{ readonly counts: Counts }>([{ counts: [[nodeId(1), 0]] }]),
  save: ({ counts }) => ({ counts }),
  load: (state, { counts }) => ({ ...state, counts: merged(state.counts, counts) }),
});

export type KeptState = ReturnType<typeof quorumCounter.init>['state'];

export const total = ({ counts }: Pick<State, 'counts'>): number => counts.reduce((sum, [, n]) => sum + n, 0);

/** Answers those of whom a majority knows. */
function settled(state: State, effects: Effects): { readonly state: State; readonly effects: Effects } {
  const isKnown = ({ knownBy }: Waiting): boolean => knownBy.length * 2 > state.members.length;
  const answers = state.waiting.filter(isKnown).map(({ connection }) => answer(connection, total(state)));
  return { state: { ...state, waiting: state.waiting.filter((one) => !isKnown(one)) }, effects: [...effects, ...answers] };
}

function toOthers({ self, members, counts }: State): Effects {
  return members.filter((id) => id !== self).map((to) => ({ kind: 'send', to, message: { kind: 'counts', counts } }));
}

function answer(connection: Extract<Effect<Message, number>, { kind: 'respond' }>['connection'], response: number): Effects[number] {
  return { kind: 'respond', connection, response };
}

const countOf = (counts: Counts, id: NodeId): number => counts.find(([of]) => of === id)?.[1] ?? 0;

function merged(counts: Counts, heard: Counts): Counts {
  const after = counts.map(([id, n]) => [id, Math.max(n, countOf(heard, id))] as const);
  // The same list where nothing is new, so that nothing is written for it.
  return after.every(([, n], i) => n === counts[i]?.[1]) ? counts : after;
}
