import type { ByteString } from '../core/base/bytestring.js';
import type { ClientCall, ClientOutcome } from '../core/client/calls.js';
import type { Entry } from '../core/raft/log.js';
import type { StoreResult } from '../core/store/command.js';
import type { NodeMessage, NodeRequest, NodeResponse } from '../core/wire/protocol.js';

/** Longer keys and values are cut in a transcript. */
const TEXT_CHARACTERS = 12;

type Said = NodeMessage | NodeRequest | NodeResponse | ClientOutcome;

/** A few words for anything that servers and clients of the raft system say; its kind for what it does not know. */
export function describeMessage(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  // The calls of a lock name no key: each client has one lock.
  if ('op' in value && !('kind' in value)) return 'key' in value ? describeCall(value as ClientCall) : String(value.op);
  return describeSaid(value as Said);
}

function describeSaid(said: Said): string {
  switch (said.kind) {
    case 'requestVote':
      return `${said.isPreVote ? 'preVote' : 'requestVote'} t${said.term} last ${said.lastLogIndex}/t${said.lastLogTerm}`;
    case 'requestVoteReply':
      return `${said.isPreVote ? 'preVote' : 'vote'} t${said.term} ${said.voteGranted ? 'granted' : 'refused'}`;
    case 'appendEntries':
      return `${entriesText(said.entries)} t${said.term} prev ${said.prevLogIndex}/t${said.prevLogTerm} commit ${said.leaderCommit}`;
    case 'appendEntriesReply':
      return `${said.success ? 'match' : 'conflict, try'} ${said.matchIndex} t${said.term}`;
    case 'installSnapshot':
      return `snapshot ${said.lastIndex}/t${said.lastTerm} from ${said.offset} +${said.data.length} B${said.done ? ' end' : ''}`;
    case 'installSnapshotReply':
      return `snapshot ${said.lastIndex} ${said.isInstalled ? 'installed' : `has ${said.receivedBytes} B`} t${said.term}`;
    case 'command':
      return said.command.op === 'registerClient' ? 'registerClient' : `${said.command.op} ${shown(said.command.key)}${valueText(said.command.value)}`;
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

function describeCall(call: ClientCall): string {
  const version = call.op === 'put' ? ` if v${call.version ?? 0}` : '';
  return `${call.op} ${shown(call.key)}${call.value === undefined ? '' : valueText(call.value)}${version}`;
}

function entriesText(entries: readonly Entry[]): string {
  const first = entries[0];
  const last = entries[entries.length - 1];
  if (first === undefined || last === undefined) return 'heartbeat';
  return first === last ? `append ${first.index}` : `append ${first.index}..${last.index}`;
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
