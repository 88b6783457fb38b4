import type { Codec, Effect, Input, Machine, Step } from '../../core/machine.js';
import { NOBODY, type NodeId } from '../../core/base/units.js';
import type { NodeRequest, NodeResponse, NodeStatus } from '../../core/wire/protocol.js';
import type { Served } from '../systems/served-system.js';

/** A system of one's own, in as many words as a real server needs. */
export interface OwnSystem<State, Message> {
  readonly name: string;
  machine(): Machine<State, Message, NodeRequest, NodeResponse>;
  /** What servers say to each other. */
  readonly codec: Codec<Message>;
  /** Whether a server in this state still reads its files; it counts as started when it does no more. Absent: it never does. */
  isRecovering?(state: State): boolean;
  /**
   * Whether the machine itself answers requests for a session (`registerClient`) and for its status. Absent: no. Then the server
   * says that there are no sessions, so that the client library and the command line go on without, and tells of itself its id
   * and what {@link OwnSystem.status} says.
   */
  readonly answersAll?: boolean;
  /** What `seedstorm status` shows of a server in this state. Absent: its id and the name of the system. */
  status?(state: State): Partial<NodeStatus>;
}

/** The same with everything that `startServer` wants to know. */
export function served<State, Message>(own: OwnSystem<State, Message>): Served {
  const { name, machine, codec } = own;
  return {
    name,
    machine: own.answersAll === true ? machine : () => answering(own),
    codec,
    keepsFiles: true,
    hasGuests: false,
    isRecovering: (state: State) => own.isRecovering?.(state) ?? false,
    warnings: () => [],
    isAtRest: () => true,
  } satisfies Served<State, Message> as unknown as Served;
}

/** The machine behind answers to what a machine of keys and values need not know: sessions, and how it is. */
function answering<State, Message>(own: OwnSystem<State, Message>): Machine<State, Message, NodeRequest, NodeResponse> {
  const machine = own.machine();
  let self: NodeId = NOBODY;
  return {
    ...machine,
    init: (boot) => {
      self = boot.self;
      return machine.init(boot);
    },
    step: (state, input): Step<State, Message, NodeResponse> => {
      const response = own.isRecovering?.(state) === true ? null : answerTo(input, own, self, state);
      if (response === null || input.kind !== 'request') return machine.step(state, input);
      const effect: Effect<Message, NodeResponse> = { kind: 'respond', connection: input.connection, response };
      return { state, effects: [effect] };
    },
    wakeAt: (state) => machine.wakeAt(state),
  };
}

/** @returns null for what the machine is to answer. */
function answerTo<State, Message>(
  input: Input<Message, NodeRequest>,
  { name, status }: OwnSystem<State, Message>,
  self: NodeId,
  state: State,
): NodeResponse | null {
  if (input.kind !== 'request') return null;
  const { request } = input;
  if (request.kind === 'command' && request.command.op === 'registerClient') return { kind: 'noSessions', id: request.id };
  if (request.kind !== 'status') return null;
  return { kind: 'status', id: request.id, status: { ...BARE, self, system: name, ...status?.(state) } };
}

const BARE = {
  role: 'server',
  term: 0,
  leaderId: NOBODY,
  commitIndex: 0,
  lastApplied: 0,
  lastLogIndex: 0,
  firstLogIndex: 0,
  snapshotIndex: 0,
  keyCount: 0,
  sessionCount: 0,
  digest: '',
} as const;
