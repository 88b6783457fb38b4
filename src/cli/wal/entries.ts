import type { ByteString } from '../../core/base/bytestring.js';
import { fail, ok, type Result } from '../../core/base/result.js';
import { ENTRY_COMMAND, keptStore } from '../../core/journal/kept-store.js';
import { recall } from '../../core/journal/recall.js';
import type { Recovered } from '../../core/storage/storage.js';
import type { StoredEntry } from '../../core/storage/types.js';
import type { Command } from '../../core/store/command.js';
import { defaultOptions } from '../../core/systems/primary-replica/options.js';
import { keptTenure } from '../../core/systems/primary-replica/tenure.js';
import type { Cell as QuorumCell, Entry as QuorumEntry } from '../../core/systems/quorum/cells.js';
import { ENTRY_QUORUM, KEPT_CELLS } from '../../core/systems/quorum/kept-cells.js';
import { ENTRY_NOOP } from '../../core/systems/raft/persist.js';
import { ENTRY_ELECTION, KEPT_DATA } from '../../core/systems/simple-election/data.js';
import { DEFAULT_SINGLE_OPTIONS } from '../../core/systems/single/options.js';
import { NOBODY } from '../../core/base/units.js';
import { decodeCommand } from '../../core/wire/protobuf/command.js';
import { shown } from '../terminal/shown.js';

/** What each kind of entry says; every system has numbers of its own (docs/FORMATS.md). */
const READERS: Readonly<Record<number, (payload: Uint8Array) => Result<string, string>>> = {
  [ENTRY_NOOP]: () => ok('no-op'),
  [ENTRY_COMMAND]: (payload) => mapped(decodeCommand(payload), commandText),
  [ENTRY_QUORUM]: (payload) => mapped(KEPT_CELLS.decodeEntry(payload), quorumText),
  [ENTRY_ELECTION]: (payload) =>
    mapped(KEPT_DATA.decodeEntry(payload), ({ key, cell: { value, version } }) =>
      changeText(key, value, value === null ? [] : [`version ${version}`]),
    ),
};

/**
 * An entry in words: what it changes as a person would type it (`SET key value`, `DELETE key`), and in parentheses what the
 * system knows beside that. One line, whatever bytes are in it.
 */
export function entryText({ kind, payload }: StoredEntry): string {
  const read = READERS[kind];
  if (read === undefined) return `kind ${kind}, which this version does not know`;
  const text = read(payload);
  return text.ok ? text.value : `kind ${kind}: ${text.problem}`;
}

/** The systems with a journal, as their servers recall it. */
const KEEPERS: readonly {
  readonly system: string;
  readonly recalls: (recovered: Recovered) => Result<unknown, string>;
  readonly entryKind: number;
}[] = [
  keeper('single', keptStore(DEFAULT_SINGLE_OPTIONS.store)),
  keeper('primary-replica', keptTenure(defaultOptions(NOBODY).store)),
  keeper('quorum', KEPT_CELLS),
  keeper('simple-election', KEPT_DATA),
];

/**
 * Whose journal this is, tried by the very code that a server of each system would run: two systems keep commands, so
 * there may be several.
 *
 * @returns Their names, none where nothing was kept yet; or why a start would be refused. A log with a term is that of raft.
 */
export function keptBy(recovered: Recovered): Result<readonly string[], string> {
  if (recovered.currentTerm > 0) return ok(['raft']);
  if (recovered.entries.length === 0 && recovered.snapshot === null) return ok([]);
  const outcomes = KEEPERS.map(({ system, entryKind, recalls }) => ({ system, entryKind, outcome: recalls(recovered) }));
  const systems = outcomes.filter(({ outcome }) => outcome.ok).map(({ system }) => system);
  if (systems.length > 0) return ok(systems);
  const kind = recovered.entries[0]?.kind;
  const problems = outcomes.flatMap(({ entryKind, outcome }) => (outcome.ok ? [] : [{ entryKind, problem: outcome.problem }]));
  const nearest = problems.find(({ entryKind }) => entryKind === kind) ?? problems[0];
  return nearest === undefined ? ok([]) : fail(nearest.problem);
}

function keeper<State, Entry, Outcome>(
  system: string,
  kept: Parameters<typeof recall<State, Entry, Outcome>>[0],
): (typeof KEEPERS)[number] {
  return { system, entryKind: kept.entryKind, recalls: (recovered) => recall(kept, recovered) };
}

function commandText({ op, key, value, version, clientId, sequenceNum }: Command): string {
  const session = clientId === 0 ? [] : [`session ${clientId}, command ${sequenceNum}`];
  switch (op) {
    case 'registerClient':
      return 'register a session';
    case 'put':
      return withAside(`PUT ${textOf(key)} ${version} ${textOf(value)}`, session);
    case 'set':
      return changeText(key, value, session);
    case 'delete':
      return changeText(key, null, session);
  }
}

function quorumText(entry: QuorumEntry): string {
  switch (entry.kind) {
    case 'life':
      return 'the server starts';
    case 'cell':
      return changeText(entry.key, entry.cell.value, asideOf(entry.cell));
    case 'issue': {
      const shownUntilThen = entry.keeps === 0 ? [] : [`write ${entry.keeps} is shown until it has W`];
      return changeText(entry.key, entry.cell.value, [...asideOf(entry.cell), 'given out', ...shownUntilThen]);
    }
    case 'drop':
      return `write ${entry.writeId} of ${textOf(entry.key)} is dropped`;
  }
}

function asideOf({ writeId, version, value }: QuorumCell): readonly string[] {
  return [`write ${writeId}`, ...(value === null ? [] : [`version ${version}`])];
}

/** @param value null: the key is deleted. */
function changeText(key: ByteString, value: ByteString | null, aside: readonly string[]): string {
  return withAside(value === null ? `DELETE ${textOf(key)}` : `SET ${textOf(key)} ${textOf(value)}`, aside);
}

function withAside(text: string, aside: readonly string[]): string {
  return aside.length === 0 ? text : `${text} (${aside.join(', ')})`;
}

function textOf(bytes: ByteString): string {
  return shown(Buffer.from(bytes, 'latin1').toString('utf8'));
}

function mapped<From, To>(result: Result<From, string>, map: (value: From) => To): Result<To, string> {
  return result.ok ? ok(map(result.value)) : result;
}
