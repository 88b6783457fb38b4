import { byteStringFromText, bytesOf, EMPTY, type ByteString } from '../../../core/base/bytestring.js';
import { NOBODY } from '../../../core/base/units.js';
import type { NodeRequest, NodeResponse } from '../../../core/wire/protocol.js';
import { conflictOf } from '../../checkers/check/conflict.js';
import { kv, type KeyValueInput, type KeyValueOutput } from '../../checkers/check/examples.js';
import type { Operation } from '../../checkers/history.js';
import { checkLinearizability } from '../../checkers/linearizability.js';
import { kv as kvTable } from '../../checkers/models/kv.js';
import { reportOf } from '../../checkers/report.js';
import { CHECK_DEFAULTS } from '../../checkers/verdict.js';
import { JUDGE, type CallsJudge, type CallsJudged } from './linearizable.js';
import type { AnyModel, Call } from './spec.js';

type KeyValueCall = Call<NodeRequest, NodeResponse>;

/** The key of a request; empty for one that is about none. */
export const keyOf = (request: NodeRequest): ByteString => {
  if (request.kind === 'query') return request.key;
  return request.kind === 'command' ? request.command.key : EMPTY;
};

/** Requests and answers as {@link kv} has them. A version of 0 in an answer is that of a system which keeps none. */
export const KEY_VALUE_MODEL: AnyModel<NodeRequest, NodeResponse> & { readonly [JUDGE]: CallsJudge<NodeRequest, NodeResponse> } = {
  name: 'the store',
  partition: (request) => textOf(keyOf(request)),
  [JUDGE]: judgeByTable,
  init: () => kv.init(),
  step: (entry: ReturnType<typeof kv.init>, request: NodeRequest) => {
    const { state, output } = kv.step(entry, inputOf(request)) as { state: typeof entry; output: KeyValueOutput };
    return { state, output: responseOf(request.id, output) };
  },
  isRead: ({ kind }) => kind === 'query',
  matches: (output, answer) => {
    const [expected, told] = [outputOf(output), outputOf(answer)];
    return expected !== null && told !== null && (kv.matches?.(expected, told) ?? true);
  },
  describeOperation: (request, response) =>
    `${KEY_VALUE_WORDS.request(request)}${response === undefined ? '' : ` -> ${KEY_VALUE_WORDS.response(response, request)}`}`,
};

/** Judges by the table of the same object, which needs no search where every value is written once. */
function judgeByTable(calls: readonly KeyValueCall[], stepsMax: number): CallsJudged<NodeRequest, NodeResponse> {
  const callOf = new Map<Operation, KeyValueCall>();
  for (const call of calls) {
    const operation = operationOf(call);
    const problem = operation === null ? 'that is no answer to a read or a write' : kvTable.problemOf(operation);
    if (operation === null || problem !== null)
      return { verdict: 'failed', culprit: call, message: `failed  ${problem ?? ''}`, conflict: () => [call] };
    callOf.set(operation, call);
  }
  const operations = [...callOf.keys()];
  const result = checkLinearizability(operations, kvTable, { stepsMax });
  const { verdict, culprit } = result;
  return {
    verdict,
    culprit: culprit === null ? null : (callOf.get(culprit) ?? null),
    message: reportOf(result),
    conflict: () => {
      if (culprit === null) return [];
      const ofKey = operations.filter(({ key }) => key === culprit.key);
      const inConflict = conflictOf(ofKey, culprit, kvTable, { ...CHECK_DEFAULTS, stepsMax });
      // A value that was read is named after the call that wrote it.
      const told = new Set(inConflict.flatMap(({ resultValue }) => (resultValue === null ? [] : [resultValue])));
      return calls.filter((call) => inConflict.some((one) => callOf.get(one) === call) || told.has(`${call.client}.${call.number}`));
    },
  };
}

/** null for an answer that is none. */
function operationOf({ client, request, outcome, callMs, returnMs }: KeyValueCall): Operation | null {
  const input = inputOf(request);
  const output = outcome.kind === 'done' ? outputOf(outcome.response) : null;
  if (outcome.kind === 'done' && output === null) return null;
  return {
    key: input.key,
    clientId: Number(client.slice(1)),
    op: input.kind,
    callUs: callMs * 1_000,
    returnUs: returnMs === null ? null : returnMs * 1_000,
    value: 'value' in input ? input.value : null,
    version: input.kind === 'put' ? input.version : null,
    expected: null,
    outcome: output?.kind ?? 'unknown',
    resultValue: output?.kind === 'ok' ? (output.value ?? null) : null,
    resultVersion: output !== null && 'version' in output ? (output.version ?? null) : null,
  };
}

function inputOf(request: NodeRequest): KeyValueInput {
  const key = textOf(keyOf(request));
  if (request.kind !== 'command') return { kind: 'get', key };
  const { op, version } = request.command;
  const value = textOf(request.command.value);
  if (op === 'put') return { kind: 'put', key, value, version };
  return op === 'delete' ? { kind: 'delete', key } : { kind: 'set', key, value };
}

function responseOf(id: number, output: KeyValueOutput): NodeResponse {
  const version = 'version' in output ? (output.version ?? 0) : 0;
  const value = output.kind === 'ok' && output.value !== undefined ? byteStringFromText(output.value) : EMPTY;
  return { kind: 'done', id, result: { status: output.kind, version, value } };
}

/** null for what is no answer to a read or a write. */
function outputOf(response: NodeResponse): KeyValueOutput | null {
  if (response.kind !== 'done' || response.result.status === 'sessionExpired') return null;
  const { status, version, value } = response.result;
  const known = version === 0 ? {} : { version };
  if (status === 'noKey') return { kind: 'noKey' };
  // No value that is written here is empty: an empty one is that of an answer to a write.
  return status === 'ok'
    ? { kind: 'ok', ...(value === EMPTY ? {} : { value: textOf(value) }), ...known }
    : { kind: 'versionConflict', ...known };
}

const decoder = new TextDecoder();
const textOf = (bytes: ByteString): string => decoder.decode(bytesOf(bytes));

/** A key-value request and what came of it, in words. */
export const KEY_VALUE_WORDS = {
  request: (request: NodeRequest): string => {
    if (request.kind === 'query') return `get ${textOf(request.key)}`;
    if (request.kind !== 'command') return request.kind;
    const { op, key, value, version } = request.command;
    if (op === 'delete' || op === 'registerClient') return `${op} ${textOf(key)}`;
    return `${op} ${textOf(key)} to ${textOf(value)}${op === 'put' ? ` over version ${version}` : ''}`;
  },
  response: (response: NodeResponse, request: NodeRequest): string => {
    if (response.kind === 'unavailable' || response.kind === 'maybe') return `${response.kind}: ${response.reason}`;
    if (response.kind === 'notLeader') return response.leaderHint === NOBODY ? 'not the leader' : `s${response.leaderHint} leads`;
    if (response.kind !== 'done') return response.kind;
    const { status, version, value } = response.result;
    if (status === 'versionConflict') return `refused, the version is ${version}`;
    if (request.kind !== 'query') return status === 'ok' ? 'done' : status;
    const key = textOf(request.key);
    return status === 'ok' ? `${key} is ${textOf(value)}` : `${key} has no value`;
  },
};
