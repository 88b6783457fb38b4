/** Numbers as they are written, brought to one spelling for each number, however large: nothing goes through a double that it does not fit. */

const INTEGER = /^([+-]?)(0|[1-9]\d*)N?$/;
const HEXADECIMAL = /^([+-]?)(0[xX][0-9a-fA-F]+)N?$/;
const RATIO = /^([+-]?)(\d+\/\d+)$/;
const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?(M?)$/;
const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** Zeros that are written out; beyond them the exponent is written. */
const ZEROS_MAX = 20;

/**
 * The spelling of a number of EDN, or null for what is none. As in Clojure, 1 and 1N are equal, 1.0 and 1.00 are equal, and a number with
 * a point is never equal to one without, nor a double to an exact decimal (1.0M).
 */
export function ednNumber(text: string): string | null {
  const integer = INTEGER.exec(text);
  if (integer !== null) return signed(integer[1]!, integer[2]!);
  const hexadecimal = HEXADECIMAL.exec(text);
  if (hexadecimal !== null) return signed(hexadecimal[1]!, BigInt(hexadecimal[2]!).toString());
  const ratio = RATIO.exec(text);
  if (ratio !== null) return signed(ratio[1]!, ratio[2]!);
  const decimal = DECIMAL.exec(text);
  if (decimal === null) return null;
  const [, sign, whole, fraction, exponent, exact] = decimal;
  const isInteger = fraction === undefined && exponent === undefined;
  if (isInteger && exact === '') return null; // 007
  const spelling = decimalSpelling(sign!, whole!, fraction ?? '', exponent ?? '0');
  if (exact === 'M') return `${spelling}M`;
  const double = Number(text);
  if (!Number.isFinite(double)) return `${spelling}.0`;
  return Number.isInteger(double) ? `${double === 0 ? 0 : double}.0` : String(double);
}

/** The spelling of a number of JSON, or null for what is none. JSON has one kind of number: 1, 1.0 and 10e-1 are equal. */
export function jsonNumber(text: string): string | null {
  if (!JSON_NUMBER.test(text)) return null;
  const decimal = DECIMAL.exec(text);
  return decimal === null ? null : decimalSpelling(decimal[1]!, decimal[2]!, decimal[3] ?? '', decimal[4] ?? '0');
}

function decimalSpelling(sign: string, whole: string, fraction: string, exponent: string): string {
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return '0';
  const scale = Number(exponent) - fraction.length + (all.length - digits.length);
  if (scale >= 0 && scale <= ZEROS_MAX) return signed(sign, digits + '0'.repeat(scale));
  if (scale < 0 && scale >= -digits.length - ZEROS_MAX) {
    const padded = digits.padStart(1 - scale, '0');
    return signed(sign, `${padded.slice(0, scale)}.${padded.slice(scale)}`);
  }
  return signed(sign, `${digits}e${scale}`);
}

function signed(sign: string, number: string): string {
  return sign === '-' && number !== '0' ? `-${number}` : number;
}
