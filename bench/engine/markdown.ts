/** The tables of docs/BENCHMARKS.md, made from a result so that nobody types figures. */
import type { Failovers } from './failover.js';
import type { Figures } from './measure.js';
import type { EngineResult, EngineRow, PeerRow, Target } from './rows.js';

export const BEGIN = '<!-- made by `seedstorm bench engine --markdown`: begin -->';
export const END = '<!-- made by `seedstorm bench engine --markdown`: end -->';

/** The marked section, from its first mark to its last. */
export function markdownOf({ machine, rows, peerRows, peersMissing, secondsPerRow }: EngineResult): string {
  const { processor, cores, memoryGiB, system, node, syncUs, loadBefore } = machine;
  return [
    BEGIN,
    `Measured on ${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node.slice(1)}; appending 4 KiB and syncing it takes`,
    `${grouped(syncUs.p50)} µs here (p99 ${grouped(syncUs.p99)} µs). Servers and load share these cores; load average before: ${loadBefore}. ${secondsPerRow} s for each row.`,
    '',
    '| system | what | expected | per second | p50 µs | p99 µs | p99.9 µs | how |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |',
    ...rows.map((row) => `| ${[row.system, row.what, targetText(row.document), ...figureTexts(row.ours), howText(row)].join(' | ')} |`),
    ...peerLines(peerRows),
    ...peersMissing.map((peer) => `\nNot measured beside ${peer}: it is not installed here.`),
    END,
  ].join('\n');
}

function peerLines(rows: readonly PeerRow[]): readonly string[] {
  if (rows.length === 0) return [];
  const versions = [...new Set(rows.map(({ peer, version }) => `${peer} ${version}`))].join(' and ');
  return [
    '',
    `Beside ${versions}, in turns of the same load from the same generator; *ratio* is ours through theirs, of the turn in the middle:`,
    '',
    '| ours | theirs | what | ours per second | theirs | ratio | ours p99 µs | theirs | ratio | how |',
    '| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
    ...rows.map(({ system, servers, peer, what, ours, theirs, ratio, settings }) => {
      const count = servers === 1 ? '1 server' : `${servers} servers`;
      const rates = [`**${grouped(ours.perSecond)}**`, grouped(theirs.perSecond), `**${ratio.perSecond.toFixed(2)}**`];
      const waits = [grouped(ours.p99Us), grouped(theirs.p99Us), ratio.p99.toFixed(2)];
      return `| ${[`${system}, ${count}`, `${peer}, ${count}`, what, ...rates, ...waits, settings].join(' | ')} |`;
    }),
  ];
}

function targetText(target: Target | null): string {
  if (target === null) return '';
  const { perSecond, latencyMs, failoverMs } = target;
  return [
    ...(perSecond === undefined ? [] : [`${grouped(perSecond)}/s`]),
    ...(latencyMs === undefined ? [] : [`${latencyMs} ms`]),
    ...(failoverMs === undefined ? [] : [`${failoverMs[0] / 1_000} to ${failoverMs[1] / 1_000} s`]),
  ].join(', ');
}

const isFailovers = (ours: Figures | Failovers): ours is Failovers => 'medianMs' in ours;

function figureTexts(ours: Figures | Failovers): readonly string[] {
  if (isFailovers(ours)) return [`**${grouped(ours.medianMs)} ms**`, '', '', ''];
  return [`**${grouped(ours.perSecond)}**`, grouped(ours.p50Us), grouped(ours.p99Us), grouped(ours.p999Us)];
}

function howText({ ours, settings }: EngineRow): string {
  if (!isFailovers(ours)) return settings;
  return `median of ${ours.rounds}, from ${grouped(ours.shortestMs)} to ${grouped(ours.longestMs)} ms; ${settings}`;
}

/** 1234567 as "1 234 567". */
function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ' ');
}
