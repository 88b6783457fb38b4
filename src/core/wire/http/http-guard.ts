/**
 * WHO MAY ASK OVER HTTP. The visitor of a web page lets it send requests from his browser to any port of his machine. Three
 * things that no page can forge tell such a request from that of a program:
 *
 *   Host          the name that was asked for. A page whose name was made to point here (DNS rebinding) has its own name in it
 *   Origin        the page that asks; programs have none
 *   Content-Type  application/json is what a page may send to strangers only after it was allowed to, which it never is
 *
 * An address of numbers, or localhost, cannot be rebound, so these need no list.
 */
export interface HttpFields {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly contentType: string | undefined;
}

/** What refuses a request: a status, and a line for people. */
export interface HttpRefusal {
  readonly status: 400 | 403 | 415;
  readonly error: string;
}

/** `name`, `name:port`, `[ipv6]:port`; the first group is the name. */
const HOST = /^(\[[0-9a-f:.]+\]|[^\s:/@[\]]+)(?::\d{1,5})?$/i;
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
/** What of a stranger's words is told back. */
const SHOWN_MAX = 100;

/**
 * Whether a stranger's page may have sent this.
 *
 * @param names The names of ours, besides `localhost` and every address of numbers. In small letters.
 * @returns Null when it is none.
 */
export function foreignRequest({ host, origin }: HttpFields, names: readonly string[]): HttpRefusal | null {
  if (host === undefined) return { status: 400, error: 'the field Host is missing' };
  const match = HOST.exec(host);
  if (match === null) return { status: 400, error: 'the field Host is no host:port' };
  const name = nameOf(match[1] ?? '');
  if (!isOurs(name, names)) {
    const shown = name.slice(0, SHOWN_MAX);
    return { status: 403, error: `the host "${shown}" is none of this server's; use its address, or start it with --http-hosts ${shown}` };
  }
  if (origin === undefined || small(origin) === `http://${small(host)}`) return null;
  return { status: 403, error: `a web page of ${origin.slice(0, SHOWN_MAX)} may not ask this server` };
}

/** Whether a body is said to be something else than JSON. */
export function wrongType({ contentType }: HttpFields): HttpRefusal | null {
  const type = small(contentType?.split(';')[0]?.trim() ?? '');
  if (type === 'application/json') return null;
  return {
    status: 415,
    error: `the content type must be application/json${contentType === undefined ? '' : `, not "${contentType.slice(0, SHOWN_MAX)}"`}`,
  };
}

/** In small letters, without the dot that may end a name. */
export function nameOf(host: string): string {
  return small(host).replace(/\.$/, '');
}

/** ASCII letters only: what is compared has no others, and Unicode's tables differ between versions of Node. */
function small(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0x20));
}

function isOurs(name: string, names: readonly string[]): boolean {
  return name.startsWith('[') || IPV4.test(name) || name === 'localhost' || name.endsWith('.localhost') || names.includes(name);
}
