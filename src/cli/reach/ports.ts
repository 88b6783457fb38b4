/** Clients reach server i of a cluster on this machine at this port plus i, unless told otherwise. */
export const BASE_PORT = 7_100;

/** How many servers `cluster` starts unless told otherwise. */
export const SERVERS_BY_DEFAULT = 3;

/** Where `cluster` keeps its data unless told otherwise. */
export const CLUSTER_DIRECTORY = './.seedstorm/cluster';
