/** Bugs of our own that the simulator found, planted again: each must break the regression that was kept of it. */
import { regressions } from '../../../scenarios/regressions/index.js';
import type { Edit, Mutant } from '../mutant.js';
import {
  BOUNDED_QUEUES,
  BUDGET,
  CLIENT,
  DISK_FILE,
  DURABLE_QUORUM,
  ELECTION,
  FRAME,
  LOG,
  PERSIST,
  PHASES,
  PROMISES,
  QUORUM_READS,
  RAFT,
  RECOVERY,
  SENDING,
  WORKLOAD,
} from './files.js';

/** How each fix is undone, by the name of its regression. */
const UNDONE: Readonly<Record<string, readonly Edit[]>> = {
  'regression-late-answers': [
    {
      file: CLIENT,
      find: '    if (isLateAnswer(draft, from, message)) takeAnswer(plan, draft, effects, now, from, message.result);\n',
      replace: '',
    },
    {
      file: CLIENT,
      find: 'plan.attemptTimeoutUs * (1 << Math.min(draft.pauses, PATIENCE_DOUBLINGS_MAX))',
      replace: 'plan.attemptTimeoutUs',
    },
  ],
  'regression-heartbeat-at-zero': [{ file: LOG, find: '    if (index === 0) return term(0);\n', replace: '' }],
  'regression-full-of-heartbeats': [
    { file: SENDING, find: 'progress.dataSequence - progress.ackedSequence', replace: 'progress.sentSequence - progress.ackedSequence' },
  ],
  'regression-forgotten-pre-vote': [
    { file: ELECTION, find: 'hearsLeader(draft) && state.leaderId !== request.candidateId', replace: 'hearsLeader(draft)' },
  ],
  'regression-believed-page-cache': [
    {
      file: RECOVERY,
      find: "    ...(last === undefined ? [] : [{ kind: 'write', path: last.path, offset: recovery.markedTo, bytes: recovery.lastFlush } as const]),\n",
      replace: '',
    },
  ],
  'regression-snapshot-torn-from-its-cut': [
    { file: PERSIST, find: 'raft.truncatedFrom > 0 && !isReplaced', replace: 'raft.truncatedFrom > 0' },
  ],
  'regression-stalled-leader-disk': [
    { file: RAFT, find: 'state.log.lastIndex - settled >=', replace: 'state.log.lastIndex - state.commitIndex >=' },
  ],
  'regression-damage-on-a-dirty-page': [
    {
      file: DISK_FILE,
      find: 'for (const change of this.#pending) {\n      if',
      replace: 'for (const change of [] as PendingChange[]) {\n      if',
    },
  ],
  'regression-stopped-behind-the-healing': [{ file: PHASES, find: '    startAgain(cluster, doomed);\n', replace: '' }],
  'regression-busy-leader': [{ file: CLIENT, find: 'draft.target === draft.leader && draft.stays < STAYS_MAX', replace: 'false' }],
  'regression-conflict-before-its-sync': [{ file: QUORUM_READS, find: '  if (waitsForTheDisk(draft.state, cell)) return;\n', replace: '' }],
  'regression-rot-while-reading': [
    {
      file: RECOVERY,
      find: '  if (!isStillWhole(bytes, recovery.markedTo, recovery.identity, file.segment)) return readAgain(recovery, file);\n',
      replace: '',
    },
  ],
  'regression-rot-before-a-recovery-reads': [{ file: BUDGET, find: ' && !this.#wouldServeForgetful(server, disk)', replace: '' }],
  'regression-lie-about-an-unnamed-file': [
    { file: BUDGET, find: "for (const layer of ['medium', 'named'] as const)", replace: "for (const layer of ['medium'] as const)" },
  ],
  'regression-loss-below-the-cache': [{ file: BUDGET, find: 'this.#lostBelow(server, withDamage, endOf(seen))', replace: 'standing' }],
  'regression-copy-put-back-while-down': [
    {
      file: DURABLE_QUORUM,
      find: 'if (!this.#isGone(server)) this.#readers[server] = this.#readAnew(server)',
      replace: 'if (!this.#isGone(server)) this.#readers[server] = undefined',
    },
  ],
  'regression-copy-put-back-unread': [
    {
      file: DURABLE_QUORUM,
      find: 'this.#readers[server] = this.#readAnew(server);\n  }\n\n  onStep',
      replace: 'this.#readers[server] = undefined;\n  }\n\n  onStep',
    },
  ],
  'regression-stand-in-about-to-go': [
    { file: BUDGET, find: 'hosted.isServing(state) ? this.#keptOf(server, state, withDamage) : ', replace: '' },
  ],
  'regression-draft-under-its-new-name': [
    {
      file: BUDGET,
      find: 'disk.damagesAt(path).some(({ isOn }) => isOn)',
      replace: 'disk.damages().some(({ path: durable, damage }) => durable === path && damage.isOn)',
    },
  ],
  'regression-log-of-a-restarted-leader': [
    { file: BOUNDED_QUEUES, find: 'this.#servers * appliedEntriesMax', replace: 'appliedEntriesMax' },
  ],
  'regression-cut-and-compacted': [
    {
      file: PROMISES,
      find: 'const kept = keptTo(promised.index, before, after, input)',
      replace: 'const kept = firstNewIndex(before.raft.log, after.raft.log) - 1',
    },
    {
      file: PROMISES,
      find: 'promised.indexTerm = before.raft.log.termAt(logIndex(kept))',
      replace: 'promised.indexTerm = after.raft.log.termAt(logIndex(kept))',
    },
  ],
  'regression-patience-shorter-than-a-write': [
    { file: WORKLOAD, find: 'this.#wasServed(actor, outcome, atUs)', replace: "outcome.kind === 'done'" },
  ],
  'regression-clock-far-behind-itself': [
    { file: PHASES, find: 'Math.max(healedUs, ...core.map((server) => world.process(server).clock.caughtUpUs))', replace: 'healedUs' },
  ],
  'regression-swallowed-frames': [
    {
      file: FRAME,
      find: "  if (available >= SUMMED_HEAD_BYTES && bytes[at + CHECK_AT] !== headCheck(bytes, at)) return 'the check byte of a frame is wrong';\n",
      replace: '',
    },
  ],
};

export const REGRESSION_BUGS: readonly Mutant[] = regressions.map(({ name, title, seeds, property }) => ({
  name,
  story: title,
  edits: UNDONE[name] ?? [],
  scenarios: [name],
  seedsMax: Math.max(...seeds),
  seeds,
  property,
}));
