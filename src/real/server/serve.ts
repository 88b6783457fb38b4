import { parseNodeId, parseServerMap } from '../base/addresses.js';
import { standardErrorLog } from '../base/standard-error.js';
import { exitFor, runServerProcess } from './process.js';
import { served, type OwnSystem } from './own-system.js';

/** The server's door: any machine that speaks the key-value protocol to its clients, over TCP and files. */
export { parseNodeId, parseServerMap, type ServerAddress, type ServerMap } from '../base/addresses.js';
export { UserError } from '../base/errors.js';
export { lineLog, silentLog, type Log, type LogLevel } from '../base/log.js';
export { served, type OwnSystem } from './own-system.js';
export { startServer, type RunningServer, type ServerOptions, type ServerSettings } from './server.js';
export { servedRaft, type RaftTimes, type Served } from '../systems/served-system.js';

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
    const log = standardErrorLog('info');
    const settings = {
      id: self,
      servers: map,
      clusterId: CLUSTER_ID,
      dataDirectory,
      past: 'unknown',
      system: served(system),
      log,
    } as const;
    process.exitCode = await runServerProcess(settings);
  } catch (error) {
    const { line, exitCode } = exitFor(error);
    write(`${system.name}: ${line}\n`);
    process.exitCode = exitCode;
  }
}

/** Clusters of one's own are told apart by their ports; who wants more says so to {@link startServer}. */
const CLUSTER_ID = 1;
