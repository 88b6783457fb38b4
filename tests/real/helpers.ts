import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { NodeId } from '../../src/core/base/units.js';
import type { Client } from '../../src/real/client/client.js';

/** A directory of this test, gone with it. */
export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'seedstorm-'));
  onTestFinished(() => rm(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}

/** Waits until `look` gives something other than null; a failure says what was waited for. Bounded. */
export async function eventually<Value>(what: string, look: () => Promise<Value | null> | Value | null, msMax = 60_000): Promise<Value> {
  const end = performance.now() + msMax;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`waited ${msMax} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** The leader of the highest term that any server tells of; null when none does. */
export async function leaderOf(client: Client): Promise<NodeId | null> {
  const told = (await client.status()).flatMap(({ status }) => (status === null || status.leaderId === 0 ? [] : [status]));
  return told.sort((a, b) => b.term - a.term)[0]?.leaderId ?? null;
}
