// The register of docs/WRITING-A-SYSTEM.md, with its missing rule, and kept in a file.
import { answerDone, answerUnavailable, durable, EMPTY, jsonCodec, micros, NOBODY, readOrWrite } from '../../../../src/core/index.js';
import type { Asked, ByteString, Effect, Machine, NodeId, NodeRequest, NodeResponse, Step } from '../../../../src/core/index.js';

/** A value and when it was written: by a Lamport clock, and between equal times by the writer's number. */
export type Cell = Readonly<{ key: ByteString; time: number; by: NodeId; value: ByteString }>;
export const NOTHING: Cell = { key: EMPTY, time: 0, by: NOBODY, value: EMPTY };
const newer = (a: Cell, b: Cell) => (b.time > a.time || (b.time === a.time && b.by > a.by) ? b : a);

/** `ask` and `keep` are answered by `said`, under the same number. */
export type Message = Readonly<{ kind: 'ask' | 'keep' | 'said'; number: number; cell: Cell }>;
const KINDS = ['ask', 'keep', 'said'] as const;
export const messages = jsonCodec(KINDS.map((kind): Message => ({ kind, number: 0, cell: NOTHING })));

/** A request under way. `value` is null for a read; `cell` is the newest it heard of, later what it wants kept. */
type Round = Readonly<{ asked: Asked; value: ByteString | null }> &
  Readonly<{ kind: 'ask' | 'keep'; number: number; cell: Cell; heard: readonly NodeId[] }>;
export type State = Readonly<{ self: NodeId; members: readonly NodeId[]; clock: number; repeatAt: number }> &
  Readonly<{ cells: readonly Cell[]; rounds: readonly Round[] }>;
type Done = Step<State, Message, NodeResponse>;
const REPEAT_US = 200_000;
const ROUNDS_MAX = 1_000;

export function register(): Machine<State, Message, NodeRequest, NodeResponse> {
  return {
    init: ({ self, members, now }) => ({ state: { self, members, clock: 0, repeatAt: now, cells: [], rounds: [] }, effects: [] }),
    step: (state, input) => {
      if (input.kind === 'request') return onRequest(state, input);
      if (input.kind === 'message') return onMessage(state, input.from, input.message);
      if (input.kind !== 'wake') return { state, effects: [] };
      const after = { ...state, repeatAt: input.now + REPEAT_US };
      return { state: after, effects: state.rounds.flatMap((round) => question(state, round)) };
    },
    wakeAt: ({ repeatAt }) => micros(repeatAt),
  };
}

function onRequest(state: State, asked: Asked): Done {
  const wish = readOrWrite(asked.request);
  if (wish === null || state.rounds.length === ROUNDS_MAX) {
    return { state, effects: [answerUnavailable(asked, `a register takes GET and SET, ${ROUNDS_MAX} at a time`)] };
  }
  const { key, value } = wish;
  return begin(state, { asked, value, kind: 'ask', number: state.clock + 1, cell: cellAt(state, key), heard: [] });
}

function onMessage(state: State, from: NodeId, { kind, number, cell }: Message): Done {
  if (kind !== 'said') {
    const message: Message = { kind: 'said', number, cell: kind === 'ask' ? cellAt(state, cell.key) : cell };
    return { state: kind === 'ask' ? state : keep(state, cell), effects: [{ kind: 'send', to: from, message }] };
  }
  const round = state.rounds.find((open) => open.number === number);
  if (round === undefined || round.heard.includes(from)) return { state, effects: [] };
  return goOn(state, { ...round, cell: newer(round.cell, cell), heard: [...round.heard, from] });
}

/** Asks the other servers; this one's own answer counts already. */
function begin(state: State, round: Round): Done {
  const { state: after, effects } = goOn({ ...state, clock: round.number }, { ...round, heard: [state.self] });
  return { state: after, effects: [...question(state, round), ...effects] };
}

/** Goes on when a majority has answered: any two majorities have a server in common. */
function goOn(state: State, round: Round): Done {
  const rest = { ...state, rounds: state.rounds.filter(({ number }) => number !== round.number) };
  const isAnswered = round.heard.length * 2 > state.members.length;
  if (!isAnswered) return { state: { ...rest, rounds: [...rest.rounds, round] }, effects: [] };
  if (round.kind === 'keep') {
    return { state: rest, effects: [answerDone(round.asked, round.cell.time === 0 ? null : round.cell.value)] };
  }
  const number = Math.max(state.clock, round.cell.time) + 1;
  const { cell: heard, value } = round;
  const cell = value === null ? heard : { ...heard, time: number, by: state.self, value };
  return begin(keep(rest, cell), { ...round, kind: 'keep', number, cell });
}

function question({ self, members }: State, { kind, number, cell }: Round): Effect<Message, NodeResponse>[] {
  return members.filter((to) => to !== self).map((to) => ({ kind: 'send', to, message: { kind, number, cell } }));
}

const cellAt = ({ cells }: State, key: ByteString) => cells.find((cell) => cell.key === key) ?? { ...NOTHING, key };

function keep(state: State, cell: Cell): State {
  if (newer(cellAt(state, cell.key), cell) !== cell) return state;
  return { ...state, cells: [...state.cells.filter(({ key }) => key !== cell.key), cell] };
}

/** The register with its clock and its cells in a file. */
export const durableRegister = () =>
  durable(register(), {
    file: 'register',
    codec: jsonCodec([{ clock: 0, cells: [NOTHING] }]),
    save: ({ clock, cells }) => ({ clock, cells }),
    load: (state, kept) => ({ ...state, ...kept }),
  });
