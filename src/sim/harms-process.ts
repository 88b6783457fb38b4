import { namesOf } from './names-of.js';

/** Harms that strike processes at moments chosen more finely than by the clock, and those that let them live on, badly. */
export const PROCESS_HARM_SENTENCES = {
  crashLikelierWhileWriting: 'Some server loses power before long; at each moment one with pending writes is ten times as likely to be it.',
  crashAtDisk: 'One server dies at a disk operation it asks for soon: at the handing over, or between two of its steps.',
  crashAtSend: 'One server dies just before a message or an answer leaves, when others of the same step may have left.',
  crashInRecovery: 'One server dies, and again in the disk operations of its next lives.',
  crashLoop: 'One server dies again and again, soon after each start.',
  powerCutOfSome: 'Some servers lose power at one moment, and come back one by one.',
  slowServer: 'A process takes long for each input.',
  gracefulStop: 'A process is told to stop, finishes what its disk has to do, and is started again.',
  takeOver: 'The process of the leader ends, and an operator makes another server take its place before it comes back. Only where operators decide that.',
  rollingRestart: 'One server after the other is stopped gracefully and comes back with the other options of the run.',
} as const;

export const PROCESS_HARMS = namesOf(PROCESS_HARM_SENTENCES);
