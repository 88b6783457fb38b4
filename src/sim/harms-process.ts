/** Harms that strike processes at moments chosen more finely than by the clock, and those that let them live on, badly. */
export const PROCESS_HARMS = [
  /** Some server loses power before long; at each moment one with pending writes is ten times as likely to be it. */
  'crashLikelierWhileWriting',
  /** One server dies at a disk operation it asks for soon: at the handing over, or between two of its steps. */
  'crashAtDisk',
  /** One server dies just before a message or an answer leaves, when others of the same step may have left. */
  'crashAtSend',
  /** One server dies, and again in the disk operations of its next lives. */
  'crashInRecovery',
  /** One server dies again and again, soon after each start. */
  'crashLoop',
  /** Some servers lose power at one moment, and come back one by one. */
  'powerCutOfSome',
  /** A process takes long for each input. */
  'slowServer',
  /** A process is told to stop, finishes what its disk has to do, and is started again. */
  'gracefulStop',
  /** One server after the other is stopped gracefully and comes back with the other options of the run. */
  'rollingRestart',
] as const;
