import { generateKeyPairSync } from 'node:crypto';
import { ManualClock } from '@countersign/core';
import { countingRandom } from '@countersign/policy/testing/random';
import type { Receiver } from '../ssf/receiver.ts';
import { type SetClaims, SigningKeys } from '../ssf/security-event-token.ts';
import type { PostRequest, SsfPorts } from '../ssf/ssf-ports.ts';
import type { SsfRecord } from '../ssf/ssf-record.ts';
import { opaque } from '../ssf/subject-identifier.ts';
import { Transmitter } from '../ssf/transmitter.ts';

export const ISSUER = 'https://access.example.com';
export const RECEIVER: Receiver = {
  name: 'wiki',
  audience: 'https://wiki.example.com',
  pushTo: ['https://wiki.example.com'],
  may: 'ssf.manage',
};
export const OTHER: Receiver = {
  ...RECEIVER,
  name: 'other',
  audience: 'https://other.example.com',
};

const ANY_CLAIMS: SetClaims = {
  ...{ iss: ISSUER, aud: 'nobody', jti: 'none', iat: 0, txn: 'none' },
  ...{ sub_id: opaque('nobody'), events: {} },
};

export type PostAnswer = { readonly status: number; readonly body: string };

/** A transmitter with simulated time, network and ledger. */
export class SsfTestWorld {
  readonly clock: ManualClock = new ManualClock(Date.UTC(2026, 0, 5, 9));
  readonly records: SsfRecord[] = [];
  readonly posts: PostRequest[] = [];
  readonly secrets: Map<string, string> = new Map();
  readonly keys: SigningKeys;
  /** The reply to a push, which a test may replace. */
  answer: (request: PostRequest) => PostAnswer | Promise<PostAnswer> = () => ({
    status: 202,
    body: '',
  });
  keepFails: Error | undefined;
  #sleeping: { untilMs: number; wake: () => void }[] = [];

  private constructor(keys: SigningKeys) {
    this.keys = keys;
  }

  static async make(): Promise<SsfTestWorld> {
    return new SsfTestWorld(await SigningKeys.of([{ file: 'test.pem', pem: testKey() }]));
  }

  transmitter(records: readonly SsfRecord[] = []): Transmitter {
    return new Transmitter(
      {
        transmits: { issuer: ISSUER, pollEndpoint: `${ISSUER}/ssf/poll` },
        keys: this.keys,
        receivers: [RECEIVER, OTHER],
        world: this.#world(),
      },
      records,
    );
  }

  /** Advances the time and resumes all waits. */
  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    const due = this.#sleeping.filter(({ untilMs }) => untilMs <= this.clock.monotonic());
    this.#sleeping = this.#sleeping.filter((each) => !due.includes(each));
    for (const { wake } of due) wake();
    await this.settled();
  }

  /** Resolves after `count` pushes; otherwise never. */
  async pushed(count: number): Promise<void> {
    while (this.posts.length < count) await turn();
    await this.settled();
  }

  /** Resolves when the last record settles an event. */
  async settlement(): Promise<SsfRecord> {
    for (;;) {
      const last = this.records.at(-1);
      if (last?.what === 'ssf-settled') return last;
      await turn();
    }
  }

  /**
   * Resolves when everything that can happen without time passing has happened, signing included.
   */
  async settled(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      for (let turns = 0; turns < 10; turns++) await turn();
      await this.keys.sign(ANY_CLAIMS);
    }
    await turn();
  }

  #world(): SsfPorts {
    return {
      clock: this.clock,
      random: countingRandom(),
      wait: (ms, signal) => this.#sleep(ms, signal),
      post: async (request) => {
        this.posts.push(request);
        return this.answer(request);
      },
      keep: async (records) => {
        if (this.keepFails !== undefined) throw this.keepFails;
        this.records.push(...records);
      },
      secrets: {
        get: (id) => this.secrets.get(id),
        set: (id, secret) => {
          if (secret === undefined) this.secrets.delete(id);
          else this.secrets.set(id, secret);
        },
      },
    };
  }

  async #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      this.#sleeping.push({ untilMs: this.clock.monotonic() + ms, wake: resolve });
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

async function turn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

export function testKey(modulusLength = 2048): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
