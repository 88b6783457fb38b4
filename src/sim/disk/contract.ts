import { assert } from '../../core/base/assert.js';
import type { DiskStep } from '../../core/machine.js';

/**
 * What a disk may ask of its user within one life of a process, beside the order of steps: two operations in flight do
 * not change the same bytes or names, none uses a name that another in flight takes away, and nobody uses a
 * name after having removed it. Each is a mistake of the user's, whatever the disk then does.
 */
export class DiskContract {
  readonly #removed = new Set<string>();

  /** An operation is to begin beside others. Throws where the two could not both be meant. */
  checkTogether(some: readonly DiskStep[], others: readonly DiskStep[]): void {
    for (const one of some) {
      for (const other of others) {
        assert(!changesSame(one, other), 'two disk operations in flight change the same bytes or names');
        assert(!takesAway(one, other) && !takesAway(other, one), 'a disk operation in flight uses a name that another takes away');
      }
    }
  }

  /** A step is to be carried out now. Throws where it uses a file that this user has removed. */
  checkStep(step: DiskStep): void {
    switch (step.kind) {
      case 'append':
      case 'write':
        // This makes a new file.
        if (this.#removed.size > 0) this.#removed.delete(step.path);
        return;
      case 'rename':
        this.#checkThere(step.path);
        this.#removed.delete(step.to);
        this.#removed.add(step.path);
        return;
      case 'remove':
        this.#checkThere(step.path);
        this.#removed.add(step.path);
        return;
      case 'read':
      case 'sync':
      case 'truncate':
        this.#checkThere(step.path);
    }
  }

  /** The process died: the next one has removed nothing yet. */
  forget(): void {
    this.#removed.clear();
  }

  #checkThere(path: string): void {
    assert(!this.#removed.has(path), 'a file is not used after it was removed');
  }
}

/** Whether two operations would change the same bytes of a file or the same names. */
function changesSame(one: DiskStep, other: DiskStep): boolean {
  if (one.kind === 'write' && other.kind === 'write') {
    return one.path === other.path && one.offset < other.offset + other.bytes.length && other.offset < one.offset + one.bytes.length;
  }
  const names = namesChanged(other);
  return namesChanged(one).some((name) => names.includes(name));
}

/** Whether the first takes away a name that the second reads or syncs. */
function takesAway(one: DiskStep, other: DiskStep): boolean {
  if (one.kind !== 'remove' && one.kind !== 'rename') return false;
  return (other.kind === 'read' || other.kind === 'sync') && namesChanged(one).includes(other.path);
}

function namesChanged(step: DiskStep): readonly string[] {
  switch (step.kind) {
    case 'append':
    case 'write':
    case 'truncate':
    case 'remove':
      return [step.path];
    case 'rename':
      return [step.path, step.to];
    default:
      return [];
  }
}
