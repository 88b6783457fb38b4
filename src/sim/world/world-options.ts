import type { LinkOptions } from '../network/network.js';

/** What all of a world has in common. No field has a default: a run is described whole. */
export interface WorldOptions {
  /** Between two servers, each direction. */
  readonly serverLinks: LinkOptions;
  /** Between a client and anybody, each direction. */
  readonly clientLinks: LinkOptions;
  /** True: every message is encoded and decoded on its way, for processes that have codecs. */
  readonly codecs: boolean;
  /** True: states, inputs and effects are frozen, so that a machine that writes to them throws. Slow. */
  readonly freezes: boolean;
  /** Inputs that a paused process keeps for later; more are lost. */
  readonly inboxMax: number;
}
