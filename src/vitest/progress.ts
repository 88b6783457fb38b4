import { counted } from './failure.js';

/** Nothing is said of a sweep before it has taken so long, nor more often than that. */
const EVERY_MS = 10_000;

/** Says now and then how far a long sweep has come. */
export class Progress {
  readonly #title: string;
  readonly #planned: number;
  #startedMs = 0;
  #saidMs = 0;
  #runs = 0;

  constructor(title: string, planned: number) {
    this.#title = title;
    this.#planned = planned;
  }

  /** To be called with each run that is over. */
  one(): void {
    const nowMs = performance.now();
    if (this.#runs++ === 0) {
      this.#startedMs = nowMs;
      this.#saidMs = nowMs;
    }
    if (nowMs - this.#saidMs < EVERY_MS) return;
    this.#saidMs = nowMs;
    const rate = this.#runs / ((nowMs - this.#startedMs) / 1_000);
    const leftSeconds = Math.ceil((this.#planned - this.#runs) / rate);
    console.log(
      `${this.#title}: ${counted(this.#runs)} of ${counted(this.#planned)} seeds, ${rate < 10 ? rate.toFixed(1) : Math.round(rate)} a second, ${leftSeconds} s left`,
    );
  }
}
