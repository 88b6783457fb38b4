import type { Codec, Machine } from '../core/machine.js';
import type { NodeRequest, NodeResponse } from '../core/wire/protocol.js';
import { parseNodeId, parseServerMap } from './addresses.js';
import { lineLog } from './log.js';
import { exitFor, runServerProcess } from './process.js';
import type { Served } from './served.js';

/** The server's door: any machine that speaks the key-value protocol to its clients, over TCP and files. */
export { parseNodeId, parseServerMap, type ServerAddress, type ServerMap } from './addresses.js';
export { UserError } from './errors.js';
export { lineLog, silentLog, type Log, type LogLevel } from './log.js';
export { startServer, type RunningServer, type ServerOptions, type ServerSettings } from './server.js';
export { servedRaft, type Served } from './served.js';

/** A system of one's own, in as many words as a real server needs. */
export interface OwnSystem<State, Message> {
  readonly name: string;
  machine(): Machine<State, Message, NodeRequest, NodeResponse>;
  /** What servers say to each other. */
  readonly codec: Codec<Message>;
  /** Whether a server in this state still reads its files; it counts as started when it does no more. Absent: it never does. */
  isRecovering?(state: State): boolean;
}

/** The same with everything that {@link startServer} wants to know. */
export function served<State, Message>({ name, machine, codec, isRecovering }: OwnSystem<State, Message>): Served {
  return {
    name,
    machine,
    codec,
    keepsFiles: true,
    hasGuests: false,
    isRecovering: (state: State) => isRecovering?.(state) ?? false,
    warnings: () => [],
    isAtRest: () => true,
  } satisfies Served<State, Message> as unknown as Served;
}

/** Which server of which cluster a process is, in the words of a command line. */
export interface Place {
  /** 1 to 65535, one of `servers`; undefined counts as wrong, so that a missing argument may be given as it is. */
  readonly id: string | undefined;
  /** `1=host:peerPort:clientPort,2=…`, the same on all of them. */
  readonly servers: string;
  /** Of one server for ever. Created if absent. */
  readonly dataDirectory: string;
}

/**
 * The last line of a server's program: runs one server as this process until SIGTERM or SIGINT. Its log goes to standard
 * error. Sets the exit code: 0 after a wished end, 1 when the server ended by itself, 2 (and one line) when the place is no good.
 */
export async function serve<State, Message>(system: OwnSystem<State, Message>, { id, servers, dataDirectory }: Place): Promise<void> {
  const write = (line: string): void => void process.stderr.write(line);
  try {
    const map = parseServerMap(servers);
    const self = parseNodeId(id ?? '');
    const log = lineLog(write, 'info');
    const settings = { id: self, servers: map, clusterId: CLUSTER_ID, dataDirectory, past: 'unknown', system: served(system), log } as const;
    process.exitCode = await runServerProcess(settings);
  } catch (error) {
    const { line, exitCode } = exitFor(error);
    write(`${system.name}: ${line}\n`);
    process.exitCode = exitCode;
  }
}

/** Clusters of one's own are told apart by their ports; who wants more says so to {@link startServer}. */
const CLUSTER_ID = 1;
