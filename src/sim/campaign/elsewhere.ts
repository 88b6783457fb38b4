import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** What a program needs to be started at all, and what is said to this one. */
const KEPT = [
  /^(?:PATH|HOME|USER|TMPDIR|TEMP|TMP|SHELL|USERPROFILE|APPDATA|LOCALAPPDATA|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT)$/i,
  /^(?:NODE_|TSX_|ESBUILD_|LD_|DYLD_|SEEDSTORM_|VITEST)/i,
];

/**
 * The environment of a process in which a seed is run a second time: without the variables that nobody named, in another time zone
 * and another language. Whatever is made of those differs from one machine to the next, and here it differs from the first run.
 *
 * @param given Names of variables that belong to the run.
 */
export function environmentElsewhere(here: NodeJS.ProcessEnv, given: readonly string[] = []): NodeJS.ProcessEnv {
  const kept = Object.entries(here).filter(([name]) => given.includes(name) || KEPT.some((pattern) => pattern.test(name)));
  const elsewhere = {
    TZ: here['TZ'] === 'Asia/Kathmandu' ? 'America/St_Johns' : 'Asia/Kathmandu',
    LANG: 'tr_TR.UTF-8',
    LC_ALL: 'tr_TR.UTF-8',
  };
  return { ...Object.fromEntries(kept), ...Object.fromEntries(Object.entries(elsewhere).filter(([name]) => !given.includes(name))) };
}

const DAY_MS = 86_400_000;
const TIMES = ['atime', 'mtime', 'ctime', 'birthtime'] as const;
type Times = Record<(typeof TIMES)[number], Date> & Record<`${(typeof TIMES)[number]}Ms`, number>;

/** From now on files of this process seem a day younger: a copy of them elsewhere has other times too. */
export function changeFileTimes(): void {
  for (const name of ['statSync', 'lstatSync', 'fstatSync'] as const) {
    const real = fs[name] as (...given: unknown[]) => unknown;
    Object.assign(fs, { [name]: (...given: unknown[]) => younger(real(...given)) });
  }
  for (const name of ['stat', 'lstat'] as const) {
    const real = fs.promises[name] as (...given: unknown[]) => Promise<unknown>;
    Object.assign(fs.promises, { [name]: async (...given: unknown[]) => younger(await real(...given)) });
  }
  syncBuiltinESMExports();
}

/** Not for those in integers, which hardly anybody asks for. */
function younger(stat: unknown): unknown {
  if (!(stat instanceof fs.Stats)) return stat;
  const times = stat as unknown as Times;
  for (const time of TIMES) {
    const ms = times[`${time}Ms`] + DAY_MS;
    Object.defineProperty(times, `${time}Ms`, { value: ms, enumerable: true, configurable: true, writable: true });
    Object.defineProperty(times, time, { value: new Date(ms), enumerable: true, configurable: true, writable: true });
  }
  return stat;
}
