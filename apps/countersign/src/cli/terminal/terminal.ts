import type { Writable } from 'node:stream';
import type { Clock } from '@countersign/core';
import { COLUMNS_DEFAULT, COLUMNS_MIN } from '../process/limits.ts';
import { colorWanted, paint, type Style } from './color.ts';
import { ProgressLine, type ProgressState } from './progress-line.ts';
import { sanitize, sanitizeJson } from './sanitize.ts';
import { type Cell, type Column, tableLines } from './table.ts';
import { wrap } from './text-width.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Stream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/**
 * The only way from a command to the two output streams. Every string is sanitized, so that no text
 * of a vendor's record reaches a terminal raw. Our own escapes are added afterwards.
 *
 * When the reader of standard output disconnects (`| head`), writes become silent and lists stop.
 * The exit code is as if everything had been printed.
 */
export class Terminal {
  /** Columns of standard output; Infinity without a terminal and without COLUMNS. */
  readonly columns: number;
  readonly color: 'color' | 'no color';
  readonly isTTY: boolean;
  readonly #stdout: Output;
  readonly #stderr: Output;
  readonly #stderrColor: 'color' | 'no color';
  /** Infinity without a terminal: programs and files get complete lines. */
  readonly #stderrColumns: number;
  readonly #newProgress: () => ProgressLine;
  #progress: ProgressLine | undefined;

  constructor(options: { stdout: Stream; stderr: Stream; env: Environment; clock: Clock }) {
    const { stdout, stderr, env, clock } = options;
    this.isTTY = stdout.isTTY === true;
    this.columns = columnsOf(stdout, env);
    this.color = colorWanted(env, this.isTTY ? 'terminal' : 'no terminal');
    this.#stderrColor = colorWanted(env, stderr.isTTY === true ? 'terminal' : 'no terminal');
    this.#stdout = new Output(stdout);
    this.#stderr = new Output(stderr);
    // A pseudo-terminal whose size no program has set has 0 columns.
    const columns = stderr.isTTY === true ? stderr.columns || COLUMNS_DEFAULT : undefined;
    this.#stderrColumns = Math.max(columns ?? Infinity, COLUMNS_MIN);
    this.#newProgress = () => new ProgressLine({ sink: this.#stderr, clock, columns });
  }

  /** The width at which help and other prose is wrapped. */
  get proseColumns(): number {
    return this.columns === Infinity ? COLUMNS_DEFAULT : this.columns;
  }

  /** The error if standard output failed for another reason than a gone reader. */
  get failure(): Error | undefined {
    return this.#stdout.failure;
  }

  /** One line to standard output. */
  line(...pieces: Cell[]): void {
    this.#progress?.clear();
    this.#stdout.write(`${pieces.map((piece) => show(piece, this.color)).join('')}\n`);
  }

  /** Names and values, one pair per line, with aligned values. */
  fields(pairs: readonly (readonly [name: string, value: Cell])[]): void {
    const width = Math.max(...pairs.map(([name]) => name.length));
    for (const [name, value] of pairs) {
      this.line({ text: name.padEnd(width + 2), style: 'faint' }, value);
    }
  }

  /** A label, and prose beside it that is wrapped within its own column. */
  labeled(label: string, text: string, width: number): void {
    const room = this.columns - width;
    const lines = room === Infinity ? [sanitize(text)] : wrap(sanitize(text), Math.max(room, 20));
    for (const [at, line] of lines.entries()) {
      this.line({ text: (at === 0 ? label : '').padEnd(width), style: 'strong' }, line);
    }
  }

  /** Text from Countersign or the vendor, wrapped at the width of the terminal. */
  paragraph(text: string, indent = 0, style: Style = 'plain'): void {
    const width = this.columns - indent;
    const lines = width === Infinity ? [sanitize(text)] : wrap(sanitize(text), Math.max(width, 20));
    for (const line of lines) this.line(' '.repeat(indent), { text: line, style });
  }

  /** A line to standard error, wrapped on a terminal: errors, reasons, warnings. */
  note(...pieces: Cell[]): void {
    this.#progress?.clear();
    const text = pieces.map(textOf).join('');
    const [first, ...more] = wrap(sanitize(text), this.#stderrColumns);
    const isOneLine = more.length === 0;
    const lines = isOneLine
      ? [pieces.map((piece) => show(piece, this.#stderrColor)).join('')]
      : [first as string, ...more];
    for (const line of lines) this.#stderr.write(`${line}\n`);
  }

  /** Prints a table row by row. Returns the number of rows. */
  async table<Row>(
    columns: readonly Column<Row>[],
    rows: AsyncIterable<Row> | Iterable<Row>,
    titles: 'shown' | 'omitted' = 'shown',
  ): Promise<number> {
    let count = 0;
    const stdout = this.#stdout;
    const options = { columns: this.columns, color: this.color, titles };
    async function* counted(): AsyncGenerator<Row> {
      for await (const row of rows) {
        count += 1;
        yield row;
        if (stdout.isClosed) return;
      }
    }
    for await (const line of tableLines(columns, counted(), options)) {
      this.#progress?.clear();
      stdout.write(`${line}\n`);
      await stdout.whenFlushed();
    }
    return count;
  }

  /** `--json` of a list: one document per line. Returns their number. */
  async items(values: AsyncIterable<unknown> | Iterable<unknown>): Promise<number> {
    let count = 0;
    for await (const value of values) {
      count += 1;
      this.document(value);
      await this.#stdout.whenFlushed();
      if (this.#stdout.isClosed) break;
    }
    return count;
  }

  /** `--json` of one answer. */
  document(value: unknown): void {
    this.#progress?.clear();
    this.#stdout.write(`${sanitizeJson(JSON.stringify(value))}\n`);
  }

  /** Bytes, unchanged for a file or program; sanitized line by line for a terminal. */
  async bytes(
    chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  ): Promise<void> {
    this.#progress?.clear();
    const decoder = new TextDecoder();
    for await (const chunk of chunks) {
      if (this.isTTY) {
        const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
        this.#stdout.write(text.split(/\r?\n/).map(sanitize).join('\n'));
      } else {
        this.#stdout.write(chunk);
      }
      await this.#stdout.whenFlushed();
      if (this.#stdout.isClosed) return;
    }
  }

  /** Text that is already formatted for a terminal (help). */
  trusted(text: string, to: 'stdout' | 'stderr'): void {
    (to === 'stdout' ? this.#stdout : this.#stderr).write(text);
  }

  /** Standard output itself, for a protocol whose messages are not for a person to read. */
  get messages(): Writable {
    return this.#stdout.stream;
  }

  progress(state: ProgressState): void {
    this.#progress ??= this.#newProgress();
    this.#progress.update(state);
  }

  /** Ends the progress line. The next one measures its rate from its own start. */
  progressEnd(): void {
    this.#progress?.clear();
    this.#progress = undefined;
  }

  /** MUST be awaited before the process ends. */
  async end(): Promise<void> {
    this.progressEnd();
    await this.#stdout.flushed();
    await this.#stderr.flushed();
  }
}

class Output {
  readonly stream: Writable;
  isClosed = false;
  failure: Error | undefined;

  constructor(stream: Writable) {
    this.stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => this.#fail(error));
  }

  write(chunk: string | Uint8Array): void {
    if (!this.isClosed) this.stream.write(chunk);
  }

  /** Resolves when all output was passed to the system, or cannot be. */
  async flushed(): Promise<void> {
    if (this.isClosed) return;
    await new Promise<void>((resolve) => {
      this.stream.write('', (error) => {
        if (error) this.#fail(error);
        resolve();
      });
    });
  }

  /** The first failure is the cause. Later ones only report the closed stream. */
  #fail(error: NodeJS.ErrnoException): void {
    if (!this.isClosed && error.code !== 'EPIPE') this.failure = error;
    this.isClosed = true;
  }

  /** Resolves when the stream accepts more, or never will. */
  async whenFlushed(): Promise<void> {
    const stream = this.stream;
    if (this.isClosed || !stream.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stream.off('drain', done).off('error', done).off('close', done);
        resolve();
      };
      stream.on('drain', done).on('error', done).on('close', done);
    });
  }
}

function textOf(piece: Cell): string {
  return typeof piece === 'object' ? piece.text : (piece ?? '');
}

function show(piece: Cell, color: 'color' | 'no color'): string {
  if (typeof piece !== 'object') return sanitize(piece ?? '');
  const text = sanitize(piece.text);
  return color === 'color' ? paint(text, piece.style) : text;
}

function columnsOf(stdout: Stream, env: Environment): number {
  const stated = stdout.isTTY === true ? stdout.columns : Number(env.COLUMNS ?? Number.NaN);
  if (stated !== undefined && Number.isInteger(stated) && stated > 0) {
    return Math.max(stated, COLUMNS_MIN);
  }
  return stdout.isTTY === true ? COLUMNS_DEFAULT : Infinity;
}
