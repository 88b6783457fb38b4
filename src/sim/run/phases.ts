import type { NodeId } from '../../core/base/units.js';
import type { Cluster } from '../cluster/cluster.js';
import type { History } from '../oracles/clients/history.js';
import { calm } from '../network/link-options.js';
import type { Nemesis } from '../nemesis/nemesis.js';
import { Violated, violated } from '../checkers/violation.js';
import type { Stream } from '../base/random-streams.js';
import type { Work } from './system.js';
import { BY_HEALING } from '../world/world-event.js';

const US_PER_MS = 1_000;
/** How often the run looks whether it is done. A bound on waste, not on behaviour. */
const LOOK_EVERY_US = 20_000;
/** Operations that each client must get done after the healing. */
const FRESH_OPERATIONS = 3;

/** A run's parts, as its phases use them. */
export interface Stage {
  readonly cluster: Cluster;
  readonly history: History;
  readonly workload: Work;
  readonly nemesis: Nemesis;
}

/** The first phase: clients work, the nemesis strikes, and safety is watched at every step. */
export function liveThroughChaos({ cluster, workload, nemesis }: Stage, onAdvance?: (nowUs: number, events: number) => void): void {
  const { options, world } = cluster;
  workload.start(cluster);
  nemesis.start(options.faults);
  const endUs = options.chaosMs * US_PER_MS;
  while (world.nowUs < endUs) {
    advance(cluster, Math.min(endUs, world.nowUs + LOOK_EVERY_US));
    onAdvance?.(world.nowUs, world.events);
  }
  nemesis.stop();
}

/**
 * The second phase: a core of just as many as the system needs, a majority as a rule, is healed, all other damage made permanent. The core must
 * elect a leader, serve every client and come to one state within the bound, which counts from when clocks that went back have caught up.
 *
 * @returns The core's servers.
 */
export function healAndConverge({ cluster, workload, nemesis }: Stage): readonly NodeId[] {
  const { options, world } = cluster;
  const core = chooseCore(cluster, nemesis, world.streams.stream('healing', 'core'));
  const doomed = world.because(BY_HEALING, () => heal(cluster, core));
  const healedUs = world.nowUs;
  workload.healed(healedUs);

  // A clock that went back has put off every deadline for as long as it went, healing or not.
  const untroubledUs = Math.max(healedUs, ...core.map((server) => world.process(server).clock.caughtUpUs));
  const deadlineUs = untroubledUs + options.convergenceMs * US_PER_MS;
  const inTime = (because: () => string): void => {
    if (world.nowUs >= deadlineUs)
      violated('Liveness', `${Math.round((deadlineUs - healedUs) / US_PER_MS)} ms after the healing ${because()}`, world.nowUs);
    advance(cluster, Math.min(deadlineUs, world.nowUs + LOOK_EVERY_US));
    startAgain(cluster, doomed);
  };
  while (workload.progress < FRESH_OPERATIONS)
    inTime(() => `a client had got only ${workload.progress} operations done; ${describe(cluster, core)}`);
  workload.stop();
  while (!workload.isIdle) inTime(() => `a client still waited for an outcome; ${describe(cluster, core)}`);
  workload.readEverything();
  while (!workload.isIdle) inTime(() => `a last read was still unanswered; ${describe(cluster, core)}`);
  while (!hasConverged(cluster, core)) inTime(() => `the core had not come to one state; ${describe(cluster, core)}`);
  return core;
}

/** Lives on to `untilUs`, and gives the run up when it has lived too many events. */
export function advance(cluster: Cluster, untilUs: number): void {
  const { options, world } = cluster;
  const found = world.runUntil(untilUs);
  if (found !== null) throw new Violated(found, world.thrown);
  if (world.events > options.eventsMax) violated('Liveness', `the run did not end within ${options.eventsMax} events`, world.nowUs);
}

/** As many servers as the system needs, drawn from all whose disks are whole; those without which it cannot be come first. */
function chooseCore(cluster: Cluster, nemesis: Nemesis, stream: Stream): readonly NodeId[] {
  // One draw for each server, so that what rotted does not reshuffle the rest.
  const ranked = cluster.servers.map((server) => ({ server, rank: stream() }));
  const { hosted, options } = cluster;
  const essential = hosted.essential(options);
  const rankOf = ({ server, rank }: { readonly server: NodeId; readonly rank: number }): number => (essential.includes(server) ? -1 : rank);
  const whole = ranked
    .filter(({ server }) => nemesis.budget.standing(server) === 'whole')
    .sort((a, b) => rankOf(a) - rankOf(b) || a.server - b.server);
  return whole
    .slice(0, hosted.coreSize(options))
    .map(({ server }) => server)
    .sort((a, b) => a - b);
}

/** @returns Those of the core that are up and whose disks failed them in this life: some have not read of it yet, and will stop when they do. */
function heal(cluster: Cluster, core: readonly NodeId[]): Set<NodeId> {
  const { servers, options, world } = cluster;
  for (const server of servers) {
    if (core.includes(server)) world.relieve(server);
    else world.crash(server, { keepsPageCache: false });
  }
  healNetwork(cluster);
  const doomed = new Set(core.filter((server) => world.process(server).isUp && world.disk(server).hasFailed));
  for (const server of core) {
    world.calmDisk(server, options.disk);
    world.restart(server);
  }
  return doomed;
}

/** Who stopped over a disk error from before the healing is started again, once, as whoever runs it would: nobody else does any more. */
function startAgain({ world }: Cluster, doomed: Set<NodeId>): void {
  for (const server of doomed) {
    if (world.process(server).isUp) continue;
    doomed.delete(server);
    world.because(BY_HEALING, () => world.restart(server));
  }
}

/** Nothing is cut any more, every link is calm, and every clock runs. */
export function healNetwork({ servers, options, world }: Cluster): void {
  world.healAll();
  world.clocks.thawAll();
  world.calmLinks((from, to) => calm(from > servers.length || to > servers.length ? options.clientLink : options.peerLink));
}

/** The core has come to rest in one state, by the word of its system. */
function hasConverged({ hosted, world }: Cluster, core: readonly NodeId[]): boolean {
  const processes = core.map((server) => world.process(server));
  return processes.every(({ isUp, state }) => isUp && hosted.isServing(state)) && hosted.hasConverged(processes.map(({ state }) => state));
}

/** The core's servers in a few words each, for a person who asks why they got stuck. */
function describe({ hosted, world }: Cluster, core: readonly NodeId[]): string {
  const words = core.map((server) => {
    const { isUp, state } = world.process(server);
    return `s${server} ${isUp ? hosted.describe(state) : 'is down'}`;
  });
  return words.join('; ');
}
