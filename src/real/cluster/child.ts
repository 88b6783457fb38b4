import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';
import type { NodeId } from '../../core/base/units.js';
import { formatServerMap, type ServerMap } from '../base/addresses.js';
import { UserError } from '../base/errors.js';

/** How one server process is started. */
export interface ChildSettings {
  readonly id: NodeId;
  readonly clusterId: number;
  readonly servers: ServerMap;
  readonly dataDirectory: string;
  /** Its first start founds it. */
  readonly isNew: boolean;
  readonly nodeArguments: readonly string[];
  readonly onLine: ((id: NodeId, line: string) => void) | undefined;
}

/** How long a server may take to be ready, and to end after SIGTERM, in milliseconds. */
const READY_MS_MAX = 30_000;
const STOP_MS_MAX = 8_000;

/** Processes to be killed when this one exits: a paused one would not notice that its channel broke. */
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/**
 * One server as a child process, which may be killed and started again.
 *
 * The child holds one end of a channel. When this process is gone, by whatever death, the channel
 * breaks and the child stops itself: no server outlives who started it.
 */
export class ServerChild {
  readonly #settings: ChildSettings;
  #process: ChildProcess | null = null;
  #gone: Promise<void> = Promise.resolve();
  #isStarting = false;
  #isNew: boolean;
  /** Called each time when the process is gone. */
  onDown: () => void = () => undefined;

  constructor(settings: ChildSettings) {
    this.#settings = settings;
    this.#isNew = settings.isNew;
  }

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  get isDown(): boolean {
    return this.#process === null && !this.#isStarting;
  }

  /** @throws {UserError} With the child's last line when it ends, or is not ready in time. */
  async start(): Promise<void> {
    if (this.#process !== null) throw new UserError(`server ${this.#settings.id} runs already`);
    this.#isStarting = true;
    try {
      await this.#spawn();
      this.#isNew = false;
    } finally {
      this.#isStarting = false;
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  async kill(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#gone;
  }

  async stop(): Promise<void> {
    // A paused process would not hear SIGTERM.
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const late = setTimeout(() => this.signal('SIGKILL'), STOP_MS_MAX);
    await this.#gone;
    clearTimeout(late);
  }

  #spawn(): Promise<void> {
    const { id, onLine } = this.#settings;
    const child = spawn(process.execPath, [programPath(), ...this.#words()], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#process = child;
    alive.add(child);
    let lastLine = '';
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        if (line.trim() !== '') lastLine = line;
        onLine?.(id, line);
      });
    }
    this.#gone = new Promise((resolve) => {
      const bury = () => {
        alive.delete(child);
        this.#process = null;
        resolve();
        this.onDown();
      };
      // 'close' comes after the last line was read; 'error' alone when it could not be started at all.
      child.once('close', bury);
      child.once('error', () => child.pid === undefined && bury());
    });
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new UserError(`server ${id} was not ready after ${READY_MS_MAX / 1_000} s: ${lastLine}`));
      }, READY_MS_MAX);
      child.once('message', () => {
        clearTimeout(late);
        resolve();
      });
      void this.#gone.then(() => {
        clearTimeout(late);
        reject(
          new UserError(
            `server ${id} did not start: ${lastLine === '' ? 'it ended without a word' : lastLine.replace(/^seedstorm: /, '')}`,
          ),
        );
      });
    });
  }

  #words(): readonly string[] {
    const { id, clusterId, servers, dataDirectory, nodeArguments } = this.#settings;
    const where = ['--peers', formatServerMap(servers), '--data', dataDirectory];
    return ['node', '--id', String(id), '--cluster-id', String(clusterId), ...where, ...(this.#isNew ? ['--new'] : []), ...nodeArguments];
  }
}

/** The installed command beside this compiled file, or beside its source when that is run as it is. */
function programPath(): string {
  const candidates = ['../../../../bin/seedstorm.js', '../../../bin/seedstorm.js'].map((at) => fileURLToPath(new URL(at, import.meta.url)));
  return candidates.find((path) => existsSync(path)) ?? candidates[0] ?? '';
}
