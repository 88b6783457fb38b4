import type { ByteString } from '../../../core/base/bytestring.js';
import type { NodeId } from '../../../core/base/units.js';
import type { ClientCall, ClientOutcome } from '../../../core/client/calls.js';
import type { Operation, OperationOutcome } from '../../checkers/history.js';
import { clientNumber } from '../../base/process-names.js';

/** A write that its client was told has certainly no effect. */
export interface FailedWrite {
  /** The number of the client, from 1. */
  readonly client: number;
  readonly key: ByteString;
  readonly value: ByteString;
  readonly atUs: number;
}

/** A call of the store under way. */
interface Open {
  readonly call: ClientCall;
  readonly callUs: number;
}

/** Any other operation under way, as it would stand in the history if it never ended. */
export type Pending = Operation & { readonly outcome: 'unknown' };

/** What clients asked and learned, written down as it happens. Each client has one call under way at a time; the records number clients from 1. */
export class History {
  readonly #servers: number;
  readonly #open = new Map<NodeId, Open | Pending>();
  readonly #closed: Operation[] = [];
  readonly failedWrites: FailedWrite[] = [];
  /** Reads that were asked to be quick rather than new. They promise less than linearizability, so they are no part of {@link operations}. */
  readonly staleReads: Operation[] = [];
  /** Clients with a call under way whose particulars are kept elsewhere. */
  readonly #unlisted = new Set<NodeId>();
  #unlistedAnswers = 0;
  #unknown = 0;

  /** Calls begun so far. */
  calls = 0;

  /** @param servers How many there are: the processes behind them are the clients. */
  constructor(servers: number) {
    this.#servers = servers;
  }

  begin(client: NodeId, call: ClientCall, atUs: number): void {
    this.calls++;
    this.#open.set(client, { call, callUs: atUs });
  }

  /** @returns The operation that ended, null if it certainly did nothing and saw nothing. */
  end(client: NodeId, outcome: ClientOutcome, atUs: number): Operation | null {
    const open = this.#open.get(client);
    if (open === undefined || !('call' in open) || open.call.id !== outcome.id) return null;
    this.#open.delete(client);
    const { call } = open;
    if (outcome.kind === 'failed') {
      if (call.value !== undefined)
        this.failedWrites.push({ client: clientNumber(client, this.#servers), key: call.key, value: call.value, atUs });
      return null;
    }
    const operation = this.#operationOf(client, open, outcome, atUs);
    if (call.level === 'stale') {
      this.staleReads.push(operation);
      return operation;
    }
    if (operation.outcome === 'unknown') this.#unknown++;
    this.#closed.push(operation);
    return operation;
  }

  /** Begins an operation that is no call of the store. */
  beginOther(client: NodeId, pending: Pending): void {
    this.calls++;
    this.#open.set(client, pending);
  }

  /** Ends it; null if it certainly did nothing and saw nothing. */
  endOther(client: NodeId, ended: Operation | null): void {
    this.#open.delete(client);
    if (ended === null) return;
    if (ended.outcome === 'unknown') this.#unknown++;
    this.#closed.push(ended);
  }

  /** Begins a call that is counted here, and whose particulars are kept elsewhere: it is no part of {@link operations}. */
  beginUnlisted(client: NodeId): void {
    this.calls++;
    this.#unlisted.add(client);
  }

  endUnlisted(client: NodeId, isAnswered: boolean): void {
    this.#unlisted.delete(client);
    if (isAnswered) this.#unlistedAnswers++;
    else this.#unknown++;
  }

  /** Outcomes that stayed unknown, those under way included. */
  get unknownOutcomes(): number {
    return this.#unknown + this.#open.size + this.#unlisted.size;
  }

  /** Calls of which their client learned the outcome. */
  get answers(): number {
    return this.#unlistedAnswers + this.operations().filter(({ returnUs }) => returnUs !== null).length;
  }

  /** Whether no call is under way. */
  get isIdle(): boolean {
    return this.#open.size + this.#unlisted.size === 0;
  }

  /** All operations in the order in which they ended; those under way have an unknown outcome. */
  operations(): readonly Operation[] {
    const open = [...this.#open]
      .filter(([, each]) => !('call' in each) || each.call.level !== 'stale')
      .map(([client, each]) => ('call' in each ? this.#operationOf(client, each, null, 0) : each));
    return [...this.#closed, ...open];
  }

  #operationOf(client: NodeId, open: Open, outcome: ClientOutcome | null, atUs: number): Operation {
    return operationOf(clientNumber(client, this.#servers), open, outcome, atUs);
  }
}

/** @param outcome null while the operation is under way. */
function operationOf(client: number, { call, callUs }: Open, outcome: ClientOutcome | null, atUs: number): Operation {
  const result = outcome?.kind === 'done' ? outcome.result : null;
  // A session that is unknown leaves open whether the command took effect before the session was dropped.
  const said: OperationOutcome = result === null || result.status === 'sessionExpired' ? 'unknown' : result.status;
  const isRead = call.op === 'get';
  return {
    clientId: client,
    key: call.key,
    op: call.op,
    value: isRead || call.op === 'delete' ? null : (call.value ?? null),
    version: call.op === 'put' ? (call.version ?? 0) : null,
    expected: null,
    outcome: said,
    resultValue: isRead && said === 'ok' && result !== null ? result.value : null,
    resultVersion: said === 'ok' || said === 'versionConflict' ? (result?.version ?? null) : null,
    callUs,
    returnUs: said === 'unknown' ? null : atUs,
  };
}
