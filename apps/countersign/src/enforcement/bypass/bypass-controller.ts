import { messageOf } from '@countersign/core';
import { HttpError } from '@countersign/m365';
import type { BypassConfig } from '../../config/enforcement-config.ts';
import { ownEntryDraft } from '../../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';

import type { People } from '../approvals/signed-statement.ts';
import { type Bypass, type BypassEffect, bypassesOf, wantedOf } from './bypass.ts';
import { ExcludedGroups, type SuiteDependencies } from './excluded-groups.ts';
import { readBypasses } from './read-bypasses.ts';

/** Retry delay after the suite did not answer or refused. */
const BYPASS_TRY_AGAIN_MS = 60_000;

/**
 * Applies bypasses to the suite and records each attempt and the observed state.
 *
 * Recovery is the normal path: the wanted state follows from the ledger, and an attempt without a
 * result is repeated.
 */
export class BypassController {
  readonly #config: BypassConfig;
  readonly #writer: LedgerWriter;
  readonly #world: SuiteDependencies;
  readonly #people: People;

  constructor(
    config: BypassConfig,
    people: People,
    writer: LedgerWriter,
    world: SuiteDependencies,
  ) {
    this.#config = config;
    this.#writer = writer;
    this.#world = world;
    this.#people = people;
  }

  /** Applies what is due, and returns the current bypasses. MUST hold the ledger exclusively. */
  async refresh(signal?: AbortSignal): Promise<ReadonlyMap<string, Bypass>> {
    const bypasses = new Map(await this.#read());
    const due = [...bypasses.values()].filter((bypass) => this.#isDue(bypass));
    if (due.length === 0) return bypasses;
    const groups = new ExcludedGroups(this.#config, this.#world);
    try {
      for (const bypass of due) {
        const effect = await this.#settle(bypass, bypasses, groups, signal);
        bypasses.set(bypass.request.statement.bypass, { ...bypass, effect });
      }
    } finally {
      groups.close();
    }
    return bypasses;
  }

  /** Whether work is left. Makes no network call. */
  async isDue(): Promise<boolean> {
    const bypasses = await this.#read();
    return [...bypasses.values()].some((bypass) => this.#isDue(bypass));
  }

  async #read(): Promise<ReadonlyMap<string, Bypass>> {
    const { ledger, reader, store } = this.#writer;
    if (store.indicesOfKind('approval').length === 0) return new Map();
    await ledger.publish();
    await reader.refresh();
    return bypassesOf(await readBypasses(this.#writer));
  }

  #isDue(bypass: Bypass): boolean {
    const { effect, request } = bypass;
    if (request.statement.method !== this.#config.method) return false;
    const wanted = this.#wanted(bypass);
    // A bypass that was never applied need not be undone.
    if (effect === undefined) return wanted === 'past us';
    const isTried = effect.wanted === wanted && effect.state === 'cannot tell';
    if (isTried && this.#world.clock.now() - effect.atMs < BYPASS_TRY_AGAIN_MS) return false;
    return effect.wanted !== wanted || effect.state !== 'done';
  }

  #wanted(bypass: Bypass): BypassEffect['wanted'] {
    return wantedOf(bypass, this.#people, this.#world.clock.now());
  }

  async #settle(
    bypass: Bypass,
    all: ReadonlyMap<string, Bypass>,
    groups: ExcludedGroups,
    signal: AbortSignal | undefined,
  ): Promise<BypassEffect> {
    const { group } = bypass.request.statement;
    const wanted = this.#wanted(bypass);
    const isBegun = bypass.effect?.wanted === wanted && bypass.effect.state === 'begun';
    if (!isBegun) await this.#say(bypass, { wanted, state: 'begun', because: 'it is due' });
    const isKept = [...all.values()].some(
      (other) =>
        other !== bypass &&
        other.request.statement.group === group &&
        this.#wanted(other) !== wanted,
    );
    if (wanted === 'by us' && isKept) {
      return this.#say(bypass, {
        wanted,
        state: 'done',
        because: 'another bypass of the group continues',
      });
    }
    try {
      await groups.put(group, wanted, signal);
      const isPast = await groups.has(group, signal);
      const isSo = isPast === (wanted === 'past us');
      const because = isPast
        ? 'the suite excludes the group'
        : 'the suite no longer excludes the group';
      return await this.#say(bypass, { wanted, state: isSo ? 'done' : 'cannot tell', because });
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return this.#say(bypass, { wanted, state: 'cannot tell', because: messageOf(error) });
    }
  }

  async #say(
    { request }: Bypass,
    said: Pick<BypassEffect, 'wanted' | 'state' | 'because'>,
  ): Promise<BypassEffect> {
    const atMs = this.#world.clock.now();
    const { bypass } = request.statement;
    const effect: BypassEffect = { v: 1, what: 'bypass-effect', bypass, ...said, atMs };
    await this.#writer.decisionLog.append([ownEntryDraft('approval', atMs, effect)]);
    return effect;
  }
}
