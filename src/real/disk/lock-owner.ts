import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { codeOf } from '../base/errors.js';

/** Who holds a data directory, as the name of a lock file says it. */
export interface Owner {
  /** Name of the machine or container: letters, digits and '-' only. */
  readonly host: string;
  /** 8 characters that name this start of the kernel, the same in all its containers; '0' where the system does not say. */
  readonly boot: string;
  /** Process number. In another PID namespace the same number is another process. */
  readonly pid: number;
  /** When the process was started, in ticks since the kernel's start; '0' where the system does not say. */
  readonly start: string;
  /** 8 random characters, so that no two locks ever have one name; empty in the locks of former versions. */
  readonly nonce: string;
}

const PREFIX = 'lock.';
const UNFINISHED = `${PREFIX}new.`;

/** True for all files of the lock, which a machine must not see in its directory. */
export const isLockFile = (name: string): boolean => name.startsWith(PREFIX);

/** True for a lock that is not one yet: its maker has not renamed it, or died before it could. */
export const isUnfinishedLock = (name: string): boolean => name.startsWith(UNFINISHED);

/** The name under which the lock of this owner is made, before it counts. */
export const unfinishedNameOf = ({ nonce }: Owner): string => UNFINISHED + nonce;

export function nameOf({ host, boot, pid, start, nonce }: Owner): string {
  return PREFIX + [host, boot, pid, start, ...(nonce === '' ? [] : [nonce])].join('.');
}

/** The inverse of {@link nameOf}; null for any other name. */
export function ownerOf(name: string): Owner | null {
  const parts = /^lock\.([A-Za-z0-9-]+)\.([0-9a-f]+)\.(\d+)\.(\d+)(?:\.([0-9a-f]{8}))?$/.exec(name);
  if (parts === null) return null;
  const [, host = '', boot = '', pid = '', start = '', nonce = ''] = parts;
  return { host, boot, pid: Number(pid), start, nonce };
}

/** This process, as the maker of a new lock. */
export async function currentOwner(): Promise<Owner> {
  return {
    host: hostname().replace(/[^A-Za-z0-9-]/g, '-') || 'localhost',
    boot: await bootOf(),
    pid: process.pid,
    start: (await lookAt(process.pid)).start,
    nonce: randomBytes(4).toString('hex'),
  };
}

/** Whether both live, or lived, under one start of one kernel. Where the kernel has no name the machine's has to do. */
export function sharesKernel(a: Owner, b: Owner): boolean {
  return a.boot === b.boot && (a.boot !== '0' || a.host === b.host);
}

/** Whether a process of this number and start is there. Only for owners whose numbers mean the same here. */
export async function isProcessAlive(owner: Owner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  // The number may have been given to a new process; its start tells.
  const { start, isGone } = await lookAt(owner.pid);
  return start === owner.start && !isGone;
}

async function bootOf(): Promise<string> {
  const id = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '0');
  return id.replace(/[^0-9a-f]/g, '').slice(0, 8) || '0';
}

/** Fields 3 and 22 of /proc/<pid>/stat; the command in field 2 may hold spaces and brackets, so count from behind its last bracket. */
async function lookAt(pid: number): Promise<{ start: string; isGone: boolean }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const start = fields[18] ?? '';
  // Killed, but not yet buried by its parent. It counts as gone only when no thread of it can still be writing.
  const threads = state === 'Z' ? await readdir(`/proc/${pid}/task`).catch(() => []) : [];
  return { start: /^\d+$/.test(start) ? start : '0', isGone: state === 'Z' && threads.length <= 1 };
}
