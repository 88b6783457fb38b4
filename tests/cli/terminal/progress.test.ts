import { describe, expect, test } from 'vitest';
import { progressLine, progressOn } from '../../../src/cli/terminal/progress.js';
import type { ExploreProgress } from '../../../src/sim/campaign/campaign.js';

function at(wallMs: number, runs: number, failures = 0): ExploreProgress {
  return {
    runs,
    runsPlanned: 300,
    failures,
    events: 1_000,
    eventsPerSecond: 812_345,
    simulatedMs: 90_000,
    wallMs,
    moments: new Map([
      ['leader-elected', 7],
      ['crash', 2],
    ]),
    latest: {} as ExploreProgress['latest'],
  };
}

function stream(isTTY: boolean) {
  const texts: string[] = [];
  return { isTTY, columns: 200, texts, write: (text: string) => texts.push(text) };
}

test('the line says runs, speed, simulated time, moments and failures', () => {
  expect(progressLine(at(1_000, 120))).toBe('120/300 runs · 0 failed · 812.3k events/s · 1 min 30 s simulated · 2 moments seen');
  expect(progressLine(at(1_000, 120, 2))).toContain(' · 2 FAILED · ');
});

describe('on a terminal', () => {
  test('one line is redrawn, not more often than the eye follows, and taken away at the end', () => {
    const terminal = stream(true);
    const progress = progressOn(terminal);
    for (const ms of [0, 50, 99, 100, 150, 220]) progress.show(at(ms, ms));
    progress.end();
    expect(terminal.texts.map((text) => text.startsWith('\r\u001b[2K'))).toEqual([true, true, true, true]);
    expect(terminal.texts.join('')).not.toContain('\n');
  });

  test('a line is cut before it would wrap', () => {
    const terminal = { ...stream(true), columns: 20 };
    progressOn(terminal).show(at(0, 1));
    expect(terminal.texts[0]).toContain('1/300 runs');
    expect(terminal.texts[0]).not.toContain('simulated');
  });
});

test('elsewhere a plain line comes every few seconds, and one for the last run', () => {
  const file = stream(false);
  const progress = progressOn(file);
  for (const [ms, runs] of [
    [0, 1],
    [4_999, 2],
    [5_000, 3],
    [9_000, 4],
    [9_100, 300],
  ] as const)
    progress.show(at(ms, runs));
  progress.end();
  expect(file.texts.map((text) => text.split(' ')[0])).toEqual(['1/300', '3/300', '300/300']);
  expect(file.texts.every((text) => text.endsWith('\n') && !text.includes('\u001b'))).toBe(true);
});
