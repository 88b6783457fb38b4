import type { NodeId } from '../../core/base/units.js';
import type { Input } from '../../core/machine.js';
import type { Observer } from '../world/observer.js';
import type { RunOptions } from '../options/run-options.js';
import { violated } from '../checkers/violation.js';

/** Between two readings a rate may change a few times, and each change rounds down. */
const ROUNDING_US = 10;

/**
 * Declared Clocks: the time that a server is told never goes back in one life (core/machine.ts, promise 7 of a host), and
 * keeps the rate that a run with `bounded` clocks declares. It judges the world rather than the system: if what is
 * done to wall clocks reached a machine on monotonic time, this would tell.
 */
export class DeclaredClocks implements Observer {
  readonly #options: Pick<RunOptions, 'servers' | 'clockRatePpmMax' | 'monotonicClocks'>;
  readonly #isOnWallTime: (server: NodeId) => boolean;
  /** By server: world time and its own at its last input; undefined before the first of a life. */
  readonly #last: ({ readonly atUs: number; readonly now: number } | undefined)[] = [];

  /** @param isOnWallTime Whether a server is told wall time on purpose, of which nothing is declared. */
  constructor(options: Pick<RunOptions, 'servers' | 'clockRatePpmMax' | 'monotonicClocks'>, isOnWallTime: (server: NodeId) => boolean) {
    this.#options = options;
    this.#isOnWallTime = isOnWallTime;
  }

  onStep(atUs: number, node: NodeId, input: Input<unknown, unknown> | null): void {
    if (node > this.#options.servers) return;
    const last = this.#last[node];
    this.#last[node] = input === null ? undefined : { atUs, now: input.now };
    if (input === null || last === undefined || this.#isOnWallTime(node)) return;
    this.#judge(node, atUs, input.now - last.now, atUs - last.atUs);
  }

  #judge(node: NodeId, atUs: number, toldUs: number, passedUs: number): void {
    const { clockRatePpmMax, monotonicClocks } = this.#options;
    if (toldUs < 0 && monotonicClocks !== 'lying')
      violated('Declared Clocks', `the clock of s${node} went back by ${-toldUs} us`, atUs, { servers: [node] });
    if (monotonicClocks !== 'bounded') return;
    const offUs = Math.abs(toldUs - passedUs);
    if (offUs <= (passedUs * clockRatePpmMax) / 1_000_000 + ROUNDING_US) return;
    violated(
      'Declared Clocks',
      `the clock of s${node} showed ${toldUs} us where ${passedUs} us passed, which is beyond ${clockRatePpmMax} ppm`,
      atUs,
      { servers: [node] },
    );
  }
}
