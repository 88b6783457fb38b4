import type { Machine } from '../../core/machine.js';
import type { ConnectionId, Micros, NodeId } from '../../core/base/units.js';
import type { SimDiskOptions } from '../disk/disk-options.js';
import type { Damage } from '../disk/damage.js';
import type { DiskImage, SimDisk } from '../disk/disk.js';
import type { Failure, FailingStep, Lie } from '../disk/pending-faults.js';
import type { LinkOptions, MessageRuler, Network } from '../network/network.js';
import type { Lives } from './lives.js';
import type { Process, Slowness, Trap } from './process.js';
import type { Cause, WorldAct, WorldEvent } from './world-event.js';

/** What can be looked up in the network of a world. What is done to it goes through the world, which tells of it. */
export type NetworkView = Pick<Network, 'knows' | 'isCut' | 'optionsOf' | 'ids'>;

/**
 * Everything that can be done to a world from outside: one method for each act. Each tells the observer of it as a {@link WorldEvent},
 * with its cause, and mixes it into the digest. What is done to clocks is in clocks.ts, and tells in the same way.
 */
export abstract class WorldActs {
  protected abstract readonly lives: Lives;
  protected abstract readonly links: Network;
  abstract get nowUs(): Micros;
  abstract process(id: NodeId): Process;
  abstract disk(id: NodeId): SimDisk;
  abstract request(id: NodeId, request: unknown, connection: ConnectionId): boolean;
  /** Takes what happened into the digest, and shows it to the observer. */
  protected abstract record(event: WorldEvent): void;

  #cause: Cause | null = null;

  // ---- causes

  /** Why what is done now is done; null where nobody says so. */
  get cause(): Cause | null {
    return this.#cause;
  }

  /** Does something for a reason. All that is done meanwhile, and all that is scheduled, has it as its cause. */
  because<Result>(cause: Cause | null, act: () => Result): Result {
    const before = this.#cause;
    this.#cause = cause;
    try {
      return act();
    } finally {
      this.#cause = before;
    }
  }

  /** The same act, which has the present cause whenever it is called. */
  withCause<Given extends readonly unknown[], Result>(act: (...given: Given) => Result): (...given: Given) => Result {
    const cause = this.#cause;
    return (...given) => this.because(cause, () => act(...given));
  }

  protected tell(act: WorldAct): void {
    this.record({ ...act, by: this.#cause });
  }

  // ---- processes

  /** Ends a process's life. With `keepsPageCache` it was killed (k); without, the power went (K), also of one that is down. */
  crash(id: NodeId, how: { readonly keepsPageCache: boolean }): void {
    this.lives.crash(this.process(id), how.keepsPageCache);
  }

  /** Boots a process that is down, with what its disk holds. Nothing if it is up. */
  restart(id: NodeId): void {
    this.lives.restart(this.process(id));
  }

  /** Asks a process to stop: see {@link Lives.stop}. `onEnd` is called when this life is over, whatever ended it; never for one that is down. */
  stop(id: NodeId, onEnd: () => void = () => undefined): void {
    this.lives.stop(this.process(id), this.withCause(onEnd));
  }

  /** Stops a process in its tracks: its disk works on, messages gather (up to `inboxMax`), nothing is read and no timer fires. */
  pause(id: NodeId): void {
    this.lives.pause(this.process(id));
  }

  /** Lets a paused process go on: it gets what gathered, in order, then its overdue timer. */
  resume(id: NodeId): void {
    this.lives.resume(this.process(id));
  }

  /** Lets each input of a process take a drawn span, until null is given or its life ends: see {@link Lives.slow}. */
  slow(id: NodeId, slowness: Slowness | null): void {
    this.lives.slow(this.process(id), slowness);
  }

  /** Calls off all that was asked for above; a process that was stopping has stopped. */
  relieve(id: NodeId): void {
    this.lives.relieve(this.process(id));
  }

  /** Sets a trap for the present life, or for the next one of a process that is down. It takes the place of one that is there. */
  arm(id: NodeId, trap: Trap): void {
    const spring = this.withCause((done: number, of: number) => {
      if (trap.isWanted?.() === false) return;
      this.tell({ kind: 'trapMet', node: id, at: trap.at, done, of });
      trap.spring(done, of);
    });
    this.lives.arm(this.process(id), { ...trap, spring });
  }

  /** A process that is down comes back as this machine, with the first or the later options of its run. It must understand what the other one left on its disk. */
  install<State, Message, Request, Response>(
    id: NodeId,
    machine: Machine<State, Message, Request, Response>,
    options: 'first' | 'later',
  ): void {
    this.lives.install(this.process(id), machine);
    this.tell({ kind: 'optionsChanged', node: id, options });
  }

  /** An operator asks a server to lead in place of another. */
  askTakeOver(id: NodeId, inPlaceOf: NodeId, request: unknown, connection: ConnectionId): void {
    this.tell({ kind: 'takeOverAsked', node: id, inPlaceOf });
    this.request(id, request, connection);
  }

  // ---- links

  /** Cuts one direction; what is under way on it is lost. */
  cut(from: NodeId, to: NodeId): void {
    this.links.cut(from, to);
    this.tell({ kind: 'cut', from, to });
  }

  /** Mends one direction. */
  heal(from: NodeId, to: NodeId): void {
    this.links.heal(from, to);
    this.tell({ kind: 'healed', from, to });
  }

  /** Cuts every link between two of these groups, both ways: `[[a], [b]]` parts two. Others' links stay as they are. */
  partition(groups: readonly (readonly NodeId[])[]): void {
    this.links.partition(groups);
    this.tell({ kind: 'partitioned', groups });
  }

  /** Mends every link, and lets go what was held. */
  healAll(): void {
    this.links.healAll();
    this.tell({ kind: 'allHealed' });
  }

  /** Clogs one direction: messages gather until {@link release}, then come in one burst. */
  hold(from: NodeId, to: NodeId): void {
    this.links.hold(from, to);
    this.tell({ kind: 'held', from, to });
  }

  /** Lets what gathered on one direction go, each with the delay drawn when it was sent. */
  release(from: NodeId, to: NodeId): void {
    this.links.release(from, to);
    this.tell({ kind: 'released', from, to });
  }

  /** One direction is slow from now on, as these options say. */
  slowLink(from: NodeId, to: NodeId, options: LinkOptions): void {
    this.links.setLink(from, to, options);
    this.tell({ kind: 'linkSlowed', from, to });
  }

  /** One direction is again as these options say. */
  restoreLink(from: NodeId, to: NodeId, options: LinkOptions): void {
    this.links.setLink(from, to, options);
    this.tell({ kind: 'linkRestored', from, to });
  }

  /** Gives every direction other options, calm ones. */
  calmLinks(optionsOf: (from: NodeId, to: NodeId) => LinkOptions): void {
    const { ids } = this.links;
    for (const from of ids) for (const to of ids) if (from !== to) this.links.setLink(from, to, optionsOf(from, to));
    this.tell({ kind: 'allCalmed' });
  }

  /** The receiver forgets a connection, and the sender does not notice: whatever it sends is lost. */
  halfOpen(from: NodeId, to: NodeId): void {
    this.links.halfOpen(from, to);
    this.tell({ kind: 'halfOpened', from, to });
  }

  /** The sender notices, and begins anew. */
  openFully(from: NodeId, to: NodeId): void {
    this.links.openFully(from, to);
    this.tell({ kind: 'reconnected', from, to });
  }

  /** Breaks all connections of a process with these others, both ways: what is under way is lost, and what is sent within `refusesUs` is refused. */
  resetConnections(id: NodeId, others: readonly NodeId[], refusesUs: number): void {
    for (const other of others) {
      if (other === id) continue;
      this.links.reset(id, other, refusesUs);
      this.links.reset(other, id, refusesUs);
    }
    this.tell({ kind: 'connectionsReset', node: id, refusesUs });
  }

  /** Asks this about every single message as it is sent; null: about none. Takes the place of whom was asked before. */
  ruleMessages(ruler: MessageRuler | null): void {
    if (ruler === null) {
      this.links.ruler = null;
      return;
    }
    const told = this.withCause((from: NodeId, to: NodeId, ruling: NonNullable<ReturnType<MessageRuler>>) =>
      this.tell({ kind: 'messageRuled', from, to, ruling: ruling.kind }),
    );
    this.links.ruler = (from, to, message) => {
      const ruling = ruler(from, to, message);
      if (ruling !== null) told(from, to, ruling);
      return ruling;
    };
  }

  // ---- disks

  /** No operation of a disk gets on for so long: not those in flight, and none that begins. */
  stallDisk(id: NodeId, forUs: number): void {
    this.disk(id).stallUntil(this.nowUs + forUs);
    this.tell({ kind: 'diskStalled', node: id, forUs });
  }

  /** Lets the next step of a kind fail: see {@link SimDisk.failNext}. Told when it does. */
  failDisk(id: NodeId, step: FailingStep, share = 0): Failure {
    return this.disk(id).failNext(
      step,
      null,
      share,
      this.withCause(() => this.tell({ kind: 'diskFailed', node: id, step })),
    );
  }

  /** Lets the next sync lie that has something to lie about: see {@link SimDisk.lieOnNextSync}. Told when it does, as the damage that it leaves. */
  lieOnNextSync(id: NodeId, lie: Omit<Lie, 'onTold'>): Lie {
    const onTold = this.withCause((damages: readonly Damage[]) => {
      for (const damage of damages) this.damaged(id, damage);
    });
    const told: Lie = { ...lie, onTold };
    this.disk(id).lieOnNextSync(told);
    return told;
  }

  /** Damage was laid over a disk ({@link SimDisk.rot} and its like), and it stays: whoever tries it first tells of it here. */
  damaged(id: NodeId, damage: Damage): void {
    this.tell({ kind: 'diskDamaged', node: id, damage });
  }

  /** For so long each sync of the directory ends well and leaves all changes of names pending. */
  forgetNames(id: NodeId, forUs: number): void {
    this.disk(id).forgetNamesUntil(this.nowUs + forUs);
    this.tell({ kind: 'diskForgetsNames', node: id, forUs });
  }

  /** A disk has so many bytes left beyond what is on it. */
  fillDisk(id: NodeId, leftBytes: number): void {
    const disk = this.disk(id);
    disk.setCapacity(disk.usedBytes + leftBytes);
    this.tell({ kind: 'diskFilled', node: id, leftBytes });
  }

  /** A disk has as much space as it wants. */
  freeDisk(id: NodeId): void {
    this.disk(id).setCapacity(null);
    this.tell({ kind: 'diskFreed', node: id });
  }

  /** Everything on a disk is gone. Only for a process that is down. */
  wipeDisk(id: NodeId): void {
    this.disk(id).wipe();
    this.tell({ kind: 'diskWiped', node: id });
  }

  /** A disk holds what it held at `takenUs`, when the image was made, and nothing since. Only for a process that is down. */
  putBackDisk(id: NodeId, image: DiskImage, takenUs: number): void {
    this.disk(id).become(image);
    this.tell({ kind: 'diskPutBack', node: id, takenUs });
  }

  /** No more errors, lies, bounds and stalls of a disk, and this speed. Damage stays. */
  calmDisk(id: NodeId, options: SimDiskOptions): void {
    this.disk(id).calm(options);
    this.tell({ kind: 'diskCalmed', node: id });
  }

  /** All damage of a disk is as if it had never come. */
  repairDisk(id: NodeId): void {
    this.disk(id).switchDamage(null, false);
    this.tell({ kind: 'diskRepaired', node: id });
  }
}
