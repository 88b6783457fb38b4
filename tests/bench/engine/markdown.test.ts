import { expect, test } from 'vitest';
import { markdownOf } from '../../../bench/engine/markdown.js';
import type { EngineResult } from '../../../bench/engine/rows.js';

const figures = (perSecond: number, p99Us: number) => ({ perSecond, p50Us: 1_000, p99Us, p999Us: 9_000 });

const result: EngineResult = {
  benchmark: 'engine',
  machine: {
    processor: 'A processor',
    cores: 2,
    memoryGiB: 4,
    system: 'linux 6',
    node: 'v20.0.0',
    syncUs: { p50: 300, p99: 500, times: 3 },
    loadBefore: 1,
  },
  secondsPerRow: 2,
  connections: 64,
  rows: [{ system: 'raft', what: 'writes', document: { perSecond: 1_000 }, ours: figures(12_345, 2_000), settings: 'SET' }],
  peerRows: [
    {
      system: 'raft',
      servers: 3,
      peer: 'etcd',
      version: '3.4.23',
      what: 'puts',
      ours: figures(5_000, 2_000),
      theirs: figures(4_000, 3_000),
      ratio: { perSecond: 1.25, p99: 0.67 },
      settings: '64 connections, one request at a time',
    },
  ],
  peersMissing: ['redis'],
};

test('the table has our rows beside the documents, then beside the peers, with their versions, and says who was missing', () => {
  const text = markdownOf(result);
  expect(text).toContain('| raft | writes | 1 000/s | **12 345** | 1 000 | 2 000 | 9 000 | SET |');
  expect(text).toContain('Beside etcd 3.4.23,');
  expect(text).toContain(
    '| raft, 3 servers | etcd, 3 servers | puts | **5 000** | 4 000 | **1.25** | 2 000 | 3 000 | 0.67 | 64 connections, one request at a time |',
  );
  expect(text).toContain('Not measured beside redis: it is not installed here.');
});
