import {
  decodeUtf8,
  formatBase64,
  parseDecimal,
  parseHashBase64,
  quoted,
} from '../canonical-encoding.ts';
import { TlogError, type TlogErrorCode } from '../errors.ts';
import { PROOF_HASHES_MAX } from '../limits.ts';
import { type Checkpoint, parseCheckpoint } from '../log/checkpoint.ts';
import { emptyRoot, sha256 } from '../merkle/merkle-hash.ts';
import { verifyConsistency } from '../merkle/merkle-proof.ts';
import {
  formatNote,
  formatSignatureLine,
  type Note,
  type NoteSigner,
  type NoteVerifier,
  openNote,
  parseNote,
} from '../notes/signed-note.ts';
import type { WitnessedState, WitnessStore } from './witness-store.ts';

/** The body of `POST <prefix>/add-checkpoint` (C2SP tlog-witness). */
export type AddCheckpoint = {
  readonly oldSize: number;
  readonly proof: readonly Uint8Array[];
  /** The signed checkpoint. */
  readonly note: Uint8Array;
};

export type WitnessAnswer = {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly contentType: string;
  readonly body: string;
};

export type WitnessOptions = {
  /** The keys of the logs that the witness cosigns. The name of a key is the origin of its log. */
  readonly logs: readonly NoteVerifier[];
  readonly signer: NoteSigner;
  readonly store: WitnessStore;
};

export const TEXT_TYPE = 'text/plain; charset=utf-8';
/** Content type of a 409 body, which is the size that the witness knows. */
export const SIZE_TYPE = 'text/x.tlog.size';

/**
 * Cosigns checkpoints of known logs, each only if it extends the previous one. So no two of its
 * cosignatures ever cover two versions of history.
 */
export class Witness {
  readonly #logs: ReadonlyMap<string, readonly NoteVerifier[]>;
  readonly #signer: NoteSigner;
  readonly #store: WitnessStore;

  constructor({ logs, signer, store }: WitnessOptions) {
    this.#logs = Map.groupBy(logs, (log) => log.key.name);
    this.#signer = signer;
    this.#store = store;
  }

  /** Everything in `body` may come from an attacker, including the log itself. */
  addCheckpoint(body: Uint8Array): WitnessAnswer {
    try {
      const request = parseAddCheckpoint(body);
      const note = parseNote(request.note);
      return this.#consider(request, note, parseCheckpoint(note.text));
    } catch (error) {
      if (error instanceof TlogError && error.code.startsWith('MALFORMED_')) {
        return refusal(400, error.message);
      }
      throw error;
    }
  }

  /** `GET <prefix>/<lower-case hex SHA-256 of the origin>/checkpoint`. */
  latest(originHash: string): WitnessAnswer {
    const known = this.#store.latestByHash(originHash);
    if (known === undefined)
      return refusal(404, 'this witness has cosigned no checkpoint of such a log');
    return { status: 200, contentType: TEXT_TYPE, body: known.note };
  }

  #consider(request: AddCheckpoint, note: Note, checkpoint: Checkpoint): WitnessAnswer {
    const { origin, size, root } = checkpoint;
    const { oldSize, proof } = request;
    const verifiers = this.#logs.get(origin);
    if (verifiers === undefined)
      return refusal(404, `this witness does not know the log ${quoted(origin)}`);
    const byLog = trueSignatures(note, verifiers);
    if (byLog === undefined) return refusal(403, `the log ${quoted(origin)} has not signed this`);
    if (oldSize > size) return refusal(400, `the old size ${oldSize} is larger than ${size}`);
    const known = this.#store.latest(origin);
    if (oldSize !== (known?.size ?? 0)) return conflict(known);
    const oldRoot = known === undefined || known.size === 0 ? emptyRoot() : known.root;
    if (!verifyConsistency({ oldSize, oldRoot, newSize: size, newRoot: root, proof })) {
      return refusal(422, `the proof does not show that size ${size} extends size ${oldSize}`);
    }
    return this.#cosign(byLog, checkpoint, known);
  }

  #cosign(
    byLog: Note,
    { origin, size, root }: Checkpoint,
    known: WitnessedState | undefined,
  ): WitnessAnswer {
    const cosignature = this.#signer.sign(byLog.text);
    const signatures = [...byLog.signatures, cosignature];
    const stored = this.#store.checkAndSet({
      origin,
      originHash: originHash(origin),
      expectedSize: known?.size,
      next: { size, root, note: formatNote({ text: byLog.text, signatures }) },
    });
    // Another submission was stored in between: its checkpoint must be extended now.
    if (stored === 'stale') return conflict(this.#store.latest(origin));
    // Sign only after the state is stored. A crash before this line leaves a state newer than any
    // cosignature that was sent, and the log asks again. The reverse order would allow a fork.
    return { status: 200, contentType: TEXT_TYPE, body: `${formatSignatureLine(cosignature)}\n` };
  }
}

export function originHash(origin: string): string {
  return sha256(Buffer.from(origin)).toString('hex');
}

/** @throws TlogError MALFORMED_REQUEST */
export function parseAddCheckpoint(body: Uint8Array): AddCheckpoint {
  const end = Buffer.from(body.buffer, body.byteOffset, body.length).indexOf('\n\n');
  const lines = end < 0 ? undefined : decodeUtf8(body.subarray(0, end))?.split('\n');
  if (lines === undefined) throw malformed('it has no empty line before the checkpoint');
  const oldSize = parseDecimal(/^old (.*)$/.exec(lines.shift() ?? '')?.[1] ?? '');
  if (oldSize === undefined) throw malformed('its first line is not "old SIZE"');
  if (lines.length > PROOF_HASHES_MAX) throw malformed('its proof is longer than any valid proof');
  const proof = lines.map((line) => {
    const hash = parseHashBase64(line);
    if (hash === undefined) throw malformed('a line of its proof is not a SHA-256 hash in base64');
    return hash;
  });
  return { oldSize, proof, note: body.subarray(end + 2) };
}

export function formatAddCheckpoint({ oldSize, proof, note }: AddCheckpoint): Buffer {
  const head = [`old ${oldSize}`, ...proof.map(formatBase64)];
  return Buffer.concat([Buffer.from(`${head.join('\n')}\n\n`), note]);
}

const UNTRUE: ReadonlySet<TlogErrorCode> = new Set(['BAD_SIGNATURE', 'UNTRUSTED_NOTE']);

/** The note with only the log's valid signatures, so that no other signature enters the state. */
function trueSignatures(note: Note, verifiers: readonly NoteVerifier[]): Note | undefined {
  try {
    return { text: note.text, signatures: openNote(note, verifiers).verified };
  } catch (error) {
    const isUntrue = error instanceof TlogError && UNTRUE.has(error.code);
    if (!isUntrue) throw error;
    return undefined;
  }
}

function conflict(known: WitnessedState | undefined): WitnessAnswer {
  return { status: 409, contentType: SIZE_TYPE, body: `${known?.size ?? 0}\n` };
}

function refusal(status: WitnessAnswer['status'], what: string): WitnessAnswer {
  return { status, contentType: TEXT_TYPE, body: `${what}\n` };
}

function malformed(what: string): TlogError {
  return new TlogError('MALFORMED_REQUEST', `could not read a request to a witness: ${what}`);
}
