import { unreachable } from '../../core/base/assert.js';
import {
  getText,
  greeting,
  JOINED_TEXT,
  putText,
  SHELLS,
  type ReplicationAction,
  type ShellRole,
} from '../../core/wire/text/shell-languages.js';
import type { HostAndPort } from '../../real/base/addresses.js';
import { UserError } from '../../real/base/errors.js';
import { ShellNode } from '../../real/server/shell-node.js';
import { runShell } from './shell.js';

/**
 * A shell of document 004: over a primary, or over a replica, which lives in this process and ends with it.
 *
 * @throws {UserError} When the port cannot be used.
 */
export async function runReplicationShell(role: ShellRole, address: HostAndPort): Promise<void> {
  const node = await ShellNode.open(role, address);
  try {
    await runShell({ language: SHELLS[role], greeting: greeting(role, address.port), act: (action) => carryOut(node, action) });
  } finally {
    await node.close();
  }
}

async function carryOut(node: ShellNode, action: ReplicationAction): Promise<readonly string[]> {
  try {
    return [await act(node, action)];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [`Error: ${error.message}`];
  }
}

async function act(node: ShellNode, action: ReplicationAction): Promise<string> {
  switch (action.kind) {
    case 'put':
      await node.put(action.key, action.value);
      return putText(action.key, action.value);
    case 'get':
      return getText(action.key, await node.get(action.key));
    case 'join':
      await node.join(action.address);
      return JOINED_TEXT;
    default:
      return unreachable(action);
  }
}
