import { nodeId } from '../../core/base/units.js';
import type { Hosted } from '../../sim/cluster/hosted.js';
import { optionsOf } from '../../sim/run/run.js';
import type { AnyScenario } from '../../sim/run/scenario.js';
import { Transcript } from '../../sim/story/transcript.js';
import { columnsOf } from '../terminal/width.js';
import { inShort } from '../../sim/story/in-short.js';
import { TraceFilter, type TraceOptions } from './trace-filter.js';

/** A transcript, and what the user asked to see of it. */
export interface Trace {
  readonly transcript: Transcript;
  readonly filter: TraceFilter;
}

/**
 * The observer that tells a run line by line. Its lines never have colour, and are gathered until the run is over: while a
 * simulated world runs, nothing may reach out of it.
 *
 * @throws {UserError} For a server or client that the run does not have.
 */
export function traceOf(scenario: AnyScenario, seed: number, options: TraceOptions, lines: string[]): Trace {
  const { system } = scenario;
  const { servers, workload } = optionsOf(scenario, seed);
  const named = (prefix: string, count: number, offset: number) =>
    Array.from({ length: count }, (_, i) => ({ id: nodeId(offset + i + 1), name: `${prefix}${i + 1}` }));
  const filter = new TraceFilter(options, servers, workload.clients);
  const transcript = new Transcript({
    servers: named('s', servers, 0),
    clients: named('c', workload.clients, servers),
    describe: (said, isBetweenServers) => (isBetweenServers ? messageLine(system, said) : (system.callLine?.(said) ?? inShort(said))),
    tells: filter.tells,
    columns: columnsOf(),
    write: (line) => lines.push(line),
  });
  return { transcript, filter };
}

/** A message between servers, in the words of its system. */
function messageLine(system: Pick<Hosted, 'line' | 'tell'>, message: unknown): string {
  return system.line?.(message) ?? system.tell(message) ?? inShort(message);
}
