import {
  type Clock,
  CountersignError,
  type EntryKind,
  msOfInstant,
  parseDirectoryItem,
  parseDirectoryMark,
  type TenantId,
} from '@countersign/core';
import { isRecord } from '../cedar/typed-value.ts';
import { loadDirectoryFile } from '../directory/directory-file.ts';
import { DirectoryStore } from '../directory/directory-store.ts';
import { GraphDirectory } from '../directory/graph-directory.ts';
import { loadRegister, registerSource } from '../directory/workload-register.ts';
import { CHECK_AGE_MAX_MS } from '../limits.ts';
import { enforcementPointOf } from '../policies/enforcement-point.ts';
import { PolicySet, type PolicySource } from '../policies/policy-set.ts';
import { RiskHistory } from '../risk/risk-history.ts';
import type {
  DirectoryFileBody,
  PolicyInForceBody,
  PolicyTextBody,
  RegisterBody,
} from './information-entries.ts';
import { SuiteDirectory } from './suite-directory.ts';

type InForce = {
  readonly atMs: number;
  readonly version: string;
  /** Whether reported sign-ins are checked against them. */
  readonly checks: boolean;
};

/** The entry with the latest content of a file, and its time. */
type FileRead = { readonly index: number; readonly readMs: number };

/** The kinds of entries that policy information comes from. */
export const POLICY_INFORMATION_KINDS: readonly EntryKind[] = ['policy', 'directory'];

/**
 * The basis of decisions, from the ledger's own entries, in order: the directory, the register, and
 * the policies of every moment.
 */
export class PolicyInformation {
  readonly directory: DirectoryStore = new DirectoryStore();
  readonly risks: RiskHistory = new RiskHistory();
  readonly #graph = new GraphDirectory(this.directory);
  readonly #sources = new Map<string, PolicySource>();
  readonly #parsed = new Map<string, PolicySet | undefined>();
  readonly #inForce: InForce[] = [];
  /** By tenant: ids and other names of the workload identities in its register. */
  readonly #registered = new Map<string, readonly string[]>();
  /** By tenant: the source of its register. */
  readonly #registers = new Map<TenantId, string>();
  /** By file of the directory. */
  readonly #files = new Map<string, FileRead>();

  /**
   * Total: an erased body, or one of an unknown form, has no effect. Returns the earliest moment
   * whose sign-ins may now be evaluated differently. `index`: of the entry.
   */
  apply(kind: EntryKind, body: unknown, index: number): number {
    if (!isRecord(body) || body['v'] !== 1) return Number.POSITIVE_INFINITY;
    if (kind === 'policy') return this.#applyPolicy(body);
    return this.#applyDirectory(body, index);
  }

  /** The directory as policies read it now. */
  suite(clock: Clock): SuiteDirectory {
    return new SuiteDirectory(this.directory, this.risks.now(clock));
  }

  /** The directory as of a moment; `risk`: whether detectors that raise risk were running. */
  suiteAt(atMs: number, risk: 'evaluated' | 'not evaluated'): SuiteDirectory {
    const opinions = risk === 'evaluated' ? this.risks.at(atMs) : undefined;
    return new SuiteDirectory(this.directory.at(atMs), opinions);
  }

  /**
   * A register is put in force like policies, and holds until the next. Each of its workloads
   * expires by itself.
   */
  confirmRegisters(nowMs: number): void {
    for (const [tenant, source] of this.#registers) {
      this.directory.tenant(tenant).confirm({ source, seenMs: nowMs });
    }
  }

  /** The policies that decide now; undefined if none are in force. */
  get policies(): PolicySet | undefined {
    const last = this.#inForce.at(-1);
    return last === undefined ? undefined : this.policiesOf(last.version);
  }

  /**
   * The policies against which a sign-in of that moment is checked: only those that an operator put
   * in force. For a moment before the first version, the first is used.
   */
  policiesAt(atMs: number): PolicySet | undefined {
    const checking = this.#inForce.filter(({ checks }) => checks);
    const found = checking.findLast((each) => each.atMs <= atMs) ?? checking[0];
    return found === undefined ? undefined : this.policiesOf(found.version);
  }

  /** Whether policies are in force against which reported sign-ins are checked. */
  get isChecking(): boolean {
    return this.#inForce.some(({ checks }) => checks);
  }

  /** Whether this version was put in force last, with the same scope. */
  isInForce(version: string, only: PolicyInForceBody['only']): boolean {
    const last = this.#inForce.at(-1);
    return last?.version === version && (last.checks || only === 'decisions');
  }

  /** Undefined if no entry holds that version, or this program can no longer read it. */
  policiesOf(version: string): PolicySet | undefined {
    if (this.#parsed.has(version)) return this.#parsed.get(version);
    const source = this.#sources.get(version);
    const set = source === undefined ? undefined : parsedOrNothing(source);
    this.#parsed.set(version, set);
    return set;
  }

  /** The text of the policies that decide now. */
  get source(): PolicySource | undefined {
    return this.inForce === undefined ? undefined : this.#sources.get(this.inForce);
  }

  /** By tenant with a register: ids and other names of its workload identities. */
  get registered(): ReadonlyMap<string, readonly string[]> {
    return this.#registered;
  }

  hasText(version: string): boolean {
    return this.#sources.has(version);
  }

  /** The version that was put in force last. */
  get inForce(): string | undefined {
    return this.#inForce.at(-1)?.version;
  }

  #applyPolicy(body: Readonly<Record<string, unknown>>): number {
    const { what, version, atMs } = body;
    if (typeof version !== 'string') return Number.POSITIVE_INFINITY;
    if (what === 'text') {
      const { schema, policies, enforcementPoints } = body as PolicyTextBody;
      this.#sources.set(version, {
        schema,
        policies,
        points: enforcementPoints?.map(enforcementPointOf),
      });
      this.#parsed.delete(version);
    }
    if (what !== 'in-force' || typeof atMs !== 'number') return Number.POSITIVE_INFINITY;
    const checks = body['only'] !== 'decisions';
    const isFirst = !this.isChecking;
    this.#inForce.push({ atMs, version, checks });
    if (!checks) return Number.POSITIVE_INFINITY;
    return isFirst ? Number.NEGATIVE_INFINITY : atMs;
  }

  #applyDirectory(body: Readonly<Record<string, unknown>>, index: number): number {
    switch (body['what']) {
      case 'file':
        return this.#applyFile(body as DirectoryFileBody, index);
      case 'register': {
        const { register, file, readMs } = body as RegisterBody;
        loadRegister(this.directory, register, { file, readMs });
        this.#registers.set(register.tenant, registerSource(file));
        this.#registered.set(
          register.tenant,
          register.workloads.flatMap(({ id, names }) =>
            [id, ...names].map((name) => name.toLowerCase()),
          ),
        );
        return Number.NEGATIVE_INFINITY;
      }
      default:
        return this.#applyGraph(body);
    }
  }

  /**
   * An enforcement point applies a file at once, before the store reaches that entry. The store
   * then reads that entry again, after older ones. The older ones would briefly readmit people who
   * were just excluded. The ledger's order decides, not the clock's: a clock that was set back must
   * not delay news.
   */
  #applyFile({ directory, file, ...body }: DirectoryFileBody, index: number): number {
    const key = `${directory.tenant}\n${file}`;
    const known = this.#files.get(key);
    if (known !== undefined && index <= known.index) return Number.POSITIVE_INFINITY;
    const readMs = Math.max(body.readMs, known?.readMs ?? 0);
    loadDirectoryFile(this.directory, directory, { file, readMs });
    this.#files.set(key, { index, readMs });
    return Number.NEGATIVE_INFINITY;
  }

  #applyGraph(body: Readonly<Record<string, unknown>>): number {
    const item = parseDirectoryItem(body);
    if (item !== undefined) this.#graph.item(item);
    const mark = item === undefined ? parseDirectoryMark(body) : undefined;
    if (mark === undefined) return Number.POSITIVE_INFINITY;
    const { items, confirmedMs } = this.#graph.mark(mark);
    const atMs = msOfInstant(mark.at);
    // A confirmation is news only for a time whose state was unknown.
    const isNews = items > 0 || atMs - confirmedMs > CHECK_AGE_MAX_MS;
    return isNews ? atMs - CHECK_AGE_MAX_MS : Number.POSITIVE_INFINITY;
  }
}

function parsedOrNothing(source: PolicySource): PolicySet | undefined {
  try {
    return PolicySet.parse(source);
  } catch (error) {
    if (error instanceof CountersignError) return undefined;
    throw error;
  }
}
