import { byteStringFromText, EMPTY, type ByteString } from '../../../src/core/base/bytestring.js';
import { connectionId, micros, nodeId, type NodeId } from '../../../src/core/base/units.js';
import { clientMachine, type ClientMachine } from '../../../src/core/client/client.js';
import type { ClientCall, ClientOptions, ClientOutcome, ClientRequest } from '../../../src/core/client/calls.js';
import type { ClientState } from '../../../src/core/client/state.js';
import type { Input } from '../../../src/core/machine.js';
import type { Command, StoreResult } from '../../../src/core/store/command.js';
import type { NodeRequest, NodeResponse } from '../../../src/core/wire/protocol.js';

export interface Sent {
  readonly to: NodeId;
  readonly request: NodeRequest;
}

type WithoutId<Type> = Type extends { readonly id: number } ? Omit<Type, 'id'> : never;

/** A client in the hands of a test, which plays the application, the network, the servers and the clock. */
export class Hosted {
  readonly machine: ClientMachine;
  state: ClientState;
  nowUs = 1_000;
  /** All that it sent and answered so far, in order. */
  readonly sent: Sent[] = [];
  readonly outcomes: ClientOutcome[] = [];
  readonly notes: string[] = [];

  constructor(options: ClientOptions = {}, servers = 3, seed = 7) {
    this.machine = clientMachine(options);
    const members = Array.from({ length: servers }, (_, i) => nodeId(i + 1));
    this.state = this.machine.init({ self: nodeId(9), members, past: 'unknown', now: micros(this.nowUs), seed }).state;
  }

  call(call: Partial<ClientCall> & Pick<ClientCall, 'id' | 'op'>): void {
    const request = { key: byteStringFromText('k'), ...call };
    this.step({ kind: 'request', now: micros(this.nowUs), connection: connectionId(1), request });
  }

  /** What it sent last. */
  last(): Sent {
    const last = this.sent.at(-1);
    if (last === undefined) throw new Error('the client has sent nothing');
    return last;
  }

  /** The command that it sent last. */
  lastCommand(): Command {
    const { request } = this.last();
    if (request.kind !== 'command') throw new Error(`the last request is a ${request.kind}`);
    return request.command;
  }

  /** The server asked last answers the request that it was asked last. */
  answer(response: WithoutId<NodeResponse>): void {
    this.hear(this.last().to, { ...response, id: this.last().request.id } as NodeResponse);
  }

  answerResult(status: StoreResult['status'], version = 0, value: ByteString = EMPTY): void {
    this.answer({ kind: 'done', result: { status, version, value } });
  }

  /** Not the leader, and the command certainly took no effect there. */
  refuse(leaderHint = 0, isUncertain = false): void {
    this.answer({ kind: 'notLeader', leaderHint: nodeId(leaderHint), isUncertain });
  }

  hear(from: NodeId, message: NodeResponse): void {
    this.step({ kind: 'message', now: micros(this.nowUs), from, message });
  }

  /** Sleeps until the client wishes to be woken, and wakes it. */
  sleep(): void {
    const at = this.machine.wakeAt(this.state);
    if (at === null) throw new Error('the client waits for nothing');
    this.nowUs = Math.max(this.nowUs, at);
    this.step({ kind: 'wake', now: micros(this.nowUs) });
  }

  /** Sets, and has the session registered on the way. */
  register(session = 5): void {
    this.call({ id: 1, op: 'set' });
    this.answerResult('ok', session);
    this.answerResult('ok', 1);
  }

  step(input: Input<NodeRequest | NodeResponse, ClientRequest>): void {
    const { state, effects } = this.machine.step(this.state, input);
    this.state = state;
    for (const effect of effects) {
      if (effect.kind === 'send') this.sent.push({ to: effect.to, request: effect.message as NodeRequest });
      if (effect.kind === 'respond') this.outcomes.push(effect.response);
      if (effect.kind === 'note') this.notes.push(effect.name);
    }
  }
}
