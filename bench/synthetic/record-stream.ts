import { type Person, people, somebody } from './company.ts';
import { Pen } from './pen.ts';
import { FOLDERS, fileNames, SERVERS, SITES, WORDS } from './pools.ts';
import { FastRandom, mixed } from './random.ts';
import type { Shape, Workload } from './shape.ts';
import { shapes } from './shapes.ts';
import { HOLES, type Hole, type Template, template } from './template.ts';

export type Format = 'ndjson' | 'csv' | 'json-array';

export type RecordOptions = {
  readonly count: number;
  readonly format: Format;
  readonly seed: number;
  readonly users: number;
  readonly days: number;
  readonly fromMs: number;
  /** Shares of the workloads; they need not add up to anything. */
  readonly mix: Readonly<Record<Workload, number>>;
};

const DAY_MS = 86_400_000;
const DRAW_SLOTS = 4096;
/** A search of the audit log gives at most this many rows under one number. */
const RESULT_COUNT_MAX = 50_000;
const JITTER_MS = 300_000;

/**
 * Makes records, front to back and in time order but for some minutes. The same seed gives the
 * same records in every format.
 */
export class RecordStream {
  readonly #options: RecordOptions;
  readonly #random: FastRandom;
  readonly #people: readonly Person[];
  readonly #files: readonly Buffer[];
  readonly #templates: readonly Template[];
  readonly #draw: Uint16Array;
  readonly #pen = new Pen();
  readonly #dates: readonly { iso: Buffer; us: Buffer }[];
  readonly #writers: readonly (() => void)[];
  #next = 0;
  // The record at hand.
  #ms = 0;
  #person: Person;
  #other: Person;
  #address = 0;
  #id: readonly [number, number, number, number] = [0, 0, 0, 0];
  #correlation: readonly [number, number, number, number] = [0, 0, 0, 0];

  constructor(options: RecordOptions) {
    this.#options = options;
    this.#random = new FastRandom(options.seed);
    this.#people = people(options.users, options.seed);
    this.#person = this.#people[0] as Person;
    this.#other = this.#person;
    this.#files = fileNames(options.seed);
    const all = shapes();
    this.#templates = all.map((shape) => template(textOf(shape, options.format), shape.weight));
    this.#draw = drawTable(all, options.mix);
    this.#dates = Array.from({ length: options.days + 2 }, (_, day) =>
      dateTexts(options.fromMs + day * DAY_MS),
    );
    const writers = this.#writersByHole();
    this.#writers = HOLES.map((hole) => writers[hole]);
  }

  /** Records made so far. */
  get made(): number {
    return this.#next;
  }

  /** Fills the buffer with whole records; returns how many bytes, 0 at the end. */
  fill(into: Buffer): number {
    this.#pen.start(into);
    const random = this.#random;
    while (this.#next < this.#options.count) {
      const drawn = this.#templates[this.#draw[random.word() >>> 20] as number] as Template;
      // The draw is part of the record: it must not be lost when the buffer is full.
      this.#prepare();
      this.#render(drawn);
      this.#next++;
      if (this.#pen.at + RECORD_ROOM > into.length) break;
    }
    return this.#pen.at;
  }

  #prepare(): void {
    const random = this.#random;
    const { count, days, fromMs } = this.#options;
    const spread = Math.floor((this.#next / count) * days * DAY_MS);
    this.#ms = fromMs + spread + random.below(JITTER_MS);
    this.#person = somebody(random, this.#people);
    this.#other = random.pick(this.#people);
    this.#address = random.below(this.#person.addresses.length);
    this.#id = [random.word(), random.word(), random.word(), random.word()];
    this.#correlation = [random.word(), random.word(), random.word(), random.word()];
  }

  #render({ literals, holes }: Template): void {
    const pen = this.#pen;
    const writers = this.#writers;
    pen.bytes(literals[0] as Buffer);
    for (let i = 0; i < holes.length; i++) {
      (writers[holes[i] as number] as () => void)();
      pen.bytes(literals[i + 1] as Buffer);
    }
  }

  #writersByHole(): Record<Hole, () => void> {
    const pen = this.#pen;
    const random = this.#random;
    const pick = (pool: readonly Buffer[]): void => pen.bytes(random.pick(pool));
    const person = (part: (p: Person) => Buffer): void => pen.bytes(part(this.#person));
    const other = (part: (p: Person) => Buffer): void => pen.bytes(part(this.#other));
    return {
      id: () => pen.guid(...this.#id),
      time: () => this.#writeTime(this.#ms),
      usTime: () => this.#writeUsTime(this.#ms),
      issued: () => this.#writeTime(this.#ms - (this.#ms % 3_600_000)),
      index: () => pen.decimal((this.#next % RESULT_COUNT_MAX) + 1),
      count: () => pen.decimal(this.#resultCount()),
      session: () => this.#writeSession(),
      correlation: () => pen.guid(...this.#correlation),
      upn: () => person((p) => p.upn),
      name: () => person((p) => p.name),
      puid: () => person((p) => p.puid),
      objectId: () => person((p) => p.objectId),
      sid: () => person((p) => p.sid),
      mailbox: () => person((p) => p.mailbox),
      device: () => person((p) => p.device),
      deviceName: () => person((p) => p.deviceName),
      ip: () => pen.bytes(this.#person.addresses[this.#address] as Buffer),
      ipPort: () => pen.bytes(this.#person.addressesWithPort[this.#address] as Buffer),
      otherUpn: () => other((p) => p.upn),
      otherName: () => other((p) => p.name),
      otherPuid: () => other((p) => p.puid),
      otherObjectId: () => other((p) => p.objectId),
      otherMailbox: () => other((p) => p.mailbox),
      guid: () => pen.guid(random.word(), random.word(), random.word(), random.word()),
      token: () => this.#writeBase64(25),
      number: () => pen.decimal(random.below(1_000_000)),
      size: () => pen.decimal(1000 + random.below(4_000_000)),
      entry: () => this.#writeBase64(35),
      server: () => pick(SERVERS),
      word: () => pick(WORDS),
      site: () => pick(SITES),
      folder: () => pick(FOLDERS),
      file: () => pick(this.#files),
    };
  }

  /** One session a person, day and address: what ties actions to a sign-in. */
  #writeSession(): void {
    const { number } = this.#person;
    const day = Math.floor(this.#ms / DAY_MS) * 4 + this.#address;
    const first = mixed(number, day, 1);
    this.#pen.guid(first, mixed(number, day, 2), mixed(number, day, 3), mixed(number, day, 4));
  }

  #writeBase64(length: number): void {
    for (let i = 0; i < length; i += 5) this.#pen.base64(this.#random.word());
  }

  #writeTime(ms: number): void {
    this.#pen.bytes(this.#dateOf(ms).iso);
    const second = Math.floor((ms % DAY_MS) / 1000);
    this.#pen.digits(Math.floor(second / 3600), 2);
    this.#pen.byte(COLON);
    this.#pen.digits(Math.floor(second / 60) % 60, 2);
    this.#pen.byte(COLON);
    this.#pen.digits(second % 60, 2);
  }

  /** `1/31/2026 3:06:37 PM`, as the cmdlet's export writes it. */
  #writeUsTime(ms: number): void {
    this.#pen.bytes(this.#dateOf(ms).us);
    const second = Math.floor((ms % DAY_MS) / 1000);
    const hour = Math.floor(second / 3600);
    this.#pen.decimal(hour % 12 === 0 ? 12 : hour % 12);
    this.#pen.byte(COLON);
    this.#pen.digits(Math.floor(second / 60) % 60, 2);
    this.#pen.byte(COLON);
    this.#pen.digits(second % 60, 2);
    this.#pen.bytes(hour < 12 ? MORNING : AFTERNOON);
  }

  #dateOf(ms: number): { iso: Buffer; us: Buffer } {
    const first = Math.floor(this.#options.fromMs / DAY_MS);
    const day = Math.floor(ms / DAY_MS) - first;
    return this.#dates[day] as { iso: Buffer; us: Buffer };
  }

  #resultCount(): number {
    const page = Math.floor(this.#next / RESULT_COUNT_MAX);
    return Math.min(RESULT_COUNT_MAX, this.#options.count - page * RESULT_COUNT_MAX);
  }
}

/** The room that {@link RecordStream.fill} keeps for one more record. */
export const RECORD_ROOM = 16_384;

export const CSV_HEADER: string =
  '"PSComputerName","RunspaceId","PSShowComputerName","RecordType","CreationDate","UserIds",' +
  '"Operations","AuditData","ResultIndex","ResultCount","Identity","IsValid","ObjectState"\r\n';

const COLON = 0x3a;
const MORNING = Buffer.from(' AM');
const AFTERNOON = Buffer.from(' PM');
const RUNSPACE = '7f0a4d8c-3a51-4c0e-9f5e-1d2b6c8e4a77';

function textOf(shape: Shape, format: Format): string {
  const document = JSON.stringify(shape.document).replace(/"\{\{#(\w+)\}\}"/g, '{{$1}}');
  if (format === 'ndjson') return `${document}\n`;
  if (format === 'json-array') return `${document},\n`;
  const operation = String(shape.document['Operation']);
  const cells = [
    'outlook.office365.com',
    RUNSPACE,
    'False',
    shape.recordTypeName,
    '{{usTime}}',
    '{{upn}}',
    operation,
    document.replaceAll('"', '""'),
    '{{index}}',
    '{{count}}',
    '{{id}}',
    'True',
    'Unchanged',
  ];
  return `${cells.map((cell) => `"${cell}"`).join(',')}\r\n`;
}

/** A template for each of 4,096 draws, in proportion to the shares. */
function drawTable(all: readonly Shape[], mix: RecordOptions['mix']): Uint16Array {
  const sumOf = (workload: Workload): number =>
    all.reduce((sum, shape) => sum + (shape.workload === workload ? shape.weight : 0), 0);
  const shares = all.map(({ workload, weight }) => (mix[workload] * weight) / sumOf(workload));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const table = new Uint16Array(DRAW_SLOTS);
  let from = 0;
  let sum = 0;
  for (const [number, share] of shares.entries()) {
    sum += share;
    const to = Math.round((sum / total) * DRAW_SLOTS);
    table.fill(number, from, to);
    from = to;
  }
  return table;
}

function dateTexts(ms: number): { iso: Buffer; us: Buffer } {
  const date = new Date(ms);
  const us = `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()} `;
  return { iso: Buffer.from(`${date.toISOString().slice(0, 10)}T`), us: Buffer.from(us) };
}
