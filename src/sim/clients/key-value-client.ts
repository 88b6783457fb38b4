import type { NodeId } from '../../core/base/units.js';
import type { ClientOptions } from '../../core/client/calls.js';
import { clientMachine, type ClientMessage } from '../../core/client/client.js';
import { hostedClient, type HostedClient } from '../cluster/hosted.js';
import { mayDouble } from '../network/link-options.js';
import type { RunOptions } from '../options/run-options.js';

/** Whether a client works without a session: the first ones do, as many as the options' share says. */
export function isSessionless({ servers, workload }: RunOptions, client: NodeId): boolean {
  const { clients, sessionlessRatio } = workload;
  return (client - 1 - servers) * sessionlessRatio.denominator < clients * sessionlessRatio.numerator;
}

/**
 * The client machine with the patience of a run's workload, for every system that speaks the key-value protocol. It knows
 * whether its network doubles, as the clients of real servers do: where it does not, a refusal at the first try is final.
 *
 * @param own What its system's clients are told instead.
 */
export function keyValueClient(options: RunOptions, id: NodeId, own: ClientOptions = {}): HostedClient {
  const { attemptTimeoutMs, timeLimitMs } = options.workload;
  const machine = clientMachine({
    attemptTimeoutMs,
    timeLimitMs,
    useSessions: !isSessionless(options, id),
    mayDouble: mayDouble(options.clientLink),
    ...own,
  });
  return hostedClient(machine, (message: ClientMessage) => message.id);
}
