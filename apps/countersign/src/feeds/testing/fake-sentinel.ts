import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

export type SentinelOptions = {
  readonly rule: string;
  readonly stream: string;
  /** Names of declared columns. All others vanish. */
  readonly columns: readonly string[];
  readonly tenant: string;
  readonly clientId: string;
  readonly secret: string;
  readonly scope: string;
  readonly hasRole?: boolean;
  /** Calls after which a token is refused, as one that was revoked. */
  readonly callsPerToken?: number;
  /** Rows that it refuses with 400, whatever they hold. */
  readonly isPoison?: (row: SentinelTableRow) => boolean;
  /** Called before the answer that accepts the rows. */
  readonly onStored?: (rows: readonly SentinelTableRow[]) => void;
};

export type SentinelTableRow = Readonly<Record<string, unknown>>;

export type SentinelFault = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The Logs Ingestion API of Azure Monitor with its authority, on loopback, with its faults. */
export class FakeSentinel implements AsyncDisposable {
  /** Rows of the table, as stored: declared columns only, fields cut at 64 KB. */
  readonly table: SentinelTableRow[] = [];
  readonly calls: { readonly rows: number; readonly bytes: number }[] = [];
  readonly faults: SentinelFault[] = [];
  tokens = 0;
  readonly #options: SentinelOptions;
  readonly #server: Server;
  #callsOfToken = 0;

  private constructor(options: SentinelOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(options: SentinelOptions, port = 0): Promise<FakeSentinel> {
    const sentinel = new FakeSentinel(options);
    await new Promise<void>((resolve) => sentinel.#server.listen(port, '127.0.0.1', resolve));
    return sentinel;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await buffer(request);
    const url = new URL(request.url ?? '/', 'http://azure');
    // Tests have their own time. The machine's time would be reported as a clock difference.
    response.sendDate = false;
    if (url.pathname === `/${this.#options.tenant}/oauth2/v2.0/token`) {
      const [status, body] = this.#authorize(new URLSearchParams(raw.toString('utf8')));
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
      return;
    }
    const fault = this.faults.shift();
    const [status, body] =
      fault === undefined ? this.#take(request, url, raw) : [fault.status, fault.body];
    const code = (body as { error?: { code?: string } } | undefined)?.error?.code;
    const codeHeader = code === undefined ? {} : { 'x-ms-error-code': code };
    response.writeHead(status, { ...codeHeader, ...fault?.headers });
    response.end(body === undefined ? '' : JSON.stringify(body));
  }

  /** RFC 6749 section 4.4, with the errors of Entra. */
  #authorize(form: URLSearchParams): Reply {
    const { clientId, secret, scope } = this.#options;
    if (form.get('client_id') !== clientId) {
      return [400, { error: 'unauthorized_client', error_description: 'AADSTS700016: No app.' }];
    }
    if (form.get('client_secret') !== secret) {
      return [401, { error: 'invalid_client', error_description: 'AADSTS7000215: Bad secret.' }];
    }
    if (form.get('scope') !== scope) {
      return [400, { error: 'invalid_scope', error_description: 'AADSTS70011: Bad scope.' }];
    }
    this.#callsOfToken = 0;
    const access_token = `token-${++this.tokens}`;
    return [200, { token_type: 'Bearer', expires_in: 3599, access_token }];
  }

  #take(request: IncomingMessage, url: URL, raw: Buffer): Reply {
    const { rule, stream, hasRole = true, callsPerToken = Infinity, isPoison } = this.#options;
    const isCurrent = request.headers.authorization === `Bearer token-${this.tokens}`;
    if (!isCurrent || this.#callsOfToken++ >= callsPerToken) {
      return problem(401, 'InvalidToken', 'The token is not valid.');
    }
    if (!hasRole) return problem(403, 'OperationFailed', 'The authentication token lacks access.');
    const path = /^\/dataCollectionRules\/([^/]+)\/streams\/([^/]+)$/.exec(url.pathname);
    if (url.searchParams.get('api-version') !== '2023-01-01' || path?.[1] !== rule) {
      return problem(404, 'NotFound', 'Data collection rule not found.');
    }
    if (path[2] !== stream) return problem(400, 'InvalidStream', `Unknown stream ${path[2]}.`);
    const isPacked = request.headers['content-encoding'] === 'gzip';
    const bytes = isPacked ? gunzipSync(raw) : raw;
    if (raw.length > 1_000_000 || bytes.length > 1_000_000) {
      return problem(413, 'ContentLengthLimitExceeded', 'Maximum allowed content length: 1 MB.');
    }
    const rows = parseRows(bytes);
    if (rows === undefined || rows.some((row) => isPoison?.(row) === true)) {
      return problem(400, 'InvalidRequestContent', 'The body is not an array of objects.');
    }
    this.calls.push({ rows: rows.length, bytes: bytes.length });
    const stored = rows.map((row) => this.#stored(row));
    this.table.push(...stored);
    this.#options.onStored?.(stored);
    return [204, undefined];
  }

  #stored(row: SentinelTableRow): SentinelTableRow {
    const columns = Object.entries(row).filter(([name]) => this.#options.columns.includes(name));
    return Object.fromEntries(columns.map(([name, value]) => [name, cutField(value)]));
  }
}

type Reply = readonly [status: number, body: unknown];

function problem(status: number, code: string, message: string): Reply {
  return [status, { error: { code, message } }];
}

function parseRows(bytes: Buffer): SentinelTableRow[] | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    const isRows = Array.isArray(value) && value.every((row) => typeof row === 'object');
    return isRows ? (value as SentinelTableRow[]) : undefined;
  } catch {
    return undefined;
  }
}

const FIELD_BYTES_MAX = 65_536;

/** Azure Monitor stores a dynamic value as text, and cuts it like any other. */
function cutField(value: unknown): unknown {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const bytes = Buffer.from(text ?? '');
  return bytes.length > FIELD_BYTES_MAX ? bytes.subarray(0, FIELD_BYTES_MAX).toString() : value;
}
