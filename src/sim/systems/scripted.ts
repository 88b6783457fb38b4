import type { Coverage } from '../coverage/coverage.js';
import type { Nemesis } from '../nemesis/nemesis.js';
import { runScript, type Script } from '../nemesis/script.js';
import type { HostedSystem } from '../run/system.js';

/** A system whose runs also follow a script, besides the faults of their options. */
export function scripted<NodeOptions>(system: HostedSystem<NodeOptions>, script: Script): HostedSystem<NodeOptions> {
  const nemesisOf = new WeakMap<Coverage, () => Nemesis>();
  return {
    ...system,
    watch: (run) => {
      nemesisOf.set(run.coverage, run.nemesis);
      return system.watch(run);
    },
    work: (options, history, coverage) => {
      const work = system.work(options, history, coverage);
      const start = work.start.bind(work);
      work.start = (cluster) => {
        const nemesis = nemesisOf.get(coverage);
        if (nemesis !== undefined) runScript(script, nemesis());
        start(cluster);
      };
      return work;
    },
  };
}
