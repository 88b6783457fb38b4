import type { FileModel } from '../specification.js';
import { kv } from './kv.js';
import { lock } from './lock.js';
import { register } from './register.js';
import { text } from './text.js';

/** Every model by its name on the command line. */
export const MODELS: readonly FileModel[] = [register, kv, lock, text];

/** The model of that name, or null. */
export function modelNamed(name: string): FileModel | null {
  return MODELS.find((model) => model.name === name) ?? null;
}
