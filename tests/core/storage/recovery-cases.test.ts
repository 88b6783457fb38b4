import { describe, expect, test } from 'vitest';
import {
  CLEAN_STOP_CASES,
  FILE_CASES,
  RECORD_CASES,
  SNAPSHOT_CASES,
  matches,
  type CleanStopSight,
  type FileSight,
  type RecordSight,
  type SnapshotSight,
} from '../../../src/core/storage/recovery-cases.js';

const BOOLEANS = [false, true];

const FILE_SIGHTS = (['whole', 'broken', 'foreign', 'otherVersion', 'misnamed', 'otherSystem', 'otherMembers'] as const).flatMap((head) =>
  (['newest', 'named', 'beside'] as const).flatMap((place) => BOOLEANS.map((hasMarks): FileSight => ({ head, place, hasMarks }))),
);
const CLEAN_STOP_SIGHTS = (['whole', 'broken', 'foreign', 'otherVersion'] as const).flatMap((file) =>
  (['newest', 'passed', 'missing'] as const).map((names): CleanStopSight => ({ file, names })),
);
const RECORD_SIGHTS = (['whole', 'broken', 'end'] as const).flatMap((bytes) =>
  BOOLEANS.flatMap((isEndDeclared) =>
    BOOLEANS.flatMap((wasSynced) => BOOLEANS.map((follows): RecordSight => ({ bytes, isEndDeclared, wasSynced, follows }))),
  ),
);
const SNAPSHOT_SIGHTS = (['whole', 'broken', 'none', 'stranger'] as const).flatMap((file) =>
  BOOLEANS.flatMap((agrees) => BOOLEANS.map((reachesLog): SnapshotSight => ({ file, matches: agrees, reachesLog }))),
);

describe('every sight has one case', () => {
  test.each(FILE_SIGHTS)('a file: %o', (sight) => expect(FILE_CASES.filter(({ when }) => matches(sight, when))).toHaveLength(1));
  test.each(CLEAN_STOP_SIGHTS)('the mark of a clean stop: %o', (sight) =>
    expect(CLEAN_STOP_CASES.filter(({ when }) => matches(sight, when))).toHaveLength(1),
  );
  test.each(RECORD_SIGHTS)('a place: %o', (sight) => expect(RECORD_CASES.filter(({ when }) => matches(sight, when))).toHaveLength(1));
  test.each(SNAPSHOT_SIGHTS)('a snapshot: %o', (sight) =>
    expect(SNAPSHOT_CASES.filter(({ when }) => matches(sight, when))).toHaveLength(1),
  );
});

test('every case is met by some sight, and names are used once', () => {
  const met = [
    ...FILE_CASES.filter(({ when }) => FILE_SIGHTS.some((sight) => matches(sight, when))),
    ...CLEAN_STOP_CASES.filter(({ when }) => CLEAN_STOP_SIGHTS.some((sight) => matches(sight, when))),
    ...RECORD_CASES.filter(({ when }) => RECORD_SIGHTS.some((sight) => matches(sight, when))),
    ...SNAPSHOT_CASES.filter(({ when }) => SNAPSHOT_SIGHTS.some((sight) => matches(sight, when))),
  ].map(({ name }) => name);
  expect(new Set(met).size).toBe(FILE_CASES.length + CLEAN_STOP_CASES.length + RECORD_CASES.length + SNAPSHOT_CASES.length);
});

test('nothing that was once durable is ever cut or passed over', () => {
  for (const { when, decision } of RECORD_CASES)
    if (when.wasSynced === true || (when.bytes === 'broken' && when.isEndDeclared === true)) expect(decision).toBe('refuse');
  for (const { when, decision } of CLEAN_STOP_CASES)
    if (when.names === 'missing' || when.file === 'broken') expect(decision).toBe('refuse');
  for (const { when, decision } of FILE_CASES)
    if (when.head === 'broken' && (when.hasMarks === true || when.place === 'named')) expect(decision).toBe('refuse');
});
