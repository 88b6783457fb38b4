import type { Draws } from './draws.js';
import type { LinkFaults, LinkOptions } from '../network/link-options.js';
import { ratio, RATIO_NEVER } from '../base/random-streams.js';

/** Further faults for a link, each of them drawn, and each in half of all worlds or more. `who` names the draws. */
export function weather(draws: Draws, who: string): LinkFaults {
  const isCorrupting = draws.chance(`${who} corrupts`, 1, 2);
  const isResetting = draws.chance(`${who} resets`, 1, 2);
  const isCopying = draws.chance(`${who} copies late`, 2, 3);
  return {
    latency: draws.oneOf(`${who} latency`, ['plain', 'heavyTail', 'twoModes']),
    lateCopyRatio: isCopying ? ratio(draws.between(`${who} late copies`, 1, 40), 1_000) : RATIO_NEVER,
    lateCopyUsMax: draws.oneOf(`${who} lateness`, [100_000, 1_000_000, 8_000_000]),
    corruptRatio: isCorrupting ? ratio(draws.between(`${who} corruption`, 1, 20), 1_000) : RATIO_NEVER,
    resetRatio: isResetting ? ratio(draws.between(`${who} resets of a thousand`, 1, 10), 1_000) : RATIO_NEVER,
    reconnectUs: draws.oneOf(`${who} reconnects`, [0, 5_000, 50_000]),
    isStream: true,
    bytesPerMs: draws.oneOf(`${who} bytes`, [0, 0, 200, 1_000]),
  };
}

/** A link under drawn weather. */
export function underWeather(draws: Draws, who: string, link: LinkOptions): LinkOptions {
  return { ...link, faults: weather(draws, who) };
}
