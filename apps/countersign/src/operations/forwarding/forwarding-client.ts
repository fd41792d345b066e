import type { IncomingMessage } from 'node:http';
import { type ProofDemand, proveCaller } from './caller-proof.ts';
import { type Command, errorOfLine, parseAnswerLine, workText } from './command.ts';
import { ForwardingError } from './errors.ts';
import { ANSWER_LINE_BYTES_MAX, WAITING_NOTICE_MS } from './limits.ts';
import { socketPathOf } from './socket-path.ts';

/** `no-host`: no host took the command, or it ended before it began. */
export type ForwardingOutcome =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'no-host' };

/**
 * Forwards a command to the process that serves the socket, and waits for its result.
 *
 * @throws RemoteError for an expected error there, RemoteDefect for another
 *
 * @throws ForwardingError LOST if the host ended after it had started the work; INTERRUPTED;
 * OTHER_VERSION
 */
export async function handOver(options: {
  socketFile: string;
  work: Command;
  signal: AbortSignal;
  progress: (progress: unknown) => void;
  /** Called when the work has to wait for earlier work. */
  waiting: () => void;
}): Promise<ForwardingOutcome> {
  const socket = openSocketPath(options.socketFile);
  if (socket === undefined) return { kind: 'no-host' };
  try {
    const response = await ask(socket.path, options.work, options.signal);
    if (response === undefined) return { kind: 'no-host' };
    return await readAnswer(response, options);
  } catch (error) {
    if (options.signal.aborted) throw interrupted();
    throw error;
  } finally {
    socket.release();
  }
}

function openSocketPath(socketFile: string): ReturnType<typeof socketPathOf> | undefined {
  try {
    return socketPathOf(socketFile);
  } catch (error) {
    // The data folder has no `run` folder yet, so no host runs there.
    if (isNobody(error)) return undefined;
    throw error;
  }
}

/** Undefined if no host serves the socket, or it is about to end. */
async function ask(
  socketPath: string,
  work: Command,
  signal: AbortSignal,
): Promise<IncomingMessage | undefined> {
  return new Promise((resolve, reject) => {
    const body = workText(work);
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    // An import statement would read every export of node:http, and one of them loads undici.
    const asked = process.getBuiltinModule('node:http').request({
      socketPath,
      method: 'POST',
      path: '/work',
      agent: false,
      headers,
      signal,
    });
    asked.on('response', (response) => {
      if (response.statusCode !== 503) return resolve(response);
      response.resume();
      resolve(undefined);
    });
    asked.on('error', (error) => (isNobody(error) ? resolve(undefined) : reject(error)));
    asked.end(body);
  });
}

async function readAnswer(
  response: IncomingMessage,
  options: Omit<Parameters<typeof handOver>[0], 'work'>,
): Promise<ForwardingOutcome> {
  let isBegun = false;
  let unproven: ForwardingError | undefined;
  const timer = setTimeout(options.waiting, WAITING_NOTICE_MS);
  try {
    for await (const line of linesOf(response)) {
      const answer = parseAnswerLine(line);
      if (answer.kind === 'prove') {
        // The host decides: it may be ending, and the caller then asks the next one.
        unproven = proofFault(options.socketFile, answer);
        continue;
      }
      clearTimeout(timer);
      if (answer.kind === 'begun') isBegun = true;
      else if (answer.kind === 'progress') options.progress(answer.progress);
      else if (answer.kind === 'error') throw unproven ?? errorOfLine(answer);
      else return { kind: 'done', result: answer.result };
    }
  } catch (error) {
    if (!isConnectionError(error) || options.signal.aborted) throw error;
    return ended(isBegun, error);
  } finally {
    clearTimeout(timer);
  }
  return ended(isBegun);
}

function proofFault(socketFile: string, demand: ProofDemand): ForwardingError | undefined {
  try {
    proveCaller(socketFile, demand);
    return undefined;
  } catch (error) {
    if (error instanceof ForwardingError) return error;
    throw error;
  }
}

function ended(isBegun: boolean, cause?: unknown): ForwardingOutcome {
  if (!isBegun) return { kind: 'no-host' };
  throw new ForwardingError(
    'LOST',
    'the process that held the ledger ended before it reported the result. Check the result, and ' +
      'run the same command again if needed',
    { cause },
  );
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      yield Buffer.concat([...held, chunk.subarray(from, at)]).toString('utf8');
      held = [];
      heldBytes = 0;
      from = at + 1;
    }
    held.push(chunk.subarray(from));
    heldBytes += chunk.length - from;
    if (heldBytes > ANSWER_LINE_BYTES_MAX) {
      throw new ForwardingError(
        'MALFORMED',
        'could not read the answer of the process that holds the ledger: it is too long',
      );
    }
  }
}

/** Refused or absent, or reset before the first byte of an answer: the work was not started. */
function isNobody(error: unknown): boolean {
  return ['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE'].includes(codeOf(error));
}

function isConnectionError(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? '') : '';
}

function interrupted(): ForwardingError {
  return new ForwardingError(
    'INTERRUPTED',
    'interrupted: the process that holds the ledger stops this work after its current batch',
  );
}
