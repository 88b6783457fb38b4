import type { Input } from '../../core/machine.js';
import { propertyBrokenBy } from './contract.js';
import type { Process } from './process.js';

/** What a process is at work on: an input, null at boot, or something else in words. */
export type Deed = Input<unknown, unknown> | null | 'a codec' | 'a disk operation' | 'closing';

/** A call of a machine's in words: `step, for a message`. */
export function deedText(deed: Deed): string {
  if (deed === null) return 'init';
  return typeof deed === 'string' ? deed : `step, for a ${deed.kind}`;
}

/** Whose code is running, so that what it throws, or that it never comes back, is held against it. */
export class Acting {
  process: Process | null = null;
  #deed: Deed = null;

  begin(process: Process, deed: Deed): void {
    this.process = process;
    this.#deed = deed;
  }

  end(): void {
    this.process = null;
  }

  /** `s3, in step, for a message`; null while none does. */
  get text(): string | null {
    return this.process === null ? null : `${this.process.name}, in ${deedText(this.#deed)}`;
  }

  /** @throws {Error} The given one, held against that process. */
  breaks(process: Process, error: Error): never {
    this.process = process;
    throw error;
  }

  /** What a throw of that process's is reported as. */
  breach(by: Process, error: unknown): { readonly thrown: Error; readonly property: string; readonly message: string } {
    const thrown = error instanceof Error ? error : new Error(`it threw ${String(error)}, which is no Error`);
    const property = propertyBrokenBy(thrown);
    const line = `${by.name}: ${thrown.message.split('\n')[0] ?? ''}`;
    return { thrown, property, message: property === 'threw' ? `${line} (${thrown.name} in ${deedText(this.#deed)})` : line };
  }
}
