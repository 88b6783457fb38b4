import { assert } from '../../core/base/assert.js';
import { operationId, type Micros, type OperationId } from '../../core/base/units.js';
import type { Acting } from './acting.js';
import type { DiskStep } from '../../core/machine.js';
import type { RunningDigest } from '../base/running-digest.js';
import type { DiskWork } from '../disk/disk.js';
import type { Observer } from './observer.js';
import type { Process } from './process.js';
import type { EventQueue } from '../base/event-queue.js';
import type { Lives } from './lives.js';

/** What disks need of the world that they work in. */
export interface DisksWorld {
  readonly queue: EventQueue;
  readonly digest: RunningDigest;
  readonly lives: Lives;
  /** The kind of event that a disk operation is due with. */
  readonly kind: number;
  observer(): Observer | null;
  /** Whose mistake it is if the disk now throws. */
  readonly acting: Acting;
}

/** Of steps that are no operation of a machine: their outcome is told to nobody. */
const CLOSING = operationId(0);

/** Lets the disks of a world work: operations go into the queue, come back when they are due, and halt where a trap says so. */
export class Disks {
  readonly #world: DisksWorld;

  constructor(world: DisksWorld) {
    this.#world = world;
  }

  /** A machine asks for an operation. */
  begin(process: Process, operation: OperationId, steps: readonly DiskStep[]): void {
    const { digest, queue, lives, kind } = this.#world;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] as DiskStep;
      if (step.kind === 'append' || step.kind === 'write') digest.mixBytes(step.bytes);
    }
    this.#world.acting.begin(process, 'a disk operation');
    assert(process.disk !== null, 'a machine without a disk asks for none');
    const work = process.disk.begin(operation, steps, queue.nowUs);
    this.#world.acting.end();
    process.diskUnreported++;
    const { life } = process;
    if (process.trap !== null) lives.onHandedOver(process, work);
    if (process.life === life) queue.push(work.dueUs, kind, process.id, 0, life, work);
  }

  /** Takes the closing steps of a process that stops, if its machine has any. @returns Whether it has. */
  close(process: Process): boolean {
    this.#world.acting.begin(process, 'closing');
    const steps = process.machine.closing?.(process.state) ?? [];
    this.#world.acting.end();
    if (steps.length > 0) this.begin(process, CLOSING, steps);
    return steps.length > 0;
  }

  /** An operation is due. @returns Whether it is over, so that its machine is to be told; else it comes again, or its process has died. */
  due(process: Process, work: DiskWork): boolean {
    const { queue, lives, kind } = this.#world;
    const { life } = process;
    if (work.outcome === null) this.#advance(process, work);
    if (work.onHalt !== null && (work.outcome !== null || work.dueUs <= queue.nowUs)) {
      lives.onHalted(work);
      if (process.life !== life) return false;
      if (work.outcome === null) this.#advance(process, work);
    }
    if (work.outcome === null) queue.push(work.dueUs, kind, process.id, 0, life, work);
    return work.outcome !== null;
  }

  /** Lets the world's observer see what becomes durable on a process's disk, if it wants to. */
  watch({ id, disk }: Process): void {
    if (disk === null) return;
    const { observer, queue } = this.#world;
    const isWatched = observer()?.onSynced !== undefined;
    disk.onSynced = isWatched
      ? (path, durable, sizeBytes) => observer()?.onSynced?.(queue.nowUs as Micros, id, path, durable, sizeBytes)
      : null;
  }

  #advance(process: Process, work: DiskWork): void {
    this.#world.acting.begin(process, 'a disk operation');
    process.disk?.advance(work, this.#world.queue.nowUs);
    this.#world.acting.end();
  }
}
