/** What may be a terminal: standard output, or a stand-in of a test. */
interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const COLUMNS_BY_DEFAULT = 100;

/** How many characters a line may have: those of the terminal; elsewhere those of COLUMNS, else 100. */
export function columnsOf(
  screen: Screen = process.stdout,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): number {
  const wished =
    screen.isTTY === true ? (screen.columns ?? 0) : /^\d{1,4}$/.test(environment['COLUMNS'] ?? '') ? Number(environment['COLUMNS']) : 0;
  return wished > 0 ? wished : COLUMNS_BY_DEFAULT;
}
