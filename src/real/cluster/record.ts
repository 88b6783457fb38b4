import { randomInt } from 'node:crypto';
import { open, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeId } from '../../core/base/units.js';
import { readWalHead, walNumber, WAL_HEAD_BYTES } from '../../core/storage/wal-format.js';
import { createDirectory } from '../disk/directories.js';
import { codeOf, lineOf, UserError } from '../base/errors.js';

/** `cluster.json`: what a directory of servers remembers of itself. */
export interface ClusterRecord {
  readonly clusterId: number;
  readonly servers: number;
  /** Servers that have run: their data must be there from then on. Ascending. */
  readonly founded: readonly NodeId[];
}

/** What is asked of a directory, or given up with one line. */
interface Asked {
  readonly directory: string;
  readonly servers: number;
}

const pathIn = (directory: string): string => join(directory, 'cluster.json');

/** The directory of one server. */
export const serverDirectory = (directory: string, id: NodeId): string => join(directory, `server-${id}`);

/**
 * The cluster that lives in a directory, or a new one, written down.
 *
 * @throws {UserError} When another cluster lives there, or what is there cannot be read or used.
 */
export async function takeUp({ directory, servers }: Asked): Promise<ClusterRecord> {
  const path = pathIn(directory);
  try {
    const record = recordIn(JSON.parse(await readFile(path, 'utf8')));
    if (record === null) throw new UserError(`${path} does not describe a cluster`);
    if (record.servers !== servers) throw new UserError(`${directory} holds a cluster of ${record.servers} servers, not ${servers}`);
    return record;
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError(`${path} does not describe a cluster`);
    if (codeOf(error) !== 'ENOENT') throw error instanceof UserError ? error : new UserError(`${path} cannot be read: ${lineOf(error)}`);
  }
  const record = { clusterId: randomInt(1, 2 ** 32 - 1), servers, founded: [] };
  await writeDown(directory, record);
  return record;
}

/** @throws {UserError} When the directory cannot be written to. */
export async function writeDown(directory: string, record: ClusterRecord): Promise<void> {
  const path = pathIn(directory);
  try {
    await createDirectory(directory);
    await writeFile(`${path}.new`, `${JSON.stringify(record)}\n`, { flush: true });
    await rename(`${path}.new`, path);
  } catch (error) {
    throw new UserError(`${directory} cannot be used: ${lineOf(error)}`);
  }
}

/**
 * Whether a server is to be founded now.
 *
 * @throws {UserError} When it was founded before and its data is gone.
 */
export async function isToBeFounded(directory: string, { founded }: ClusterRecord, id: NodeId): Promise<boolean> {
  const own = serverDirectory(directory, id);
  const logs = await logsIn(own);
  if (founded.includes(id)) {
    if (logs.length > 0) return false;
    throw new UserError(
      `${own} holds no data, and server ${id} has run before: bring its data back, or start the others with "seedstorm node" and leave it out; ` +
        `with an empty disk it could make them lose acknowledged writes (a new cluster wants another directory)`,
    );
  }
  // Its first start began and was not seen to end: what it has begun to write it goes on with.
  return !(await Promise.all(logs.map((name) => hasHead(join(own, name))))).includes(true);
}

async function logsIn(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).filter((name) => walNumber(name) !== null);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw new UserError(`${directory} cannot be read: ${lineOf(error)}`);
  }
}

async function hasHead(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(WAL_HEAD_BYTES), 0, WAL_HEAD_BYTES, 0);
    return readWalHead(buffer.subarray(0, bytesRead)).kind !== 'broken';
  } finally {
    await file.close();
  }
}

function recordIn(value: unknown): ClusterRecord | null {
  if (typeof value !== 'object' || value === null) return null;
  const { clusterId, servers, founded } = value as Readonly<Record<string, unknown>>;
  if (!isCount(clusterId) || !isCount(servers) || !Array.isArray(founded) || !founded.every(isCount)) return null;
  return { clusterId, servers, founded: founded as NodeId[] };
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value);
