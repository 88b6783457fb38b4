import type { NodeId } from '../../../core/base/units.js';
import type { Cluster } from '../../cluster/cluster.js';
import type { Call, UpServer } from './spec.js';

/** What is known of one run while it lasts, by those who work, watch and judge in it. */
export interface MachineRun<Request, Response> {
  /** Calls that have ended, in the order in which they did. */
  readonly calls: Call<Request, Response>[];
  /** Calls under way, one for each client at most. */
  readonly open: Map<NodeId, Call<Request, Response>>;
  cluster: Cluster | null;
  /** What a property threw to end the run, with its stack. */
  thrown: Error | null;
  /** Set when clients were served after the faults and the servers came to rest. */
  hasConverged: boolean;
  /** The calls whose answers contradict each other; null where no model was asked, or it explained them all. */
  conflict: (() => readonly Call<Request, Response>[]) | null;
}

export function newRun<Request, Response>(): MachineRun<Request, Response> {
  return { calls: [], open: new Map(), cluster: null, thrown: null, hasConverged: false, conflict: null };
}

/** Calls that ended, and those that never did: nobody knows what became of them. */
export function allCalls<Request, Response>(run: MachineRun<Request, Response>): readonly Call<Request, Response>[] {
  return [...run.calls, ...run.open.values()];
}

/** The servers that are up now, ascending. */
export function upServers<State>(cluster: Cluster): readonly UpServer<State>[] {
  return cluster.servers.flatMap((id) => {
    const { isUp, name, state } = cluster.world.process(id);
    return isUp ? [{ name, id, state: state as State }] : [];
  });
}
