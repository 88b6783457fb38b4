import type { ByteString } from '../../../../../core/base/bytestring.js';
import type { NodeId } from '../../../../../core/base/units.js';
import type { Command } from '../../../../../core/store/command.js';
import { violated } from '../../../../checkers/violation.js';
import { APPLIED, type Oracle, type ServerView } from '../oracle.js';
import { heldEntry } from './state-machine-safety.js';

/**
 * Version Monotonicity: between two deletes a key's version only grows, by at most one for each write, and
 * never stands for two values (as Chubby and ZooKeeper promise of theirs). Judged for each server by its
 * own store before and after a step, and by no other code; what clients saw of it, checkVersions judges.
 */
export class VersionOrder implements Oracle {
  readonly looksAt = APPLIED;

  onStep(atUs: number, server: NodeId, before: ServerView, after: ServerView): void {
    if (after.store === before.store) return;
    for (let index = after.lastApplied; index > before.lastApplied; index--) {
      const entry = heldEntry(before, after, index);
      if (entry === null || entry.kind !== 'command') continue;
      const command = entry.payload as Command;
      if (command.op !== 'registerClient') judge(atUs, server, before, after, command.key);
    }
  }
}

function judge(atUs: number, server: NodeId, before: ServerView, after: ServerView, key: ByteString): void {
  const was = before.store.keys.get(key);
  const is = after.store.keys.get(key);
  if (was === is || was === undefined || is === undefined) return;
  const { writes, deletes } = countOf(before, after, key);
  if (deletes > 0) return;
  const isLawful = is.version > was.version ? is.version - was.version <= writes : is.version === was.version && is.value === was.value;
  if (isLawful) return;
  const how = is.version === was.version ? `stands for another value now` : `became ${is.version}`;
  violated(
    'Version Monotonicity',
    `version ${was.version} of key ${key} on s${server} ${how}, by entries ${before.lastApplied + 1} to ${after.lastApplied} with ${writes} writes of it`,
    atUs,
    { servers: [server], keys: [key] },
  );
}

/** What the step may have done to the key. An entry that cannot be seen may have deleted it. */
function countOf(before: ServerView, after: ServerView, key: ByteString): { readonly writes: number; readonly deletes: number } {
  let writes = 0;
  let deletes = 0;
  for (let index = before.lastApplied + 1; index <= after.lastApplied; index++) {
    const entry = heldEntry(before, after, index);
    if (entry === null) deletes++;
    else if (entry.kind === 'command') {
      const command = entry.payload as Command;
      if (command.op === 'registerClient' || command.key !== key) continue;
      if (command.op === 'delete') deletes++;
      else writes++;
    }
  }
  return { writes, deletes };
}
