import type { Operation, OperationName } from '../../../src/sim/checkers/history.js';
import type { FileModel } from '../../../src/sim/checkers/specification.js';
import { kv } from '../../../src/sim/checkers/models/kv.js';
import { lock } from '../../../src/sim/checkers/models/lock.js';
import { register } from '../../../src/sim/checkers/models/register.js';
import { text } from '../../../src/sim/checkers/models/text.js';
import { isLinearizableByDefinition, PlainKv, PlainLock, PlainRegister, PlainText, type Draw, type Maker, type Plain } from './made.js';

/** One kind of history: how to make it, what to check it against, and the slow definition. */
export interface Kind {
  readonly name: string;
  readonly model: FileModel;
  readonly maker: Maker;
  isLinearizable(operations: readonly Operation[]): boolean;
}

const pick = <T>(draw: Draw, ...of: readonly T[]): T => of[draw(of.length)]!;

function kind<State extends Plain>(
  name: string,
  model: FileModel,
  start: () => State,
  clone: (state: State) => State,
  input: Maker['input'],
  tellsVersions?: boolean,
): Kind {
  return {
    name,
    model,
    maker: tellsVersions === undefined ? { start, input } : { start, input, tellsVersions },
    isLinearizable: (operations) => isLinearizableByDefinition(operations, start(), clone),
  };
}

const cloneRegister = ({ now }: PlainRegister) => new PlainRegister(now);
const cloneKv = ({ value, version }: PlainKv) => new PlainKv(value, version);
const cloneText = ({ now }: PlainText) => new PlainText(now);
const few = (draw: Draw) => `${draw(4)}`;
let unique = 0;

const kvInput =
  (ops: readonly OperationName[], valueOf: (draw: Draw) => string): Maker['input'] =>
  (draw, plain) => {
    const op = ops[draw(ops.length)]!;
    const near = Math.max(0, (plain as PlainKv).version + pick(draw, 0, 0, 0, -1, 1));
    return { op, value: op === 'put' || op === 'set' ? valueOf(draw) : null, version: op === 'put' ? near : null };
  };

export const KINDS: readonly Kind[] = [
  kind(
    'register',
    register,
    () => new PlainRegister(),
    cloneRegister,
    (draw) => {
      const op = pick<OperationName>(draw, 'read', 'read', 'write', 'cas', 'cas');
      return {
        op,
        value: op === 'read' ? null : few(draw),
        expected: op === 'cas' ? pick(draw, null, few(draw), few(draw), few(draw)) : null,
      };
    },
  ),
  kind(
    'register without cas',
    register,
    () => new PlainRegister(),
    cloneRegister,
    (draw) => {
      const op = pick<OperationName>(draw, 'read', 'write');
      return { op, value: op === 'read' ? null : few(draw) };
    },
  ),
  kind(
    'register of unique values',
    register,
    () => new PlainRegister(),
    cloneRegister,
    (draw) => {
      const op = pick<OperationName>(draw, 'read', 'write');
      return { op, value: op === 'read' ? null : `u${unique++}` };
    },
  ),
  kind(
    'register of unique values with cas',
    register,
    () => new PlainRegister(),
    cloneRegister,
    (draw, plain) => {
      const op = pick<OperationName>(draw, 'read', 'write', 'cas', 'cas');
      const { now } = plain as PlainRegister;
      return {
        op,
        value: op === 'read' ? null : `u${unique++}`,
        expected: op === 'cas' ? pick(draw, now, now, `u${Math.max(0, unique - 2)}`) : null,
      };
    },
  ),
  kind('kv', kv, () => new PlainKv(), cloneKv, kvInput(['get', 'get', 'put', 'put', 'set', 'delete'], few)),
  kind('kv without delete', kv, () => new PlainKv(), cloneKv, kvInput(['get', 'get', 'put', 'put', 'set'], few)),
  kind(
    'kv with versions told',
    kv,
    () => new PlainKv(),
    cloneKv,
    kvInput(['get', 'put', 'set'], (draw) => `${draw(100)}`),
    true,
  ),
  kind(
    'kv of unique values and versions',
    kv,
    () => new PlainKv(),
    cloneKv,
    kvInput(['get', 'get', 'put', 'put', 'set', 'delete'], () => `u${unique++}`),
  ),
  kind('kv without versions', kv, () => new PlainKv(), cloneKv, kvInput(['get', 'get', 'set', 'set', 'delete'], few), false),
  kind(
    'kv of unique values',
    kv,
    () => new PlainKv(),
    cloneKv,
    kvInput(['get', 'set'], () => `u${unique++}`),
    false,
  ),
  kind(
    'lock',
    lock,
    () => new PlainLock(),
    ({ holder }) => new PlainLock(holder),
    (draw) => ({
      op: pick<OperationName>(draw, 'acquire', 'release'),
      value: pick(draw, null, null, 'a', 'b'),
    }),
  ),
  kind(
    'text',
    text,
    () => new PlainText(),
    cloneText,
    (draw) => {
      const op = pick<OperationName>(draw, 'get', 'get', 'append', 'append', 'set');
      return { op, value: op === 'get' ? null : pick(draw, '', 'a', 'b', 'ab') };
    },
  ),
  kind(
    'text of unique values',
    text,
    () => new PlainText(),
    cloneText,
    (draw) => {
      const op = pick<OperationName>(draw, 'get', 'set');
      return { op, value: op === 'get' ? null : `u${unique++}` };
    },
  ),
];

/** Objects that hold something at first. */
export const HOLDING: readonly Kind[] = [
  kind(
    'register that holds a value at first',
    register.holding!('2'),
    () => new PlainRegister('2'),
    cloneRegister,
    (draw, plain) => {
      const op = pick<OperationName>(draw, 'read', 'read', 'write', 'cas');
      const { now } = plain as PlainRegister;
      const value = op === 'read' ? null : pick(draw, few(draw), `u${unique++}`);
      return { op, value, expected: op === 'cas' ? pick(draw, null, now, few(draw)) : null };
    },
  ),
  kind(
    'register of unique values that holds one at first',
    register.holding!('first'),
    () => new PlainRegister('first'),
    cloneRegister,
    (draw) => {
      const op = pick<OperationName>(draw, 'read', 'write');
      return { op, value: op === 'read' ? null : `u${unique++}` };
    },
  ),
  kind(
    'text that is not empty at first',
    text.holding!('a'),
    () => new PlainText('a'),
    cloneText,
    (draw) => {
      const op = pick<OperationName>(draw, 'get', 'get', 'append', 'append', 'set');
      return { op, value: op === 'get' ? null : pick(draw, '', 'a', 'b', 'ab') };
    },
  ),
];

/** The history with one answer changed to that of another operation, or with two times changed: often no longer linearizable. */
export function spoil(operations: readonly Operation[], draw: Draw): Operation[] {
  const spoiled = [...operations];
  const known = spoiled.map((_, i) => i).filter((i) => spoiled[i]!.returnUs !== null);
  if (known.length < 2) return spoiled;
  const i = known[draw(known.length)]!;
  const from = spoiled.filter((other) => other.op === spoiled[i]!.op && other.returnUs !== null);
  const { outcome, resultValue, resultVersion } = from[draw(from.length)]!;
  const isShift = draw(3) === 0;
  const shift = draw(9) - 4;
  const { callUs, returnUs } = spoiled[i]!;
  const mayTake = spoiled[i]!.op !== 'put' || spoiled[i]!.version !== 0 || outcome !== 'noKey';
  spoiled[i] =
    isShift || !mayTake
      ? { ...spoiled[i]!, callUs: callUs + shift, returnUs: (returnUs ?? 0) + shift }
      : { ...spoiled[i]!, outcome, resultValue, resultVersion };
  return spoiled;
}
