/** Changes that break nothing: at these the simulator stays silent, over all scenarios. */
import type { Mutant } from '../mutant.js';
import { DRAFT, ELECTION, ROLES, SENDING, WAL } from './files.js';

export const HARMLESS: readonly Mutant[] = [
  {
    name: 'smaller-batches',
    story: 'one entry in each message',
    edits: [{ file: SENDING, find: 'to - from + 1 < options.entriesPerMessageMax', replace: 'to - from + 1 < 1' }],
    scenarios: [],
    seedsMax: 3,
  },
  {
    name: 'extra-heartbeat',
    story: 'heartbeats come twice as often',
    edits: [
      {
        file: SENDING,
        find: 'state.heartbeatDue = micros(draft.now + state.options.heartbeatInterval);',
        replace: 'state.heartbeatDue = micros(draft.now + Math.ceil(state.options.heartbeatInterval / 2));',
      },
    ],
    scenarios: [],
    seedsMax: 3,
  },
  {
    name: 'reordered-sends',
    story: 'the followers are sent entries in reverse order',
    edits: [
      {
        file: SENDING,
        find: 'for (let slot = 0; slot < count; slot++) {',
        replace: 'for (let slot = count - 1; slot >= 0; slot--) {',
      },
    ],
    scenarios: [],
    seedsMax: 3,
  },
  {
    name: 'extra-noop',
    story: 'a new leader appends two no-ops',
    edits: [
      {
        file: ROLES,
        find: "  appendAsLeader(draft, 'noop', null, 0);\n",
        replace: "  appendAsLeader(draft, 'noop', null, 0);\n  appendAsLeader(draft, 'noop', null, 0);\n",
      },
    ],
    scenarios: [],
    seedsMax: 3,
  },
  {
    name: 'resent-message',
    story: 'every message between servers is sent twice',
    edits: [
      {
        file: DRAFT,
        find: "  draft.outgoing.push({ kind: 'send', to, message });\n",
        replace: "  draft.outgoing.push({ kind: 'send', to, message });\n  draft.outgoing.push({ kind: 'send', to, message });\n",
      },
    ],
    scenarios: [],
    seedsMax: 3,
  },
  {
    name: 'segment-per-flush',
    story: 'every flush begins a new file of the log',
    edits: [
      { file: WAL, find: 'wal.end > wal.start || wal.offset < wal.segmentBytesMax', replace: 'wal.end > wal.start || wal.offset < 1' },
    ],
    scenarios: [],
    seedsMax: 3,
  },
  {
    name: 'repeated-promise',
    story: 'every vote and every acknowledgement is given twice, to the server itself as well',
    edits: [
      {
        file: DRAFT,
        find: "  draft.promises = withItem(draft.promises, { kind: 'send', to, message });\n",
        replace: "  draft.promises = withItem(withItem(draft.promises, { kind: 'send', to, message }), { kind: 'send', to, message });\n",
      },
    ],
    scenarios: [],
    seedsMax: 3,
  },
  {
    name: 'reversed-votes',
    story: 'a candidate asks the voters in reverse order',
    edits: [{ file: ELECTION, find: 'for (const voter of state.voters) {', replace: 'for (const voter of state.voters.toReversed()) {' }],
    scenarios: [],
    seedsMax: 3,
  },
];
