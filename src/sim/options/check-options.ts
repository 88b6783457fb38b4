import type { ClockOptions } from '../base/node-clock.js';
import type { SimDiskOptions } from '../disk/disk-options.js';
import { FAULT_NAMES } from '../nemesis/faults/families.js';
import { FAMILY, type FaultSchedule } from './fault-schedule.js';
import { LATENCIES } from '../network/latency.js';
import type { LinkFaults, LinkOptions } from '../network/link-options.js';
import type { Ratio } from '../base/random-streams.js';
import type { RunOptions, WorkloadOptions } from './run-options.js';
import { anything, ascending, fields, firstOf, flag, listOf, oneOf, whole, type Fields } from './schema.js';

const MAX = Number.MAX_SAFE_INTEGER;
/** Milliseconds: a day. Streams draw whole microseconds from spans up to 2^32, a little more than an hour (random-streams.ts). */
const MS_MAX = 86_400_000;
const DRAWN_MS_MAX = 4_000_000;
const DRAWN_US_MAX = 4_000_000_000;
/** More would be a mistake: a world has a link between any two. */
const PROCESSES_MAX = 1_000;

const ms = whole(0, MS_MAX, 'milliseconds');
const drawnMs = whole(0, DRAWN_MS_MAX, 'milliseconds');
const us = whole(0, DRAWN_US_MAX, 'microseconds');
const count = whole(0, MAX);
const atLeastOne = whole(1, MAX);

const ratio = fields<Ratio>({ numerator: count, denominator: atLeastOne }, [], ascending<Ratio>('numerator', 'denominator'));

const LINK_FAULTS: Fields<LinkFaults> = {
  latency: oneOf(Object.keys(LATENCIES)),
  lateCopyRatio: ratio,
  lateCopyUsMax: us,
  corruptRatio: ratio,
  resetRatio: ratio,
  reconnectUs: us,
  isStream: flag,
  bytesPerMs: count,
};

const faults = fields<LinkFaults>(LINK_FAULTS, [], ({ lateCopyRatio, lateCopyUsMax }, path) =>
  lateCopyRatio.numerator === 0 || lateCopyUsMax > 0 ? null : `${path}.lateCopyUsMax is above 0: a late copy comes later than at once`,
);

const LINK: Fields<LinkOptions> = {
  delayUsMin: us,
  delayUsMax: us,
  lossRatio: ratio,
  duplicateRatio: ratio,
  reorders: flag,
  queueMax: atLeastOne,
  faults,
};

const link = fields<LinkOptions>(LINK, ['faults'], (options, path) => {
  const { lossRatio: loss, duplicateRatio: duplicate } = options;
  const fate = loss.numerator / loss.denominator + duplicate.numerator / duplicate.denominator;
  return (
    ascending<LinkOptions>('delayUsMin', 'delayUsMax')(options, path) ??
    (fate <= 1 ? null : `${path}: lossRatio and duplicateRatio are together at most 1`)
  );
});

const DISK: Fields<SimDiskOptions> = { operationUsMin: us, operationUsMax: us, syncUsMin: us, syncUsMax: us };

const disk = fields<SimDiskOptions>(
  DISK,
  [],
  (options, path) =>
    ascending<SimDiskOptions>('operationUsMin', 'operationUsMax')(options, path) ??
    ascending<SimDiskOptions>('syncUsMin', 'syncUsMax')(options, path),
);

const RATE_PPM_LIMIT = 999_999;

const CLOCK: Fields<ClockOptions> = { offsetUs: count, ratePpm: whole(-RATE_PPM_LIMIT, RATE_PPM_LIMIT, 'parts per million') };

const FAULT: Fields<Omit<FaultSchedule, typeof FAMILY>> = {
  fault: anything,
  everyMsMin: drawnMs,
  everyMsMax: drawnMs,
  lastsMsMin: drawnMs,
  lastsMsMax: drawnMs,
};

const fault = fields<Omit<FaultSchedule, typeof FAMILY>>(FAULT, [], (options, path) =>
  firstOf([
    () => (FAMILY in options ? null : oneOf(FAULT_NAMES)(options.fault, `${path}.fault`)),
    () => ascending<FaultSchedule>('everyMsMin', 'everyMsMax')(options, path),
    () => ascending<FaultSchedule>('lastsMsMin', 'lastsMsMax')(options, path),
    () => (options.everyMsMax > 0 ? null : `${path}.everyMsMax is above 0, or the strikes never end`),
  ]),
);

const WORKLOAD: Fields<WorkloadOptions> = {
  clients: whole(1, PROCESSES_MAX),
  sessionlessRatio: ratio,
  staleRatio: ratio,
  keys: atLeastOne,
  paddingBytesMax: whole(0, 1_000_000, 'bytes'),
  getWeight: count,
  setWeight: count,
  putWeight: count,
  deleteWeight: count,
  thinkMsMin: drawnMs,
  thinkMsMax: drawnMs,
  attemptTimeoutMs: whole(1, MS_MAX, 'milliseconds'),
  timeLimitMs: whole(1, MS_MAX, 'milliseconds'),
};

const workload = fields<WorkloadOptions>(WORKLOAD, [], (options, path) => {
  const { getWeight, setWeight, putWeight, deleteWeight } = options;
  const weights = getWeight + setWeight + putWeight + deleteWeight;
  return (
    ascending<WorkloadOptions>('thinkMsMin', 'thinkMsMax')(options, path) ??
    (weights > 0 ? null : `${path}: one of getWeight, setWeight, putWeight and deleteWeight is above 0`)
  );
});

/** Every option of a run, and what it must look like. */
const RUN: Fields<RunOptions> = {
  servers: whole(1, PROCESSES_MAX),
  chaosMs: ms,
  convergenceMs: whole(1, MS_MAX, 'milliseconds'),
  eventsMax: atLeastOne,
  isCodecUsed: flag,
  peerLink: link,
  clientLink: link,
  disk,
  clocks: listOf(fields<ClockOptions>(CLOCK)),
  clockRatePpmMax: whole(0, RATE_PPM_LIMIT, 'parts per million'),
  monotonicClocks: oneOf(['bounded', 'uneven', 'lying']),
  node: anything,
  laterNode: anything,
  workload,
  faults: listOf(fault),
  promise: oneOf(['within budget', 'beyond: may be unavailable']),
};

const run = fields<RunOptions>(RUN);

/**
 * What of a run's options is not there, not known or out of range, in one line; null when nothing is. A run of options that mean
 * nothing would pass and prove nothing. The numbers of the system under test (`node`) are its own to judge.
 */
export function optionsProblem(options: unknown): string | null {
  return run(options, '');
}
