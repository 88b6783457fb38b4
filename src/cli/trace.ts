import { nodeId } from '../core/base/units.js';
import { optionsOf } from '../sim/run.js';
import type { Scenario } from '../sim/scenario.js';
import { Transcript } from '../sim/transcript.js';
import { describeMessage } from './describe.js';

/**
 * The observer that tells a run of the raft system line by line. Its lines never have colour, and are
 * gathered until the run is over: while a simulated world lives, nothing may reach out of it.
 */
export function traceOf(scenario: Scenario, seed: number, lines: string[]): Transcript {
  const { servers, workload } = optionsOf(scenario, seed);
  const named = (prefix: string, count: number, offset: number) =>
    Array.from({ length: count }, (_, i) => ({ id: nodeId(offset + i + 1), name: `${prefix}${i + 1}` }));
  return new Transcript({
    servers: named('s', servers, 0),
    clients: named('c', workload.clients, servers),
    describe: describeMessage,
    write: (line) => lines.push(line),
  });
}
