import type { ByteString } from '../../core/base/bytestring.js';
import type { ClientCall, ClientOutcome } from '../../core/client/calls.js';
import type { StoreResult } from '../../core/store/command.js';
import type { NodeRequest, NodeResponse } from '../../core/wire/protocol.js';

/** Longer keys and values are cut in a transcript. */
const TEXT_CHARACTERS = 12;

/** A few words for what clients of a key-value system ask and are told, and for what their applications are; its kind for what it does not know. */
export function keyValueWords(said: unknown): string {
  if (typeof said !== 'object' || said === null) return String(said);
  // The calls of a lock name no key: each client has one lock.
  if ('op' in said && !('kind' in said)) return 'key' in said ? callWords(said as ClientCall) : String(said.op);
  return protocolWords(said as NodeRequest | NodeResponse | ClientOutcome);
}

function protocolWords(said: NodeRequest | NodeResponse | ClientOutcome): string {
  switch (said.kind) {
    case 'command':
      return said.command.op === 'registerClient'
        ? 'registerClient'
        : `${said.command.op} ${shown(said.command.key)}${valueText(said.command.value)}`;
    case 'query':
      return `${said.level === 'stale' ? 'get stale' : 'get'} ${shown(said.key)}`;
    case 'done':
      return resultText(said.result);
    case 'notLeader':
      return `notLeader hint ${said.leaderHint === 0 ? 'none' : `s${said.leaderHint}`}${said.isUncertain ? ' uncertain' : ''}`;
    case 'unavailable':
    case 'failed':
    case 'maybe':
      return `${said.kind}: ${said.reason}`;
    default:
      return String(said.kind);
  }
}

function callWords(call: ClientCall): string {
  const version = call.op === 'put' ? ` if v${call.version ?? 0}` : '';
  return `${call.op} ${shown(call.key)}${call.value === undefined ? '' : valueText(call.value)}${version}`;
}

function resultText(result: StoreResult): string {
  return `${result.status} v${result.version}${valueText(result.value)}`;
}

const valueText = (value: ByteString): string => (value === '' ? '' : `=${shown(value)}`);

/** Bytes that are no printable ASCII stand as a dot, so that a transcript stays one line of text for each event. */
function shown(bytes: ByteString): string {
  const text = bytes.slice(0, TEXT_CHARACTERS).replace(/[^\x21-\x7e]/g, '.');
  return bytes.length > TEXT_CHARACTERS ? `${text}…` : text;
}
