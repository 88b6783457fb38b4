/**
 * The linearizability checker on made histories. Run as a program it prints one JSON object; an argument
 * picks rows by a part of their name. Every history comes in two: as it was made, linearizable, and with one
 * answer made wrong. Then the reading of histories from files, in each format, beside the check of what was read.
 */
import { advance, below } from '../src/core/base/random.js';
import { checkLinearizability } from '../src/sim/checkers/linearizability.js';
import type { Operation, OperationOutcome } from '../src/sim/checkers/history.js';
import type { FileModel } from '../src/sim/checkers/specification.js';
import { kv } from '../src/sim/checkers/models/kv.js';
import { register } from '../src/sim/checkers/models/register.js';
import { FORMATS, HistoryReading, type HistoryFormat } from '../src/sim/checkers/formats/history.js';
import { jsonLineOf } from '../src/sim/checkers/formats/json-lines.js';

interface Row {
  readonly name: string;
  readonly kind: Kind;
  readonly operations: number;
  readonly keys: number;
  readonly clients: number;
  /** How many outcomes are unknown. */
  readonly unknown: number;
}

/** versioned: get, put, set with versions told; deleted: and delete; unique: get, set, each value once; few: read, write, cas of five values; overwrite: read, write of five. */
type Kind = 'versioned' | 'deleted' | 'unique' | 'few' | 'overwrite';

const KINDS: readonly Kind[] = ['versioned', 'deleted', 'unique', 'overwrite', 'few'];

const SIZES: readonly Omit<Row, 'kind'>[] = [
  { name: 'simulator', operations: 2_000, keys: 8, clients: 6, unknown: 60 },
  { name: '100 keys', operations: 100_000, keys: 100, clients: 50, unknown: 0 },
  { name: '10 keys, unknown outcomes', operations: 10_000, keys: 10, clients: 20, unknown: 100 },
  { name: 'one register, unknown outcomes', operations: 1_000, keys: 1, clients: 10, unknown: 13 },
  { name: 'one key, 10 clients', operations: 10_000, keys: 1, clients: 10, unknown: 0 },
  { name: 'one key, 50 clients', operations: 10_000, keys: 1, clients: 50, unknown: 0 },
  { name: 'one key, hopeless', operations: 3_000, keys: 1, clients: 30, unknown: 300 },
];

const ROUNDS_MIN = 3;
const ROUNDS_MAX = 51;
/** Enough rounds for the median of a short check to be that of warm code. */
const MEASURE_MS = 500;
const SPAN_US_MAX = 1_000;

let random = 1;
function draw(bound: number): number {
  random = advance(random);
  return below(random, bound);
}

/** A linearizable history: clients in closed loops, each operation taking effect once between call and return. */
function make({ kind, operations, keys, clients, unknown }: Row): Operation[] {
  const plans: { atUs: number; callUs: number; returnUs: number; clientId: number; isUnknown: boolean }[] = [];
  const free = Array.from({ length: clients }, (_, c) => ({ clientId: c + 1, atUs: draw(SPAN_US_MAX) }));
  let lastClient = clients;
  const unknownPlaces = new Set<number>();
  while (unknownPlaces.size < unknown) unknownPlaces.add(draw(operations));
  for (let n = 0; n < operations; n++) {
    const client = free[n % clients]!;
    const callUs = client.atUs;
    const returnUs = callUs + 1 + draw(SPAN_US_MAX);
    const isUnknown = unknownPlaces.has(n);
    plans.push({ atUs: callUs + draw((returnUs - callUs) * (isUnknown ? 20 : 1)), callUs, returnUs, clientId: client.clientId, isUnknown });
    client.atUs = returnUs + 1 + draw(SPAN_US_MAX / 10);
    if (isUnknown) client.clientId = ++lastClient;
  }
  plans.sort((a, b) => a.atUs - b.atUs || a.clientId - b.clientId);
  const objects = new Map<string, { value: string | null; version: number }>();
  let unique = 0;
  return plans.map(({ callUs, returnUs, clientId, isUnknown }) => {
    const key = `k${draw(keys)}`;
    let object = objects.get(key);
    if (object === undefined) objects.set(key, (object = { value: null, version: 0 }));
    const isEffective = !isUnknown || draw(2) === 0;
    const did = act(kind, object, `v${unique++}`, isEffective);
    const operation: Operation = {
      clientId,
      key,
      callUs,
      returnUs,
      expected: null,
      version: null,
      value: null,
      resultValue: null,
      resultVersion: null,
      ...did,
    };
    return isUnknown ? { ...operation, outcome: 'unknown' as const, resultValue: null, resultVersion: null, returnUs: null } : operation;
  });
}

function act(
  kind: Kind,
  object: { value: string | null; version: number },
  fresh: string,
  isEffective: boolean,
): Pick<Operation, 'op' | 'outcome'> & Partial<Operation> {
  const isRead = draw(2) === 0;
  if (kind === 'few' || kind === 'overwrite') {
    if (isRead) return { op: 'read', outcome: 'ok', resultValue: object.value };
    const value = `${draw(5)}`;
    const isCas = kind === 'few' && draw(2) === 0;
    const expected = isCas ? `${draw(5)}` : null;
    const outcome: OperationOutcome = isCas && object.value !== expected ? 'refused' : 'ok';
    if (outcome === 'ok' && isEffective) object.value = value;
    return { op: isCas ? 'cas' : 'write', outcome, value, expected };
  }
  const { version } = object;
  const told = kind !== 'unique';
  if (isRead && object.value === null) return { op: 'get', outcome: 'noKey' };
  if (isRead) return { op: 'get', outcome: 'ok', resultValue: object.value, resultVersion: told ? version : null };
  if (kind === 'deleted' && draw(6) === 0) {
    const outcome: OperationOutcome = object.value === null ? 'noKey' : 'ok';
    if (isEffective) [object.value, object.version] = [null, 0];
    return { op: 'delete', outcome };
  }
  const isPut = told && draw(4) !== 0;
  const wanted = Math.max(0, version - (draw(4) === 0 ? 1 : 0));
  const outcome: OperationOutcome = !isPut || wanted === version ? 'ok' : object.value === null ? 'noKey' : 'versionConflict';
  if (outcome === 'ok' && isEffective) {
    object.value = fresh;
    object.version++;
  }
  return { op: isPut ? 'put' : 'set', outcome, value: fresh, version: isPut ? wanted : null };
}

const ATTEMPTS = 100;
const ATTEMPT_STEPS = 1_000_000;

/** The history with one answer, in its last third, that the checker does not accept. */
function spoil(operations: readonly Operation[], model: FileModel): Operation[] | null {
  const reads = operations.flatMap(({ op, outcome }, i) =>
    (op === 'get' || op === 'read') && outcome === 'ok' && i > operations.length * 0.7 ? [i] : [],
  );
  for (let attempt = 0; attempt < ATTEMPTS && reads.length > 0; attempt++) {
    const at = reads[draw(reads.length)]!;
    const read = operations[at]!;
    const past = operations
      .slice(Math.max(0, at - 3_000), at)
      .findLast(
        (other) => other.op === read.op && other.outcome === 'ok' && other.key === read.key && other.resultValue !== read.resultValue,
      );
    if (past === undefined) continue;
    const spoiled = operations.with(at, { ...read, resultValue: past.resultValue, resultVersion: past.resultVersion });
    if (checkLinearizability(spoiled, model, { stepsMax: ATTEMPT_STEPS }).verdict !== 'passed') return spoiled;
  }
  return null;
}

function measure(row: Row, operations: readonly Operation[], model: FileModel, isSpoiled: boolean): object {
  const times: number[] = [];
  let result = checkLinearizability(operations, model);
  for (let spent = 0; times.length < ROUNDS_MIN || (times.length < ROUNDS_MAX && spent < MEASURE_MS); spent += times.at(-1)!) {
    const before = performance.now();
    result = checkLinearizability(operations, model);
    times.push(performance.now() - before);
    if (spent > 4 * MEASURE_MS) break;
  }
  times.sort((a, b) => a - b);
  return {
    ...row,
    isSpoiled,
    verdict: result.verdict,
    steps: result.steps,
    milliseconds: Number(times[times.length >> 1]!.toFixed(2)),
    residentMiB: Math.round(process.memoryUsage().rss / 1_048_576),
  };
}

/** What a client did to a register, as the file of each format has it. The operations are in the order of time and none overlaps another. */
const FILES: Readonly<Record<HistoryFormat, (operation: Operation) => string>> = {
  jsonl: jsonLineOf,
  edn: ({ clientId, key, op, value, resultValue }) =>
    ['invoke', 'ok']
      .map(
        (type, n) =>
          `{:type :${type}, :f :${op}, :value [${key} ${op === 'write' ? value : n === 0 ? 'nil' : resultValue}], :time 123456789, :process ${clientId}}`,
      )
      .join('\n'),
  json: ({ clientId, key, op, value, resultValue }) =>
    ['invoke', 'ok']
      .map((type, n) =>
        JSON.stringify({
          type,
          f: op,
          value: [Number(key), op === 'write' ? Number(value) : n === 0 ? null : Number(resultValue)],
          time: 123456789,
          process: clientId,
        }),
      )
      .join('\n'),
  'jepsen-etcd': ({ clientId, key, op, value, resultValue }) =>
    ['invoke', 'ok']
      .map(
        (type, n) =>
          `INFO  jepsen.util - ${clientId}\t:${type}\t:${op}\t[${key} ${op === 'write' ? value : n === 0 ? 'nil' : resultValue}]`,
      )
      .join('\n'),
};

const READ_OPERATIONS = 100_000;
/** As a file is read. */
const PIECE_BYTES = 1024 * 1024;

/** Reads a file of one format, given in pieces, and checks it; the processor's time of both, for a clock tells more of the neighbours. */
function measureReading(format: HistoryFormat): object {
  random = 2_026;
  const values = new Map<string, number>();
  const lines: string[] = [];
  for (let n = 0; n < READ_OPERATIONS; n++) {
    const key = `${draw(100)}`;
    const isRead = values.has(key) && draw(2) === 0;
    if (!isRead) values.set(key, n + 1);
    const value = `${values.get(key)}`;
    const operation: Operation = {
      clientId: draw(10),
      key,
      op: isRead ? 'read' : 'write',
      value: isRead ? null : value,
      resultValue: isRead ? value : null,
      version: null,
      expected: null,
      resultVersion: null,
      outcome: 'ok',
      callUs: n * 2,
      returnUs: n * 2 + 1,
    };
    lines.push(FILES[format](operation));
  }
  const file = Buffer.from(lines.join('\n'));
  const reads: number[] = [];
  const checks: number[] = [];
  let verdict = '';
  for (let round = 0; round < ROUNDS_MIN; round++) {
    const before = process.cpuUsage();
    const reading = new HistoryReading(format, register);
    for (let at = 0; at < file.length; at += PIECE_BYTES) reading.push(file.subarray(at, at + PIECE_BYTES));
    const read = reading.finish();
    if (!read.ok) throw new Error(`${format}, line ${read.problem.line}: ${read.problem.problem}`);
    reads.push(processorMs(before));
    const between = process.cpuUsage();
    ({ verdict } = checkLinearizability(read.value.operations, read.value.model));
    checks.push(processorMs(between));
  }
  const median = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1]!;
  return {
    name: 'reading',
    format,
    operations: READ_OPERATIONS,
    megabytes: Number((file.length / 1e6).toFixed(1)),
    verdict,
    readingMilliseconds: median(reads),
    checkMilliseconds: median(checks),
    megabytesPerSecond: Number((file.length / 1_000 / median(reads)).toFixed(1)),
  };
}

function processorMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return Math.round((user + system) / 1_000);
}

/** Measures the rows whose name holds `part`; medians in milliseconds, memory of the whole process. */
export function benchChecker(part = ''): object {
  const rows: object[] = [];
  for (const size of SIZES) {
    for (const kind of KINDS) {
      const row: Row = { ...size, kind };
      if (!`${kind} ${size.name}`.includes(part)) continue;
      const model = kind === 'few' || kind === 'overwrite' ? register : kv;
      random = 2_026;
      const operations = make(row);
      const spoiled = spoil(operations, model);
      rows.push(measure(row, operations, model, false));
      if (spoiled !== null) rows.push(measure(row, spoiled, model, true));
    }
  }
  for (const format of FORMATS) if (`reading ${format}`.includes(part)) rows.push(measureReading(format));
  return { benchmark: 'checker', node: process.version, rows };
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(benchChecker(process.argv[2]), null, 1));
