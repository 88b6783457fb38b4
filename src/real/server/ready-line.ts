import { formatHostAndPort } from '../base/addresses.js';
import { servedRaft, type Served } from '../systems/served-system.js';
import type { ServerSettings } from './settings.js';

/** What a server is and where it is reached, on one line: what its user looks for first. */
export function readyLine({
  id,
  clusterId,
  servers,
  dataDirectory,
  system = servedRaft() as Served,
  options = {},
}: ServerSettings): string {
  const own = servers.get(id);
  const announced = own?.host ?? '';
  const host = options.listenHost ?? announced;
  const at = (port: number | undefined): string => (port === undefined ? 'none' : formatHostAndPort({ host, port }));
  return [
    `ready: ${system.name}, server ${id} of ${servers.size} of cluster ${clusterId}`,
    `clients ${at(own?.clientPort)}`,
    `peers ${at(own?.peerPort)}`,
    `HTTP ${at(options.httpPort)}`,
    ...(host === announced ? [] : [`announced as ${announced}`]),
    system.keepsFiles ? `data in ${dataDirectory ?? ''}` : 'data in memory',
    ...(system.keepsFiles ? [`sync ${system.sync ?? 'always'}`] : []),
  ].join(', ');
}
