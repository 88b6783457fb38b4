import type { NodeId } from '../../../core/base/units.js';
import type { ClientMessage } from '../../../core/client/client.js';
import { lockMachine } from '../../../core/client/lock.js';
import type { Coverage } from '../../coverage/coverage.js';
import { hostedClient, type HostedClient } from '../../cluster/hosted.js';
import { isSessionless } from '../../clients/key-value-client.js';
import { LockWork, lockKeyOf } from '../../clients/lock-load.js';
import { LOCK_MOMENTS, type LockMoment } from './moments.js';
import { mayDouble } from '../../network/link-options.js';
import { checkLocks } from '../../oracles/clients/lock-exclusion.js';
import { LockHonesty } from '../../oracles/clients/lock-honesty.js';
import type { RunOptions } from '../../options/run-options.js';
import type { HostedSystem, RunEnd, Watching } from '../../run/system.js';
import { processName } from '../../base/process-names.js';

/** Milliseconds between looks at a lock that is held. */
const POLL_MS = 20;
const POLL_MS_MAX = 200;

/**
 * A system whose clients want locks instead of values: the same servers with the same watchers, and the lock of core/client
 * on top. What its clients saw is judged by the lock model.
 */
export function lockSystem<NodeOptions, Own extends string>(
  base: HostedSystem<NodeOptions, Own>,
): HostedSystem<NodeOptions, Own | LockMoment> {
  return {
    ...base,
    moments: [...(base.moments ?? []), ...LOCK_MOMENTS],
    habits: { wants: 'locks', asks: 'leader' },
    judgeClients: judge,
    client: lockClient,
    work: (options, history, coverage) => new LockWork(options, history, coverage),
    watch: (run) => {
      const watching = base.watch(run);
      const watchingLocks: Watching = {
        observers: [new LockHonesty(run.options.servers), ...watching.observers],
        get shapes(): ReadonlySet<number> {
          return watching.shapes;
        },
        get commits(): number {
          return watching.commits;
        },
        healed: (atUs) => watching.healed(atUs),
        judge: (end) => judge(end, run.coverage),
      };
      return watchingLocks;
    },
  };
}

function judge({ operations, atUs }: RunEnd, coverage: Coverage): void {
  if (!checkLocks(operations, atUs)) coverage.mark('linearizability-undecided');
}

function lockClient(options: RunOptions, id: NodeId): HostedClient {
  const { attemptTimeoutMs, timeLimitMs } = options.workload;
  const machine = lockMachine({
    key: lockKeyOf(options, id),
    owner: processName(id, options.servers),
    client: { attemptTimeoutMs, timeLimitMs, useSessions: !isSessionless(options, id), mayDouble: mayDouble(options.clientLink) },
    pollMs: POLL_MS,
    pollMsMax: POLL_MS_MAX,
    timeLimitMs,
  });
  return hostedClient(machine, (message: ClientMessage) => message.id);
}
