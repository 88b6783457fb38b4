import { unreachable } from '../../core/base/assert.js';
import { CLUSTER_SHELL, clusterGreeting, getText, putText, versionText, type ClusterAction } from '../../core/wire/text/shell-languages.js';
import { openClient, type CallOptions, type Client } from '../../real/client/client.js';
import { patiently, type Patience } from '../reach/patience.js';
import { conflictText, opened, outcomeLine, statusLine } from '../reach/reach.js';
import { runShell, type ShellStreams } from './shell.js';
import { shown } from '../terminal/shown.js';

/**
 * A shell of the cluster behind these client ports, until EXIT or the end of its input.
 *
 * @param patience How long each command goes on trying.
 * @throws {UserError} When an address is none.
 */
export async function runClusterShell(patience: Patience, streams?: ShellStreams): Promise<void> {
  const { servers } = patience;
  const client = opened(() => openClient({ servers: patience.servers, timeoutMs: patience.timeoutMs }));
  try {
    await runShell(
      {
        language: CLUSTER_SHELL,
        greeting: clusterGreeting(servers),
        act: (action, signal) => carryOut(client, action, patience, signal),
      },
      streams,
    );
  } finally {
    await client.close();
  }
}

/** What is certain, or is not, is told in a line; the shell goes on. */
async function carryOut(client: Client, action: ClusterAction, patience: Patience, signal: AbortSignal): Promise<readonly string[]> {
  const waited = await patiently(patience, signal, (how) => act(client, action, how));
  if (waited.kind === 'answered') return waited.value;
  const line = outcomeLine(waited, patience.servers);
  if (line === null) throw waited.error;
  return [`Error: ${line}`];
}

async function act(client: Client, action: ClusterAction, options: CallOptions): Promise<readonly string[]> {
  switch (action.kind) {
    case 'get': {
      const found = await client.get(action.key, options);
      return [found === null ? getText(action.key, null) : getText(action.key, shown(found.value.toString())) + versionText(found.version)];
    }
    case 'set':
      return [putText(action.key, action.value) + versionText(await client.set(action.key, action.value, options))];
    case 'put': {
      const { key, value, version } = action;
      const outcome = await client.put(key, value, version, options);
      if (outcome.kind === 'done') return [putText(key, value) + versionText(outcome.version)];
      return [`Error: ${outcome.kind === 'noKey' ? 'not written: no such key' : conflictText(outcome.version, version)}`];
    }
    case 'delete':
      return [(await client.delete(action.key, options)) ? `OK ${action.key} deleted` : getText(action.key, null)];
    case 'status':
      return (await client.status()).map(statusLine);
    case 'leader': {
      const address = await client.leader(options);
      return [address === null ? 'Error: no leader is known' : `LEADER ${address}`];
    }
    default:
      return unreachable(action);
  }
}
