import { micros, type Effect, type Machine, type NodeId } from '../../../src/core/index.js';

/** A counter that every server counts for itself and tells the others of: a G-counter, the simplest CRDT. */
export type State = Readonly<{
  self: NodeId;
  members: readonly NodeId[];
  gossipAt: number;
  counts: readonly (readonly [NodeId, number])[];
}>;
export type Request = { readonly kind: 'add'; readonly by: number } | { readonly kind: 'read' };
export type Message = { readonly kind: 'counts'; readonly counts: State['counts'] };
const GOSSIP_US = 50_000;

export const counter: Machine<State, Message, Request, number> = {
  init: ({ self, members, now }) => ({
    state: { self, members, gossipAt: now + GOSSIP_US, counts: members.map((id) => [id, 0] as const) },
    effects: [],
  }),
  step: (state, input) => {
    switch (input.kind) {
      case 'request': {
        const by = input.request.kind === 'add' ? input.request.by : 0;
        const after = { ...state, counts: state.counts.map(([id, n]) => [id, id === state.self ? n + by : n] as const) };
        return { state: after, effects: [{ kind: 'respond', connection: input.connection, response: total(after) }] };
      }
      case 'message': {
        const heard = new Map(input.message.counts);
        return { state: { ...state, counts: state.counts.map(([id, n]) => [id, Math.max(n, heard.get(id) ?? 0)] as const) }, effects: [] };
      }
      case 'wake': {
        const message: Message = { kind: 'counts', counts: state.counts };
        const effects = state.members
          .filter((id) => id !== state.self)
          .map((to): Effect<Message, number> => ({ kind: 'send', to, message }));
        return { state: { ...state, gossipAt: input.now + GOSSIP_US }, effects };
      }
      default:
        return { state, effects: [] };
    }
  },
  wakeAt: ({ gossipAt }) => micros(gossipAt),
};

export const total = ({ counts }: State): number => counts.reduce((sum, [, n]) => sum + n, 0);
