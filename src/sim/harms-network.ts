/** Harms that damage links rather than processes. */
export const LINK_HARMS = [
  /** One direction keeps everything back, then lets it go in one burst. */
  'clog',
  /** Some servers are clogged one after the other, and unclogged in another order. */
  'swizzleClog',
  /** Both directions between two processes take many times as long. */
  'slowLink',
  /** A receiver forgets a connection and the sender does not notice; then it does, and begins anew. */
  'halfOpen',
  /** All connections of one server break at once, and new ones are refused for a while. */
  'resetConnections',
  /** One server hears nobody, clients included, though it is heard. */
  'deafServer',
  /** One server is heard by nobody, clients included, though it hears. */
  'muteServer',
  /** A bare majority and the rest do not hear each other; clients land on either side. */
  'majorityMinority',
  /** Two halves that do not hear each other share one server that hears both. */
  'bridge',
  /** Each server hears only its two neighbours in a circle. */
  'ring',
] as const;

/** Harms that wait for a moment in the life of a leader. */
export const LEADER_HARMS = [
  /** A leader that has committed nothing in its term yet hears no other server and is heard by none. */
  'isolateNewLeader',
  /** For a while each leader dies soon after its election. */
  'killEachNewLeader',
  /** The server whose log is the most up to date loses power. */
  'crashMostAdvanced',
  /** The leader and some clients are cut off from everybody else, together. */
  'clientsWithDeposedLeader',
  /** The leader stands still until another one has committed in a later term, and wakes right then. */
  'pauseLeaderPastLease',
] as const;

/** Both, as `HARMS` lists them. */
export const NETWORK_HARMS = [...LINK_HARMS, ...LEADER_HARMS] as const;
