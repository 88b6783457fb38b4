import { byteStringFromText } from '../../../src/core/base/bytestring.js';
import { connectionId, logIndex, micros, nodeId, type NodeId } from '../../../src/core/base/units.js';
import type { ClientOptions } from '../../../src/core/client/calls.js';
import { lockMachine, type LockCall, type LockMachine, type LockOutcome, type LockState } from '../../../src/core/client/lock.js';
import type { Input } from '../../../src/core/machine.js';
import { applyCommand, openStore, readKey, type StoreState } from '../../../src/core/store/store.js';
import type { NodeRequest, NodeResponse } from '../../../src/core/wire/protocol.js';

export const KEY = byteStringFromText('lock');

interface Applicant {
  readonly machine: LockMachine;
  state: LockState;
  /** From "held" until it asks to release: the time in which it relies on the lock. */
  isHolding: boolean;
  calls: number;
  outcomes: LockOutcome[];
}

interface Underway<Message> {
  readonly client: number;
  readonly to: NodeId;
  readonly message: Message;
}

/** Some clients that want one lock, one store behind some servers, and a network that does what the test says. */
export class LockWorld {
  readonly applicants: Applicant[];
  readonly requests: Underway<NodeRequest>[] = [];
  readonly answers: Underway<NodeResponse>[] = [];
  readonly notes: string[] = [];
  readonly mayDouble: boolean;
  store: StoreState = openStore({ sessionsMax: 100 });
  nowUs = 1_000;
  /** The fencing tokens that were given out, in order. */
  readonly versions: number[] = [];

  constructor(clients: number, client: ClientOptions, seed: number) {
    this.mayDouble = client.mayDouble ?? true;
    this.applicants = Array.from({ length: clients }, (_, i) => {
      const machine = lockMachine({
        key: KEY,
        owner: `c${i}`,
        pollMs: 10,
        pollMsMax: 200,
        timeLimitMs: 2_000,
        client: { attemptTimeoutMs: 100, ...client },
      });
      const { state } = machine.init({
        self: nodeId(9 + i),
        members: [nodeId(1), nodeId(2)],
        past: 'unknown',
        now: micros(this.nowUs),
        seed: seed + i,
      });
      return { machine, state, isHolding: false, calls: 0, outcomes: [] };
    });
  }

  at(client: number): Applicant {
    return this.applicants[client % this.applicants.length] as Applicant;
  }

  call(which: number, op: LockCall['op'], timeLimitUs?: number): void {
    const client = which % this.applicants.length;
    const applicant = this.at(client);
    if (op === 'release') applicant.isHolding = false;
    const request = { id: (applicant.calls += 1), op, ...(timeLimitUs === undefined ? {} : { timeLimitUs }) };
    this.#step(client, { kind: 'request', now: micros(this.nowUs), connection: connectionId(1), request });
  }

  /** A request reaches its server, which answers; `isDoubled`: it will come once more. */
  serve(pick: number, isDoubled = false): void {
    const [request] = this.requests.splice(pick % Math.max(1, this.requests.length), 1);
    if (request === undefined) return;
    if (isDoubled && this.mayDouble) this.requests.push(request);
    const { client, to, message } = request;
    if (message.kind !== 'command' && message.kind !== 'query') return;
    if (message.kind === 'query') {
      this.answers.push({ client, to, message: { kind: 'done', id: message.id, result: readKey(this.store, message.key) } });
      return;
    }
    const { state, result } = applyCommand(this.store, logIndex(this.store.lastApplied + 1), message.command);
    this.store = state;
    this.answers.push({ client, to, message: { kind: 'done', id: message.id, result } });
  }

  refuse(pick: number): void {
    const [request] = this.requests.splice(pick % Math.max(1, this.requests.length), 1);
    if (request === undefined) return;
    const { client, to, message } = request;
    this.answers.push({ client, to, message: { kind: 'unavailable', id: message.id, reason: 'busy' } });
  }

  loseRequest(pick: number): void {
    this.requests.splice(pick % Math.max(1, this.requests.length), 1);
  }

  loseAnswer(pick: number): void {
    this.answers.splice(pick % Math.max(1, this.answers.length), 1);
  }

  deliver(pick: number): void {
    const [answer] = this.answers.splice(pick % Math.max(1, this.answers.length), 1);
    if (answer !== undefined)
      this.#step(answer.client, { kind: 'message', now: micros(this.nowUs), from: answer.to, message: answer.message });
  }

  /** Time goes on to the next moment at which anybody wants to be woken. */
  sleep(): boolean {
    const wakes = this.applicants.map(({ machine, state }) => machine.wakeAt(state));
    const next = Math.min(...wakes.map((at) => at ?? Infinity));
    if (next === Infinity) return false;
    this.nowUs = Math.max(this.nowUs, next);
    this.applicants.forEach(({ machine, state }, client) => {
      const at = machine.wakeAt(state);
      if (at !== null && at <= this.nowUs) this.#step(client, { kind: 'wake', now: micros(this.nowUs) });
    });
    return true;
  }

  /** Everything on its way arrives, and all goes well until nobody waits any more. */
  heal(): void {
    for (let i = 0; i < 5_000; i++) {
      if (this.requests.length > 0) this.serve(0);
      else if (this.answers.length > 0) this.deliver(0);
      else if (this.applicants.every(({ state }) => state.current === null) || !this.sleep()) return;
    }
    throw new Error('the clients do not come to rest');
  }

  /** What stands at the lock. */
  get value(): string {
    return readKey(this.store, KEY).value;
  }

  #step(client: number, input: Input<NodeRequest | NodeResponse, LockCall>): void {
    const applicant = this.at(client);
    const { state, effects } = applicant.machine.step(applicant.state, input);
    applicant.state = state;
    for (const effect of effects) {
      if (effect.kind === 'send') this.requests.push({ client, to: effect.to, message: effect.message as NodeRequest });
      else if (effect.kind === 'note') this.notes.push(effect.name);
      else if (effect.kind === 'respond') this.#onOutcome(client, effect.response);
    }
  }

  #onOutcome(client: number, outcome: LockOutcome): void {
    const applicant = this.at(client);
    applicant.outcomes.push(outcome);
    if (outcome.kind !== 'held') return;
    const others = this.applicants.filter((other) => other.isHolding);
    if (others.length > 0) throw new Error(`c${client} holds it too, beside c${this.applicants.indexOf(others[0] as Applicant)}`);
    applicant.isHolding = true;
    if (outcome.version <= (this.versions.at(-1) ?? 0))
      throw new Error(`version ${outcome.version} does not fence off ${this.versions.at(-1)}`);
    this.versions.push(outcome.version);
  }
}
