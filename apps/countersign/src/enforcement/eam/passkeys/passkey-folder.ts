import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type PasskeyRecord, passkeyRecordOf } from './passkey-record.ts';

const ENDING = '.ndjson';

/**
 * A folder through which nodes share passkey records.
 *
 * Each node appends lines to its own file and reads the new lines of the others. A writer to this
 * folder can register a passkey for anyone, so protect it like the signing keys.
 */
export class PasskeyFolder {
  readonly #folder: string;
  readonly #own: string;
  /** Lines that are in some file already. */
  readonly #known = new Set<string>();
  readonly #readBytes = new Map<string, number>();

  /** `node`: a unique and stable name. */
  constructor(folder: string, node: string) {
    this.#folder = folder;
    const name = createHash('sha256').update(node).digest('hex').slice(0, 16);
    this.#own = `${name}${ENDING}`;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const line of this.#fresh(this.#own)) this.#known.add(digestOf(line));
  }

  /** Shares a record unless it is known. Durable when it returns. */
  tell(record: PasskeyRecord): void {
    if (!isOfUse(record)) return;
    const line = JSON.stringify(record);
    const digest = digestOf(line);
    if (this.#known.has(digest)) return;
    appendFileSync(join(this.#folder, this.#own), `${line}\n`, { mode: 0o600, flush: true });
    this.#known.add(digest);
  }

  /** Records of other nodes since the last call. */
  poll(): readonly PasskeyRecord[] {
    const files = readdirSync(this.#folder).filter((file) => file.endsWith(ENDING));
    const others = files.filter((file) => file !== this.#own).sort();
    return others
      .flatMap((file) => this.#fresh(file))
      .flatMap((line) => {
        const digest = digestOf(line);
        if (this.#known.has(digest)) return [];
        this.#known.add(digest);
        return recordIn(line) ?? [];
      });
  }

  /** Complete lines. The last one may still be written. */
  #fresh(file: string): readonly string[] {
    const path = join(this.#folder, file);
    const from = this.#readBytes.get(file) ?? 0;
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= from) return [];
    const bytes = readFileSync(path).subarray(from);
    const end = bytes.lastIndexOf(0x0a) + 1;
    this.#readBytes.set(file, from + end);
    return bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
  }
}

/**
 * Other nodes need a use only if its counter counts, and a failure only if it revokes a passkey.
 */
function isOfUse(record: PasskeyRecord): boolean {
  if (record.what === 'passkey-used') return record.counter > 0;
  return record.what !== 'passkey-refused' || record.why === 'copied';
}

function recordIn(line: string): PasskeyRecord | undefined {
  try {
    return passkeyRecordOf(JSON.parse(line));
  } catch {
    // A damaged line is unknown here, and counts nowhere.
    return undefined;
  }
}

function digestOf(line: string): string {
  return createHash('sha256').update(line).digest('base64url');
}
