import type { Micros } from '../../core/base/units.js';
import { unknownLine } from '../../core/base/did-you-mean.js';

/** A machine that broke its contract (core/machine.ts) in what it returned, in one line that says what was expected. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

const EFFECTS = ['send', 'respond', 'disk', 'note', 'stop'];
const DISK_STEPS = ['append', 'write', 'sync', 'syncDirectory', 'read', 'truncate', 'rename', 'remove', 'list'];

/** By what name the world reports a run that this ended. */
export function propertyBrokenBy(error: Error): 'assertion' | 'contract' | 'threw' {
  if (error instanceof ContractError) return 'contract';
  return error.name === 'AssertionError' ? 'assertion' : 'threw';
}

export const sendsToNobody = (to: unknown): ContractError =>
  new ContractError(`it sends to ${said(to)}, which is nobody here: a message goes to a member or to another process of the world`);

export const answersNobody = (connection: unknown): ContractError =>
  new ContractError(
    `it answers connection ${said(connection)}, which waits for no answer: a request is answered once at most, in the life in which it was read`,
  );

/** @throws {ContractError} When this is not what `init` or `step` returns. `by` says which, such as "step, for a message,". */
export function checkStep(step: unknown, by: () => string): void {
  if (isObject(step) && Array.isArray(step['effects']) && step['state'] !== undefined) {
    for (const effect of step['effects'] as readonly unknown[]) checkEffect(effect);
    return;
  }
  // What it comes to is of no interest any more, and nobody else waits for it.
  if (step instanceof Promise) step.catch(() => undefined);
  throw new ContractError(`${by()} returned ${wrongWith(step)}: it returns { state, effects } at once, effects as an array`);
}

/** @throws {ContractError} When this is no moment to be woken at. */
export function checkWakeAt(wakeAt: Micros): Micros {
  if (typeof wakeAt === 'number' && !Number.isNaN(wakeAt)) return wakeAt;
  throw new ContractError(`wakeAt(state) returned ${said(wakeAt)}: it returns a moment in microseconds, or null for never`);
}

function checkEffect(effect: unknown): void {
  if (!isObject(effect)) throw new ContractError(`an effect is ${said(effect)}: it is an object with a kind, one of ${EFFECTS.join(', ')}`);
  const { kind, operation, steps } = effect;
  if (kind === 'send' || kind === 'respond') return;
  if (typeof kind !== 'string' || !EFFECTS.includes(kind)) throw new ContractError(unknownKind('kind of effect', kind, EFFECTS));
  if (kind === 'note' && (typeof effect['name'] !== 'string' || typeof effect['text'] !== 'string'))
    throw new ContractError('a note has a name and a text, both strings');
  if (kind === 'stop' && typeof effect['reason'] !== 'string') throw new ContractError('a stop has a reason, a string');
  if (kind !== 'disk') return;
  if (typeof operation !== 'number' || !Array.isArray(steps))
    throw new ContractError('a disk effect has an operation, a number, and steps, an array');
  for (const step of steps as readonly unknown[]) {
    const stepKind = isObject(step) ? step['kind'] : step;
    if (typeof stepKind !== 'string' || !DISK_STEPS.includes(stepKind))
      throw new ContractError(unknownKind('kind of disk step', stepKind, DISK_STEPS));
  }
}

function wrongWith(step: unknown): string {
  if (step instanceof Promise) return 'a promise';
  if (!isObject(step)) return said(step);
  if (step['state'] === undefined) return 'no state (undefined)';
  return step['effects'] instanceof Promise ? 'a promise as its effects' : `${said(step['effects'])} as its effects`;
}

function unknownKind(what: string, kind: unknown, known: readonly string[]): string {
  return typeof kind === 'string' ? unknownLine(what, kind, known) : `a ${what} is ${said(kind)}: it is one of ${known.join(', ')}`;
}

function said(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  return isObject(value) ? 'an object' : String(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
