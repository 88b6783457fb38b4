import { MachineNarrator } from './narrator.js';
import { runSimulation, sizedOptions, type Ran, type Size } from './run-simulation.js';
import { shrink } from './shrink.js';
import { PARTS, type Simulation } from './simulation.js';
import { allWords } from './words.js';
import { MachineTranscript } from './transcript.js';
import type { FaultSchedule } from '../../options/fault-schedule.js';
import { unguarded } from '../../base/determinism-guard.js';

/** A story has no more lines than this. */
export const STORY_LINES_MAX = 25;

/** What happened, in few lines. */
export interface Story {
  /** In what world it happened, where that is a smaller one than the seed's: `with 1 server, 1 client`; empty for the seed's own. */
  readonly world: string;
  readonly lines: readonly string[];
  /** What went wrong in it, which may be put in other numbers than in the whole run. */
  readonly end: string;
}

/** Tells a failed run by the smallest one that fails the same way, and a run in which all held by its last lines. */
export function storyOf<State, Message, Request, Response>(
  simulation: Simulation<State, Message, Request, Response>,
  seed: number,
  ran: Ran<State, Request, Response>,
): Story {
  const { size } = shrink(simulation, seed, ran);
  const options = sizedOptions(simulation, seed, size);
  const narrator = new MachineNarrator(options.servers, allWords(simulation[PARTS].machine.words));
  const { report, conflict } = runSimulation(simulation, seed, { size, observers: [narrator] });
  const { violation } = report;
  return {
    world: worldOf(size, ran, options.servers),
    lines: narrator.lines(STORY_LINES_MAX, conflict?.() ?? null),
    end: violation === undefined ? '' : violation.message,
  };
}

function worldOf(size: Size, { report }: Ran<unknown, unknown, unknown>, servers: number): string {
  const { servers: servers0, workload, chaosMs: chaosMs0 } = report.options;
  const { clients = workload.clients, faults, chaosMs = chaosMs0 } = size;
  const smaller = [
    ...(servers < servers0 ? [counted(servers, 'server')] : []),
    ...(clients < workload.clients ? [counted(clients, 'client')] : []),
    ...(faults === undefined || faults.length === report.options.faults.length
      ? []
      : [faultsOf(faults.map((place) => report.options.faults[place]))]),
    ...(chaosMs < chaosMs0 ? [`${chaosMs} ms`] : []),
  ];
  return smaller.join(', ');
}

function faultsOf(faults: readonly (FaultSchedule | undefined)[]): string {
  return faults.length === 0 ? 'no faults' : `no fault but ${faults.flatMap((fault) => fault?.fault ?? []).join(' and ')}`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Runs a seed and writes a line for each of its events. */
export function traceRun<State, Message, Request, Response>(
  simulation: Simulation<State, Message, Request, Response>,
  seed: number,
  write: (line: string) => void,
): void {
  const { servers, workload } = sizedOptions(simulation, seed);
  const words = allWords(simulation[PARTS].machine.words);
  const transcript = new MachineTranscript(servers, workload.clients, words, (line) => unguarded(() => write(line)));
  runSimulation(simulation, seed, { observers: [transcript] });
  transcript.finish();
}
