import { DOMAIN, type Person } from './company.ts';
import type { Message } from './exchange.ts';
import type { SeededRandom } from './random.ts';

const SUBJECTS = [
  'Tender for the outer pier',
  'Minutes',
  'RE: Survey dates',
  'Invoice 20',
  'Tide tables',
  'Lunch on Thursday',
  'RE: RE: Insurance',
  'Quote',
  'Holiday rota',
  'Draft contract',
  'Harbour office',
  'Weather window',
  'Figures for the board',
  'New phones',
  'Boat hire',
];

/** A mailbox whose reads are not recorded for a day. */
export type ThrottledMailbox = {
  readonly owner: Person;
  readonly fromMs: number;
  readonly toMs: number;
};

/** The content of the mailboxes: sent mail arrives at its recipients. */
export class Mailboxes {
  readonly #random: SeededRandom;
  readonly #inboxes = new Map<Person, Message[]>();
  readonly throttled: ThrottledMailbox[] = [];

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  compose(): Message {
    const random = this.#random;
    return {
      id: `<${random.word(14).toUpperCase()}@${DOMAIN}>`,
      subject: `${random.pick(SUBJECTS)} ${random.between(1, 60)}`,
      bytes: random.between(4, 180) * 512,
    };
  }

  deliver(to: Person, message: Message): void {
    const inbox = this.#inboxes.get(to) ?? [];
    inbox.push(message);
    this.#inboxes.set(to, inbox);
  }

  /** Messages from the newest `depth` of the inbox, as a person opens them. */
  read(owner: Person, count: number, depth: number): Message[] {
    const inbox = this.#inboxes.get(owner) ?? [];
    const newest = inbox.slice(-depth);
    const from = this.#random.between(0, Math.max(0, newest.length - count));
    return newest.slice(from, from + count);
  }

  isRecorded(owner: Person, atMs: number): boolean {
    return !this.throttled.some((t) => t.owner === owner && t.fromMs < atMs && atMs < t.toMs);
  }
}
