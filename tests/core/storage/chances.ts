import fc from 'fast-check';
import type { Life } from './life.js';

/** A day of a server: each pair is an action and what it needs. */
export const script = (maxLength: number) =>
  fc.array(fc.tuple(fc.nat({ max: 99 }), fc.nat({ max: 99 })), { minLength: 1, maxLength, size: 'max' });

/** A plain generator for the fates of pending writes, so that fast-check need only shrink its seed. */
export function chances(from: number): () => number {
  let state = from | 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) / 16_777_216;
  };
}

/** Lets a server do one thing of its day. */
export function act(life: Life, [action, detail]: readonly [number, number], chance: () => number): void {
  if (action < 40) life.advance(detail);
  else if (action < 44) life.crash(detail < 50 ? null : chance);
  else if (!life.storage.isReady) life.advance(0);
  else if (action < 60) life.append((detail % 5) + 1);
  else if (action < 67) life.setTerm(detail % 3, detail % 4);
  else if (action < 70 && !life.isSaving) life.truncate(detail / 99);
  else if (action < 76) life.snapshotOwn(detail / 99, detail % 7);
  else if (action < 78) life.install((detail % 4) + 1);
  else life.flush(life.isAlwaysSynced || action < 82);
}
