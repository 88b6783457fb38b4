import { expect } from 'vitest';
import { logIndex, micros, nodeId, NOBODY, term, type NodeId } from '../../../src/core/base/units.js';
import type { Envelope, RaftDraft } from '../../../src/core/raft/draft.js';
import { Log } from '../../../src/core/raft/log.js';
import type { RaftMessage } from '../../../src/core/raft/messages.js';
import type { RaftOptions } from '../../../src/core/raft/options.js';
import { closeDraft, compact, openDraft, propose, raftWakeAt, receive, requestRead, startRaft, tick } from '../../../src/core/raft/raft.js';
import type { RaftState, Snapshot } from '../../../src/core/raft/state.js';
import { OPTIONS } from './server.js';

export interface Mail {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: RaftMessage;
}

/** What a restart brings back. */
interface Image {
  readonly state: Pick<RaftState, 'currentTerm' | 'votedFor' | 'log' | 'snapshot'>;
}

interface Written extends Image {
  readonly promises: readonly Envelope[];
}

export interface ClusterOptions {
  readonly size: number;
  /** False: what is written waits for {@link Cluster.flush}. */
  readonly isDiskInstant?: boolean;
  readonly options?: Partial<RaftOptions>;
  readonly seed?: number;
}

/** One step as it was made, so that it can be made again. */
export interface Made {
  readonly before: RaftState;
  readonly now: number;
  readonly change: (draft: RaftDraft) => void;
  readonly after: RaftState;
}

/**
 * Servers, the mail between them and what their disks hold, all as plain data in the hands of the test.
 * Every step is judged: by {@link Cluster.onStep} and by whoever else listens.
 */
export class Cluster {
  readonly ids: readonly NodeId[];
  readonly options: RaftOptions;
  now = 0;
  mail: Mail[] = [];
  /** Directed links that lose everything, as "1>2". */
  readonly cuts = new Set<string>();
  readonly lines: string[] = [];
  onStep: (id: NodeId, made: Made, draft: RaftDraft, sends: readonly Envelope[]) => void = () => undefined;
  readonly #states = new Map<NodeId, RaftState>();
  readonly #durable = new Map<NodeId, Image>();
  readonly #written = new Map<NodeId, Written[]>();
  readonly #isDiskInstant: boolean;
  #lives: number;

  constructor(made: ClusterOptions) {
    this.ids = Array.from({ length: made.size }, (_, slot) => nodeId(slot + 1));
    this.options = { ...OPTIONS, ...made.options };
    this.#isDiskInstant = made.isDiskInstant ?? true;
    this.#lives = made.seed ?? 1;
    const blank: Image = { state: { currentTerm: term(0), votedFor: NOBODY, log: Log.emptyAfter(logIndex(0), term(0)), snapshot: null } };
    for (const id of this.ids) {
      this.#durable.set(id, blank);
      this.#start(id);
    }
  }

  state(id: NodeId): RaftState {
    return this.#states.get(id) as RaftState;
  }

  durable(id: NodeId): Image['state'] {
    return (this.#durable.get(id) as Image).state;
  }

  isWriting(id: NodeId): boolean {
    return (this.#written.get(id) as Written[]).length > 0;
  }

  /** The newest leader, if any server leads. */
  get leader(): RaftState | undefined {
    const leaders = this.ids.map((id) => this.state(id)).filter(({ role }) => role === 'leader');
    return leaders.sort((a, b) => b.currentTerm - a.currentTerm)[0];
  }

  step(id: NodeId, change: (draft: RaftDraft) => void): RaftDraft {
    const before = this.state(id);
    const sends: Envelope[] = [];
    const draft = openDraft(before, micros(this.now), sends);
    change(draft);
    const after = closeDraft(draft);
    this.#states.set(id, after);
    const { currentTerm, votedFor, log, snapshot } = after;
    (this.#written.get(id) as Written[]).push({ state: { currentTerm, votedFor, log, snapshot }, promises: draft.promises });
    this.#tell(before, after, draft);
    this.#post(id, sends);
    this.onStep(id, { before, now: this.now, change, after }, draft, sends);
    if (this.#isDiskInstant) this.flush(id);
    return draft;
  }

  #post(from: NodeId, envelopes: readonly Envelope[]): void {
    for (const { to, message } of envelopes) {
      if (to === from) continue;
      this.lines.push(`  s${from} > s${to} ${shown(message)}${this.cuts.has(`${from}>${to}`) ? ' (lost)' : ''}`);
      if (!this.cuts.has(`${from}>${to}`)) this.mail.push({ from, to, message });
    }
  }

  #tell(before: RaftState, after: RaftState, draft: RaftDraft): void {
    const [was, is] = [glance(before), glance(after)];
    if (was !== is) this.lines.push(`  s${after.self} ${is}`);
    for (const { name } of draft.moments) this.lines.push(`  s${after.self} ${name}`);
  }

  #start(id: NodeId): void {
    const { currentTerm, votedFor, log, snapshot } = this.durable(id);
    this.#lives += 1;
    this.#written.set(id, []);
    this.#states.set(
      id,
      startRaft({
        options: this.options,
        self: id,
        voters: this.ids,
        now: micros(this.now),
        seed: this.#lives * 7_919,
        currentTerm,
        votedFor,
        log,
        snapshot,
      }),
    );
  }

  /** The disk of a server finishes everything that was written: promises leave, those to itself arrive. */
  flush(id: NodeId): void {
    const written = this.#written.get(id) as Written[];
    this.#written.set(id, []);
    for (const { state, promises } of written) {
      this.#durable.set(id, { state });
      this.#post(id, promises);
      const own = promises.filter(({ to }) => to === id);
      if (own.length > 0) {
        this.step(id, (draft) => {
          for (const { message } of own) receive(draft, id, message);
        });
      }
    }
  }

  /** Everything of a server that is not durable is gone. */
  crash(id: NodeId): void {
    this.lines.push(`s${id} crashes and starts again`);
    this.#start(id);
  }

  say(line: string): void {
    this.lines.push('', `# ${line}`);
  }

  /** Time passes in which nobody is woken. */
  pass(us: number): void {
    this.now += us;
  }

  /** A server is woken when it wants to be. */
  wake(id: NodeId): void {
    this.now = Math.max(this.now, raftWakeAt(this.state(id)));
    this.lines.push(`s${id} wakes`);
    this.step(id, tick);
  }

  /** Its clock moves only when it wants to be woken by now. */
  wakeIfDue(id: NodeId): void {
    if (raftWakeAt(this.state(id)) <= this.now) this.wake(id);
  }

  propose(id: NodeId, payload = 'x', sizeBytes = 1): void {
    this.lines.push(`s${id} is given ${payload}`);
    this.step(id, (draft) => void propose(draft, payload, sizeBytes));
  }

  read(id: NodeId, token: number): RaftDraft {
    return this.step(id, (draft) => void requestRead(draft, token));
  }

  /** A snapshot of all that is committed; the log before it is dropped. */
  compact(id: NodeId, sizeBytes = 10): void {
    const { commitIndex, log } = this.state(id);
    if (commitIndex < log.firstIndex) return;
    const snapshot: Snapshot = {
      lastIndex: commitIndex,
      lastTerm: log.termAt(commitIndex),
      data: new Uint8Array(sizeBytes).fill(commitIndex & 255),
    };
    this.lines.push(`s${id} takes a snapshot up to ${commitIndex}`);
    this.step(id, (draft) => compact(draft, snapshot, commitIndex));
  }

  cut(...links: readonly (readonly [NodeId, NodeId])[]): void {
    for (const [one, other] of links) this.cuts.add(`${one}>${other}`).add(`${other}>${one}`);
  }

  /** These on one side, everyone else on the other; what is on the way is lost. */
  isolate(...side: readonly NodeId[]): void {
    for (const one of side) for (const other of this.ids) if (!side.includes(other)) this.cut([one, other]);
    this.mail = this.mail.filter(({ from, to }) => !this.cuts.has(`${from}>${to}`));
  }

  heal(): void {
    this.cuts.clear();
  }

  /** One letter arrives, by its place in the mail. */
  deliver(at: number): void {
    const [letter] = this.mail.splice(at, 1);
    if (letter !== undefined) this.hand(letter);
  }

  hand({ from, to, message }: Mail): void {
    this.lines.push(`s${to} hears s${from}: ${shown(message)}`);
    this.step(to, (draft) => receive(draft, from, message));
  }

  /** All mail arrives in order, and what it leads to. @returns How many letters it took. */
  settle(lettersMax = 10_000): number {
    let letters = 0;
    for (; this.mail.length > 0; letters++) {
      expect(letters, 'the mail comes to an end').toBeLessThan(lettersMax);
      this.deliver(0);
    }
    return letters;
  }

  /** A server's timeout runs out after a silence long enough for the others to have forgotten their leader. */
  elect(id: NodeId): void {
    this.pass(this.options.electionTimeoutMin);
    this.wake(id);
    this.settle();
  }

  /** Mail arrives in order until this server leads; what that leads to is still on its way. */
  settleUntilLeads(id: NodeId): void {
    while (this.state(id).role !== 'leader') this.settleNext();
  }

  /** The oldest letter arrives; there must be one. */
  settleNext(): void {
    expect(this.mail.length, 'a letter is on its way').toBeGreaterThan(0);
    this.deliver(0);
  }

  /** So many heartbeats of the leader, each settled. */
  beat(id: NodeId, times = 1): void {
    for (let i = 0; i < times; i++) {
      this.wake(id);
      this.settle();
    }
  }
}

/** The part of a state that a reader wants to see change. */
function glance(state: RaftState): string {
  const { log } = state;
  const held = log
    .slice(log.firstIndex, log.lastIndex)
    .map((each) => each.term)
    .join(' ');
  const head = log.firstIndex > 1 ? `(${log.firstIndex - 1}:${log.prevTerm}) ` : '';
  return `${state.role} term=${state.currentTerm} vote=${state.votedFor} commit=${state.commitIndex} log=[${head}${held}]`;
}

/** A message in a line. */
export function shown(message: RaftMessage): string {
  switch (message.kind) {
    case 'requestVote':
      return `${message.isPreVote ? 'requestPreVote' : 'requestVote'} term=${message.term} last=${message.lastLogIndex}:${message.lastLogTerm}`;
    case 'requestVoteReply':
      return `${message.isPreVote ? 'preVote' : 'vote'} term=${message.term} ${message.voteGranted ? 'granted' : 'refused'}`;
    case 'appendEntries':
      return `appendEntries term=${message.term} prev=${message.prevLogIndex}:${message.prevLogTerm} commit=${message.leaderCommit} entries=[${message.entries.map((each) => each.term).join(' ')}]`;
    case 'appendEntriesReply':
      return message.success
        ? `accepted term=${message.term} match=${message.matchIndex}`
        : `rejected term=${message.term} prev=${message.prevLogIndex} hint=${message.matchIndex}:${message.hintTerm}`;
    case 'installSnapshot':
      return `installSnapshot term=${message.term} last=${message.lastIndex}:${message.lastTerm} bytes=${message.offset}..${message.offset + message.data.length}${message.done ? ' done' : ''}`;
    case 'installSnapshotReply':
      return `installSnapshotReply term=${message.term} last=${message.lastIndex} received=${message.receivedBytes}${message.isInstalled ? ' installed' : ''}`;
  }
}
