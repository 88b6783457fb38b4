/** Where a schedule keeps the family of a fault of one's own. A symbol, so that a report of the options is plain data. */
export const FAMILY: unique symbol = Symbol("the family of a fault of one's own");

/** How often the faults of one family strike and how long each lasts. Milliseconds of world time; all bounds inclusive. */
export interface FaultSchedule {
  /** The name of a family (families.ts), or of one of the user's own. */
  readonly fault: string;
  /** From one strike of this family to its next. */
  readonly everyMsMin: number;
  readonly everyMsMax: number;
  /** Until it is undone: the server started again, the cut healed, the process resumed. What else it may be, its family says. */
  readonly lastsMsMin: number;
  readonly lastsMsMax: number;
  readonly [FAMILY]?: unknown;
}

/** Milliseconds, both inclusive. */
export type SpanMs = readonly [min: number, max: number];

/** How often faults of a family strike, and for how long each lasts. Milliseconds of world time. What is absent is as its family has it. */
export interface Spans {
  /** From one strike to the next. */
  readonly every?: SpanMs;
  /** Until it is undone: the server started again, the cut healed, the process resumed. */
  readonly lasts?: SpanMs;
}
