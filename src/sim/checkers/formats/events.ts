import { fail, ok, type Result } from '../../../core/base/result.js';
import type { Operation, OperationName, OperationOutcome } from '../history.js';
import type { HistoryProblem, SourcedOperation } from './sourced.js';

/**
 * One line of a log of events. What it means to complete:
 *   ok, refused  the outcome;  info: unknown, for ever;  nothing: as if it had never been called
 */
export interface ClientEvent {
  readonly line: number;
  readonly clientId: number;
  readonly type: 'invoke' | 'ok' | 'refused' | 'info' | 'nothing';
  readonly op: OperationName;
  readonly key: string;
  /** invoke: what is to be written; ok of a get or read: what was found. */
  readonly value: string | null;
  readonly expected: string | null;
}

/**
 * Pairs invocations with what became of them. Such logs have no clock, but the order of their lines is the
 * order of time, so an event's number is its moment. What is never completed stays unknown.
 */
export function pairEvents(events: readonly ClientEvent[]): Result<SourcedOperation[], HistoryProblem> {
  const underWay = new Map<number, { event: ClientEvent; at: number }>();
  const operations: SourcedOperation[] = [];
  for (let at = 0; at < events.length; at++) {
    const event = events[at]!;
    const { clientId, line, type, op } = event;
    const open = underWay.get(clientId);
    if (type === 'invoke') {
      if (open !== undefined) return fail({ line, problem: `process ${clientId} calls again before line ${open.event.line} has an answer` });
      underWay.set(clientId, { event, at });
      continue;
    }
    if (open === undefined) return fail({ line, problem: `process ${clientId} has nothing under way that could be answered` });
    if (open.event.op !== op) return fail({ line, problem: `process ${clientId} called ${open.event.op} on line ${open.event.line}, and this answers ${op}` });
    underWay.delete(clientId);
    if (type === 'ok' || type === 'refused') operations.push(operationOf(open.event, open.at, type, event, at));
    else if (type === 'info') operations.push(operationOf(open.event, open.at, 'unknown', null, null));
  }
  for (const { event, at } of underWay.values()) operations.push(operationOf(event, at, 'unknown', null, null));
  return ok(operations.sort((a, b) => a.operation.callUs - b.operation.callUs));
}

function operationOf(call: ClientEvent, callUs: number, outcome: OperationOutcome, answer: ClientEvent | null, returnUs: number | null): SourcedOperation {
  const { clientId, key, op, line } = call;
  const isRead = op === 'get' || op === 'read';
  const operation: Operation = {
    clientId, key, op, value: isRead ? null : call.value, version: null, expected: call.expected,
    outcome, resultValue: isRead ? (answer?.value ?? null) : null, resultVersion: null, callUs, returnUs,
  };
  return { operation, line };
}
