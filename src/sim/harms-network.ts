import { namesOf } from './names-of.js';

/** Harms that damage links rather than processes. */
export const LINK_HARM_SENTENCES = {
  clog: 'One direction keeps everything back, then lets it go in one burst.',
  swizzleClog: 'Some servers are clogged one after the other, and unclogged in another order.',
  slowLink: 'Both directions between two processes take many times as long.',
  halfOpen: 'A receiver forgets a connection and the sender does not notice; then it does, and begins anew.',
  resetConnections: 'All connections of one server break at once, and new ones are refused for a while.',
  deafServer: 'One server hears nobody, clients included, though it is heard.',
  muteServer: 'One server is heard by nobody, clients included, though it hears.',
  majorityMinority: 'A bare majority and the rest do not hear each other; clients land on either side.',
  bridge: 'Two halves that do not hear each other share one server that hears both.',
  ring: 'Each server hears only its two neighbours in a circle.',
} as const;

export const LINK_HARMS = namesOf(LINK_HARM_SENTENCES);

/** Harms that wait for a moment in the life of a leader. */
export const LEADER_HARM_SENTENCES = {
  isolateNewLeader: 'A leader that has committed nothing in its term yet hears no other server and is heard by none.',
  killEachNewLeader: 'For a while each leader dies soon after its election.',
  crashMostAdvanced: 'The server whose log is the most up to date loses power.',
  clientsWithDeposedLeader: 'The leader and some clients are cut off from everybody else, together.',
  pauseLeaderPastLease: 'The leader stands still until another one has committed in a later term, and wakes right then.',
} as const;

export const LEADER_HARMS = namesOf(LEADER_HARM_SENTENCES);

/** Both, as `HARMS` lists them. */
export const NETWORK_HARM_SENTENCES = { ...LINK_HARM_SENTENCES, ...LEADER_HARM_SENTENCES } as const;

export const NETWORK_HARMS = namesOf(NETWORK_HARM_SENTENCES);
