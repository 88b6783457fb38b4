/** A moment that a run may come to: its name in reports, and one sentence that says what has happened. */
export interface Moment {
  readonly name: string;
  readonly sentence: string;
}

/** A campaign of all scenarios with so many runs in all must have seen every one of {@link MOMENTS}. */
export const MOMENTS_WITHIN_RUNS = 1_000;

/**
 * The moments that a campaign of all scenarios must see at least once: the places where this system could break,
 * so a campaign that never came there has proved less than it seems.
 */
export const MOMENTS: readonly Moment[] = [
  // Elections.
  { name: 'stood-for-election', sentence: 'A server began a candidacy in a new term.' },
  { name: 'leader-elected', sentence: 'A candidate had the votes of a majority.' },
  { name: 'leader-elected-again', sentence: 'The same server won two elections with no other winner between.' },
  { name: 'sole-voter-elected-itself', sentence: 'A cluster of one server elected it.' },
  { name: 'election-undecided', sentence: 'A candidate had no majority when its time was over, and began to ask anew.' },
  { name: 'candidate-lost-to-a-leader', sentence: 'A candidate heard the leader of its own term.' },
  { name: 'candidate-met-a-newer-term', sentence: 'A candidate heard of a term above its own.' },
  { name: 'pre-candidate-heard-its-leader', sentence: 'A server that asked for pre-votes heard its leader after all.' },
  { name: 'pre-candidate-met-a-newer-term', sentence: 'A server that asked for pre-votes heard of a term above its own.' },
  { name: 'pre-vote-refused', sentence: 'A pre-vote was refused, so that no term was spent (thesis §9.6).' },
  { name: 'vote-refused-for-stale-log', sentence: 'A vote was refused because the candidate\'s log was behind (thesis §3.6.1).' },
  { name: 'vote-refused-while-leader-is-heard', sentence: 'A vote was refused because a leader had been heard just before (thesis §4.2.3).' },
  { name: 'term-skipped', sentence: 'A server went up by two terms or more in one step.' },
  // Leaders.
  { name: 'leader-took-over-uncommitted-entries', sentence: 'A new leader held entries of others that it could not know to be committed.' },
  { name: 'leader-met-a-newer-term', sentence: 'A leader heard of a term above its own and gave way.' },
  { name: 'leader-stepped-down-without-quorum', sentence: 'A leader that a majority did not answer gave up its office (thesis §6.2).' },
  { name: 'leader-deposed-with-uncommitted-entries', sentence: 'A leader left office with entries in its log that were not committed.' },
  { name: 'reads-failed-on-step-down', sentence: 'A leader left office while reads waited for their round.' },
  { name: 'two-leaders-at-once', sentence: 'A server was elected while a deposed one still believed in its office.' },
  { name: 'deposed-leader-spoke', sentence: 'A leader sent messages although a higher term had begun elsewhere.' },
  // Logs and commits.
  { name: 'append-rejected', sentence: 'A follower refused entries because its log did not match before them.' },
  { name: 'follower-truncated-conflicting-tail', sentence: 'A follower cut entries that the leader does not have.' },
  { name: 'log-became-shorter', sentence: 'A log ended earlier after a step than before it.' },
  { name: 'lost-entries-resent', sentence: 'A leader learned that entries were lost on their way, and sent them again.' },
  { name: 'old-term-entry-on-majority', sentence: 'An entry of an earlier term was on a majority and still not committed by counting (thesis Figure 3.7).' },
  { name: 'earlier-terms-committed-with-a-new-entry', sentence: 'A leader committed what earlier terms had left behind, along with an entry of its own.' },
  { name: 'committed-before-the-own-disk', sentence: 'A leader committed an entry that was durable on a majority, but not yet on its own disk (thesis §10.2.1).' },
  { name: 'many-entries-appended-at-once', sentence: 'A log grew by eight entries or more in one step.' },
  { name: 'many-entries-committed-at-once', sentence: 'A commit index went up by eight or more in one step.' },
  { name: 'many-promises-held', sentence: 'Eight promises or more waited for one disk.' },
  { name: 'log-compacted', sentence: 'A server dropped entries that a snapshot covers.' },
  { name: 'log-emptied-by-compaction', sentence: 'A snapshot covered a log to its very end.' },
  // Snapshots.
  { name: 'snapshot-taken', sentence: 'A server took a snapshot of its store.' },
  { name: 'snapshot-sent', sentence: 'A leader began to send a snapshot, since what a follower needs was compacted away.' },
  { name: 'snapshot-began-to-arrive', sentence: 'A follower had the first piece of a snapshot.' },
  { name: 'snapshot-installed', sentence: 'A follower replaced its store by a snapshot.' },
  { name: 'snapshot-overtook-the-log', sentence: 'A snapshot reached beyond the end of the log that it replaced.' },
  // Clients.
  { name: 'client-session-registered', sentence: 'A client had its session.' },
  { name: 'client-command-repeated', sentence: 'A client sent a command again whose fate it did not know.' },
  { name: 'session-removed-duplicate', sentence: 'A command stood in the log twice and took effect once (thesis §6.3).' },
  { name: 'client-maybe', sentence: 'A client gave up a call that may have taken effect.' },
  { name: 'client-was-told-maybe', sentence: 'An application was told that nobody can tell.' },
  { name: 'client-was-told-failed', sentence: 'An application was told that its call certainly had no effect.' },
  { name: 'put-met-version-conflict', sentence: 'A put expected another version than was there.' },
  { name: 'client-found-no-key', sentence: 'A call found no such key.' },
  { name: 'commands-wait-together', sentence: 'Two clients waited at one leader for their commands.' },
  { name: 'reads-shared-a-wait', sentence: 'Two reads waited at one leader.' },
  { name: 'read-waited-for-next-round', sentence: 'A read came too late for the running round and waited for the next (thesis §6.4).' },
  // Crashes and recovery.
  { name: 'leader-crashed', sentence: 'A leader\'s life ended.' },
  { name: 'candidate-crashed', sentence: 'A candidate\'s life ended.' },
  { name: 'crash-with-pending-writes', sentence: 'A server\'s life ended while its disk had writes that were not synced.' },
  { name: 'crash-with-promises-held', sentence: 'A server\'s life ended while votes or acknowledgements waited for its disk.' },
  { name: 'crash-with-commands-waiting', sentence: 'A leader\'s life ended while clients waited for their commands.' },
  { name: 'crash-with-reads-waiting', sentence: 'A leader\'s life ended while clients waited for their reads.' },
  { name: 'crash-while-recovering', sentence: 'A server\'s life ended before its recovery did.' },
  { name: 'majority-down', sentence: 'No majority was up.' },
  { name: 'all-servers-down', sentence: 'No server was up.' },
  { name: 'power-cut-of-all', sentence: 'All servers lost power at one moment.' },
  { name: 'server-killed', sentence: 'A process ended, and its machine lived on.' },
  { name: 'server-lost-power', sentence: 'A server lost power, and its disk what was not synced.' },
  { name: 'server-restarted', sentence: 'A server began another life.' },
  { name: 'recovered-with-log', sentence: 'A server found a log of an earlier life.' },
  { name: 'recovered-with-a-vote', sentence: 'A server found the vote that it had given.' },
  { name: 'recovered-from-a-snapshot', sentence: 'A server found a snapshot.' },
  { name: 'recovered-into-an-old-term', sentence: 'A server came back in a term that others had left.' },
  { name: 'torn-tail-cut', sentence: 'Recovery met a torn record at the end of a log, and cut it.' },
  { name: 'durable-bytes-rotted', sentence: 'A bit flipped in what a disk had promised to keep.' },
  { name: 'server-refused-its-disk', sentence: 'A server met damage inside what was synced, and stopped.' },
  // The network and the clocks.
  { name: 'message-lost', sentence: 'The network lost a message.' },
  { name: 'message-duplicated', sentence: 'The network delivered a message twice.' },
  { name: 'message-met-a-cut', sentence: 'A message was sent into a cut.' },
  { name: 'link-cut', sentence: 'One direction between two processes was cut.' },
  { name: 'partitioned', sentence: 'The processes fell into two groups.' },
  { name: 'leader-isolated', sentence: 'A leader was cut off from all other servers.' },
  { name: 'server-paused', sentence: 'A process stood still for a while.' },
  { name: 'leader-paused', sentence: 'A leader stood still for a while.' },
  { name: 'clock-jumped', sentence: 'A clock jumped forward.' },
  { name: 'clock-changed-its-rate', sentence: 'A clock ran at another rate from then on.' },
];

/** Moments too rare to be promised, in less than one run of a hundred: a campaign reports them and does not miss them. */
export const RARE_MOMENTS: readonly Moment[] = [
  { name: 'snapshot-came-in-pieces', sentence: 'A follower had a further piece of a snapshot.' },
  { name: 'incoming-snapshot-abandoned', sentence: 'A snapshot that had begun to arrive was given up.' },
  { name: 'link-overflowed', sentence: 'A link was full, and what came next was lost.' },
  { name: 'crash-while-snapshot-arrived', sentence: 'A server\'s life ended while it was receiving a snapshot.' },
  { name: 'crash-while-snapshot-was-saved', sentence: 'A server\'s life ended while a snapshot of its own was on its way to the disk.' },
  { name: 'incoming-snapshot-began-anew', sentence: 'A snapshot that was arriving gave way to another one.' },
  { name: 'client-session-expired', sentence: 'A client learned that its session was dropped.' },
  { name: 'nonsense-received', sentence: 'A leader was told of entries that it never sent.' },
  { name: 'recovery', sentence: 'Recovery had something to tell.' },
  { name: 'linearizability-undecided', sentence: 'The search for a linear order gave up at its bound.' },
];
