import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { hintFor } from '../../sim/campaign/typescript.js';
import { loadNamed, loadScenarios } from '../../sim/campaign/load-scenarios.js';
import type { AnyScenario } from '../../sim/run/scenario.js';
import { once } from '../terminal/arguments.js';
import { misuse } from '../terminal/exit.js';
import { unknownName } from '../terminal/suggest.js';

/** The scenarios that a command line may name, and where they come from. */
export interface Told {
  /** Worker threads load it too, so it is named by its address. */
  readonly module: URL;
  /** Those of a campaign in which none is named, in the order in which they are told. */
  readonly usual: readonly AnyScenario[];
  /** Those that were kept of failures as well; they are lived when they are named. */
  readonly all: readonly AnyScenario[];
  /** What a command that repeats a run must say besides scenario and seed; empty for the scenarios of seedstorm. */
  readonly repeatWith: string;
}

/**
 * The scenarios that come with seedstorm, or those of a module of the user's own.
 *
 * @param option What was given as `--module`.
 * @throws {UserError} When the module is not there, cannot be loaded, or exports no scenarios.
 */
export async function tellScenarios(option: string | undefined): Promise<Told> {
  const file = option === undefined ? null : once('module', option);
  const module = file === null ? new URL('../../../scenarios/index.js', import.meta.url) : pathToFileURL(resolve(file));
  if (file !== null && !existsSync(module)) throw misuse(`--module ${file} cannot be read: there is no such file`);
  try {
    const [usual, all] = [await loadScenarios(module), await loadNamed(module)];
    return { module, usual, all, repeatWith: file === null ? '' : ` --module ${file}` };
  } catch (error) {
    if (file === null) throw error;
    throw misuse(`--module ${file} cannot be loaded: ${lineOf(error)}${hintFor(error)}${placeOf(error, file)}`);
  }
}

/** @throws {UserError} When there is none of that name; the line lists those there are. */
export function findScenario({ usual, all }: Told, name: string): AnyScenario {
  const found = all.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  // Kept failures are listed only to whoever asks for one: there will be many.
  const known = name.startsWith('regression') ? all : usual;
  throw unknownName(
    'scenario',
    name,
    known.map((scenario) => scenario.name),
  );
}

/** The named scenarios in the order given, or the usual ones when none is named. */
export function chooseScenarios(told: Told, names: readonly string[]): readonly AnyScenario[] {
  if (names.length === 0) return told.usual;
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw misuse(`scenario "${twice}" was named twice`);
  return names.map((name) => findScenario(told, name));
}

const lineOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

/** The code of seedstorm itself: where it stands in a stack says nothing to who wrote a scenario. */
const OURS = new URL('../../../', import.meta.url).href;

/** Where in a user's file it was thrown, as far as the stack says so; '' where it does not. */
function placeOf(error: unknown, file: string): string {
  if (error instanceof SyntaxError) return syntaxPlace(file);
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  const frames = lines.map((line) => /^\s+at .*?(file:[^)]+):(\d+:\d+)\)?$/.exec(line));
  const [, address, position] = frames.find((frame) => frame !== null && !frame[1]?.startsWith(OURS)) ?? [];
  return address === undefined ? '' : ` (${fileURLToPath(address)}:${position ?? ''})`;
}

/** A syntax error does not know its line: Node tells it only to who asks for a check. From standard input, or a `.js` may count as no module. */
function syntaxPlace(file: string): string {
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--check', '-'], {
    encoding: 'utf8',
    input: readFileSync(file, 'utf8'),
  });
  const line = /^.*:(\d+)$/m.exec(stderr)?.[1];
  return line === undefined ? '' : ` (${file}:${line})`;
}
