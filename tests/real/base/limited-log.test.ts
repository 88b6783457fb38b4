import { describe, expect, test, vi } from 'vitest';
import { limitedLog } from '../../../src/real/base/limited-log.js';
import { LOG_LEVELS } from '../../../src/real/base/log.js';
import { patientWriter } from '../../../src/real/base/standard-error.js';

describe('a limited log', () => {
  test('says how many lines of a flood it left out, and leaves other kinds alone', () => {
    vi.useFakeTimers();
    try {
      const lines: string[] = [];
      const log = limitedLog(
        (level, text) => lines.push(`${level} ${text}`),
        () => 0,
      );
      for (let i = 0; i < 1_000; i++) log('warn', `closing the connection of client 10.0.0.${i % 256}:${i}: it is "${i}"`);
      log('info', 'leader-elected term 7');
      expect(lines).toHaveLength(21);
      expect(lines.at(-1)).toBe('info leader-elected term 7');
      vi.advanceTimersByTime(5_000);
      expect(lines.slice(21)).toEqual(['warn left out 980 more lines like: closing the connection of client … it is …']);
    } finally {
      vi.useRealTimers();
    }
  });

  test('leaves no error out, nor what somebody asked to see', () => {
    const seen = new Map<string, number>();
    const log = limitedLog(
      (level) => seen.set(level, (seen.get(level) ?? 0) + 1),
      () => 0,
    );
    for (let i = 0; i < 500; i++) for (const level of LOG_LEVELS) log(level, `line ${i}`);
    expect(Object.fromEntries(seen)).toEqual({ error: 500, warn: 20, info: 20, debug: 500 });
  });
});

test('lines that could not be written are counted before the next one that can', () => {
  const written: string[] = [];
  let isFull = false;
  const write = patientWriter((line) => !isFull && written.push(line) > 0);
  write('one\n');
  isFull = true;
  write('two\n');
  write('three\n');
  isFull = false;
  write('four\n');
  write('five\n');
  expect(written.map((line) => line.replace(/^\S+Z /, ''))).toEqual(['one\n', 'warn  2 lines could not be written\nfour\n', 'five\n']);
});
