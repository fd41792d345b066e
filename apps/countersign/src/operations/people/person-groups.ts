import type { LedgerReader } from '@countersign/ledger/reader';
import type { PolicyInformationPoint } from '../../enforcement/decisions/policy-information-point.ts';
import type { StoreReader } from '../../store/store-reader.ts';

/** The groups that the directory states for a person. `unknown`: it does not tell. */
export type GroupsOfPerson = ReadonlySet<string> | 'unknown';

/**
 * The groups of people, from the directory that the ledger holds. The directory of a million people
 * takes hundreds of megabytes, so it is read when the first caller with a limit by group asks.
 */
export class PersonGroups {
  readonly #sources: { readonly store: StoreReader; readonly ledger: LedgerReader };
  #point: PolicyInformationPoint | undefined;
  /** Reads follow each other: two at once would apply an entry twice. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(sources: { readonly store: StoreReader; readonly ledger: LedgerReader }) {
    this.#sources = sources;
  }

  /** @param name as the caller gives it: an address in any case, an object id, a PUID or a SID */
  async of(name: string, tenant: string | undefined): Promise<GroupsOfPerson> {
    const { store } = this.#sources;
    const { directory } = (await this.#upToDate()).information;
    // Resolved as the operation itself resolves it: the check is about the person of the answer.
    const resolved = await store.resolvePrincipal(name, { tenant });
    if (resolved.kind !== 'one') return 'unknown';
    const { uid, name: latest, tenant: home } = resolved.principal;
    for (const known of [uid, latest]) {
      if (known === null) continue;
      const entity = directory.find(home as Parameters<typeof directory.find>[0], PERSON, known);
      if (entity !== undefined) return entity.within(GROUP)?.value ?? 'unknown';
    }
    return 'unknown';
  }

  async #upToDate(): Promise<PolicyInformationPoint> {
    const turn = this.#turn.then(() => this.#follow());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #follow(): Promise<PolicyInformationPoint> {
    const { PolicyInformationPoint: Point } = await import(
      '../../enforcement/decisions/policy-information-point.ts'
    );
    const { store, ledger: reader } = this.#sources;
    const { headOf } = await import('../../store/reading/ledger-head.ts');
    await reader.refresh();
    // The store opens what it had not found before.
    await headOf(reader, store);
    this.#point ??= Point.of({ store, reader });
    const point = this.#point;
    await point.follow();
    return point;
  }
}

/** Types of the policy schema. */
const PERSON = 'Person';
const GROUP = 'Group';
