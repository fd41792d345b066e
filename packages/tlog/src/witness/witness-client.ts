import { messageOf } from '@countersign/core';
import { decodeUtf8, parseDecimal, quoted } from '../canonical-encoding.ts';
import { TlogError } from '../errors.ts';
import { NOTE_BYTES_MAX, WITNESS_ANSWER_BYTES_MAX, WITNESS_REQUEST_TIMEOUT_MS } from '../limits.ts';
import { openCheckpoint, type SignedCheckpoint } from '../log/checkpoint.ts';
import {
  isSignatureBy,
  type NoteSignature,
  type NoteVerifier,
  parseNote,
  parseSignatureLine,
} from '../notes/signed-note.ts';
import { formatAddCheckpoint, originHash, SIZE_TYPE } from './witness.ts';

/** The configured address of a witness. An answer of a log or a witness never adds an address. */
export type WitnessAddress = {
  /** Submission prefix. */
  readonly url: string;
  readonly verifier: NoteVerifier;
  /** Hosts that may be called in addition to loopback. */
  readonly permittedHosts?: readonly string[] | undefined;
  readonly timeoutMs?: number | undefined;
};

export type Submission = {
  readonly witness: WitnessAddress;
  /** The size that the witness probably cosigned last; 0 if unknown. */
  readonly oldSize: number;
  readonly proof: readonly Uint8Array[];
  /** The checkpoint with the log's signature. */
  readonly note: Uint8Array;
};

export type SubmissionResult =
  | { readonly kind: 'cosigned'; readonly cosignatures: readonly NoteSignature[] }
  /**
   * The witness cosigned another size last, so the proof must start there. If that size is larger
   * than ours, our log was rolled back or forked, and a retry cannot help.
   */
  | { readonly kind: 'conflict'; readonly size: number }
  | { readonly kind: 'refused'; readonly status: number; readonly because: string }
  /** No answer, or a malformed one: it is unknown whether the witness cosigned. */
  | { readonly kind: 'unreachable'; readonly because: string };

export type WitnessedCheckpoint =
  | { readonly kind: 'witnessed'; readonly checkpoint: SignedCheckpoint }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreachable'; readonly because: string };

/**
 * Asks a witness for its cosignature and verifies the returned ones.
 * @throws TlogError WITNESS_ADDRESS for an address that may not be called
 */
export async function submitCheckpoint(submission: Submission): Promise<SubmissionResult> {
  const { witness, note } = submission;
  const url = addressOf(witness, 'add-checkpoint');
  const answer = await ask(witness, url, formatAddCheckpoint(submission));
  if (answer.kind === 'unreachable') return answer;
  const { status, body, contentType } = answer;
  if (status === 200) return readCosignatures(body, parseNote(note).text, witness.verifier);
  if (status === 409 && contentType.startsWith(SIZE_TYPE)) {
    const size = parseDecimal(body.replace(/\n$/, ''));
    if (size !== undefined) return { kind: 'conflict', size };
  }
  const isRedirect = status >= 300 && status < 400;
  const because = isRedirect
    ? 'it redirects, and Countersign does not follow redirects'
    : firstLineOf(body);
  return { kind: 'refused', status, because };
}

/**
 * The latest checkpoint of a log that a witness cosigned, signed by both. A log that was restored
 * from a copy must be compared with it.
 * @throws TlogError WITNESS_ADDRESS
 */
export async function fetchWitnessed(
  witness: WitnessAddress,
  log: NoteVerifier,
): Promise<WitnessedCheckpoint> {
  const url = addressOf(witness, `${originHash(log.key.name)}/checkpoint`);
  const answer = await ask(witness, url, undefined);
  if (answer.kind === 'unreachable') return answer;
  if (answer.status === 404) return { kind: 'none' };
  const unreachable = (because: string): WitnessedCheckpoint => ({ kind: 'unreachable', because });
  if (answer.status !== 200) return unreachable(`it answered ${answer.status}`);
  try {
    const trust = { log, witnesses: [witness.verifier] };
    const checkpoint = openCheckpoint(Buffer.from(answer.body), trust);
    if (checkpoint.cosignatures.length > 0) return { kind: 'witnessed', checkpoint };
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
    return unreachable(error.message);
  }
  return unreachable('it returned a checkpoint that it has not cosigned');
}

type Answer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
    }
  | { readonly kind: 'unreachable'; readonly because: string };

async function ask(witness: WitnessAddress, url: URL, body: Buffer | undefined): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
      headers: { 'content-type': 'text/plain; charset=utf-8', accept: 'text/plain' },
      // A redirect could lead us to any host, including hosts inside our network.
      redirect: 'manual',
      signal: AbortSignal.timeout(witness.timeoutMs ?? WITNESS_REQUEST_TIMEOUT_MS),
    });
    const bytes = await readLimited(response);
    const text = bytes === undefined ? undefined : decodeUtf8(bytes);
    if (text === undefined)
      return { kind: 'unreachable', because: 'its answer is not text, or too long' };
    const contentType = response.headers.get('content-type') ?? '';
    return { kind: 'answered', status: response.status, contentType, body: text };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return { kind: 'unreachable', because: messageOf(cause) };
  }
}

async function readLimited(response: Response): Promise<Buffer | undefined> {
  const limit = response.status === 200 ? NOTE_BYTES_MAX : WITNESS_ANSWER_BYTES_MAX;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    // Leaving the loop cancels the rest of the body.
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Lines by other keys of the witness are ignored; a line by the known key must be valid. */
function readCosignatures(body: string, text: string, verifier: NoteVerifier): SubmissionResult {
  const lines = body.split('\n');
  try {
    const isWhole = lines.pop() === '';
    const known = isWhole
      ? lines.map(parseSignatureLine).filter((line) => isSignatureBy(line, verifier.key))
      : [];
    if (known.length > 0 && known.every((line) => verifier.verify(text, line.payload))) {
      return { kind: 'cosigned', cosignatures: known };
    }
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
  }
  return { kind: 'unreachable', because: 'it returned no valid cosignature by its known key' };
}

function addressOf(witness: WitnessAddress, path: string): URL {
  const url = URL.parse(`${witness.url.replace(/\/$/, '')}/${path}`);
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url === null || !isWeb || url.username !== '' || url.password !== '' || url.search !== '') {
    throw new TlogError(
      'WITNESS_ADDRESS',
      `${quoted(witness.url)} is not the address of a witness`,
    );
  }
  if (!isLoopback(url.hostname) && witness.permittedHosts?.includes(url.hostname) !== true) {
    throw new TlogError(
      'WITNESS_ADDRESS',
      `could not ask the witness at ${url.hostname}: the configuration does not permit that host`,
    );
  }
  return url;
}

/**
 * The form that the URL parser writes; it turns every spelling of an IPv4 address into four
 * numbers.
 */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function firstLineOf(body: string): string {
  return (
    body
      .split('\n', 1)[0]
      ?.replace(/\p{Cc}/gu, ' ')
      .slice(0, 300) ?? ''
  );
}
