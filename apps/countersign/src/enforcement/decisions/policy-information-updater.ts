import { basename } from 'node:path';
import { assert } from '@countersign/core';
import {
  checkPolicies,
  type DecisionPoint,
  type DirectoryFile,
  type DirectoryStore,
  PolicyError,
  PolicySet,
  type PolicySource,
  parseDirectoryFile,
  problemText,
  RiskChanges,
  type RiskLookup,
  readPolicyFolder,
} from '@countersign/policy';
import { DocumentError, readConfigFile } from '@countersign/yaml-document';
import { ownEntryDraft } from '../../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import type { TenantDirectoryChange } from '../passes/pass-revocation.ts';
import { FileVersion } from './file-version.ts';
import {
  activatePolicies,
  directoryFileBody,
  PolicyInformationPoint,
} from './policy-information-point.ts';
import type { Candidates } from './search-candidates.ts';

export type EndpointPolicyInformationOptions = {
  readonly writer: LedgerWriter;
  /** Runs work that needs the ledger exclusively. */
  readonly alone: (work: () => Promise<void>) => Promise<void>;
  /** A folder. Undefined: the policies in force, otherwise those that ship with the program. */
  readonly policies: string | undefined;
  readonly builtIn: string;
  readonly files: readonly string[];
};

/** A directory file with its state when it was read. */
type LoadedFile = { readonly read: DirectoryFile; readonly state: FileVersion };

/**
 * Keeps the inputs of decisions up to date, from the ledger and from the company's directory files.
 *
 * A file is as fresh as its last check, unless it states its own time. An unreadable file ages
 * until its content is unknown, and unknown input permits nothing.
 */
export class PolicyInformationUpdater implements Candidates {
  readonly #options: EndpointPolicyInformationOptions;
  readonly #said: Map<string, LoadedFile>;
  readonly #feed: PolicyInformationPoint;
  readonly #risks: RiskChanges;
  #policies: PolicySet;
  /** The store cursor at the last read. */
  #cursor: number;
  #changes: TenantDirectoryChange[] = [];
  /** The stamp of each changed file at the previous check. It is read once the stamp repeats. */
  readonly #settling = new Map<string, string>();
  readonly #broken = new Map<string, { readonly state: FileVersion; readonly error: unknown }>();

  private constructor(
    options: EndpointPolicyInformationOptions,
    said: Map<string, LoadedFile>,
    feed: PolicyInformationPoint,
    source: PolicySource,
  ) {
    this.#options = options;
    this.#said = said;
    this.#feed = feed;
    this.#risks = new RiskChanges(feed.information.risks, feed.information.directory);
    this.#policies = PolicySet.parse(source);
    this.#cursor = options.writer.store.cursor;
    this.store.hear((tenant, change) => this.#changes.push({ tenant, change }));
  }

  /** @throws PolicyError POLICY_INVALID, ConfigError with every problem of a file */
  static async open(options: EndpointPolicyInformationOptions): Promise<PolicyInformationUpdater> {
    const { writer, policies, builtIn, files } = options;
    const said = new Map(
      files.map((file) => {
        const state = FileVersion.of(file, performance.now());
        return [file, { state, read: readDirectory(file) }];
      }),
    );
    const feed = await PolicyInformationPoint.open(writer);
    const { information } = feed;
    const isChosen = policies !== undefined || information.inForce !== undefined;
    const folder = policies ?? (isChosen ? undefined : builtIn);
    const source = folder === undefined ? information.source : sourceIn(folder);
    if (source === undefined) throw new PolicyError('POLICY_INVALID', UNREADABLE);
    const known = new PolicyInformationUpdater(options, said, feed, source);
    // Opening an enforcement point for one tool must not check every sign-in by policies that no
    // operator chose for that. Shipped policies check nothing. A folder without check policies
    // leaves the current checks in force.
    const isForChecks = known.#policies.policies.some(({ enforcementPoints }) =>
      enforcementPoints.includes('check'),
    );
    const only = policies !== undefined && isForChecks ? undefined : 'decisions';
    const directories = [...said].map(([file, { read }]) => ({ file, read }));
    for (const directory of directories.length === 0 ? [undefined] : directories) {
      const inForce = { source, directory, register: undefined, by: 'serve', information };
      await options.alone(async () => void (await activatePolicies(writer, { ...inForce, only })));
      await known.#follow();
    }
    return known;
  }

  get store(): DirectoryStore {
    return this.#feed.information.directory;
  }

  /** All changes since the last call: of the directory, then of risk from findings. */
  takeChanges(): readonly TenantDirectoryChange[] {
    const { clock } = this.#options.writer;
    return [...this.#changes.splice(0), ...this.#risks.poll(clock.now())];
  }

  get policies(): PolicySet {
    return this.#policies;
  }

  /** Risk by findings. It also states up to when detection is complete. */
  get opinions(): RiskLookup {
    return this.#feed.information.risks.now(this.#options.writer.clock);
  }

  list: Candidates['list'] = (...asked) => this.#feed.information.directory.list(...asked);

  /**
   * Reads changed files and new entries. It does not wait for other work on the ledger, because a
   * person may have to be kept out at once.
   * @throws ConfigError if a file changed and is unusable; its previous content ages
   */
  async refresh(point: DecisionPoint): Promise<void> {
    const failures: unknown[] = [];
    for (const [file, said] of this.#said) {
      try {
        await this.#updateFrom(file, said);
      } catch (error) {
        failures.push(error);
      }
    }
    if (this.#options.writer.store.cursor > this.#cursor) await this.#follow();
    this.#policies = this.#feed.information.policies ?? this.#policies;
    if (this.#policies.version !== point.policies.version) point.use({ policies: this.#policies });
    // Last, because one broken file must not block the content of the others.
    if (failures.length > 0) throw failures[0];
  }

  async #updateFrom(file: string, said: LoadedFile): Promise<void> {
    const [stamp, nowMs] = [FileVersion.stamp(file), performance.now()];
    if (said.state.isUnchanged(stamp, nowMs)) {
      this.#confirm(file, said.read);
      return;
    }
    // A writer may be in progress, and half a list would revoke access for the other half.
    if (this.#settling.get(file) !== stamp) {
      this.#settling.set(file, stamp);
      return;
    }
    const known = this.#broken.get(file);
    if (known?.state.isUnchanged(stamp, nowMs) === true) throw known.error;
    const state = FileVersion.of(file, nowMs);
    try {
      const read = readDirectory(file);
      await this.#say(file, read);
      this.#said.set(file, { read, state });
      this.#broken.delete(file);
    } catch (error) {
      // Parse a broken file again only after it changes, because a large one takes a while.
      if (error instanceof DocumentError) this.#broken.set(file, { state, error });
      throw error;
    }
  }

  /** Applied once durable. Reading the entry again later changes nothing. */
  async #say(file: string, read: DirectoryFile): Promise<void> {
    const { decisionLog, clock } = this.#options.writer;
    const atMs = clock.now();
    const body = directoryFileBody({ file, read }, atMs);
    const [index] = await decisionLog.append([ownEntryDraft('directory', atMs, body)]);
    assert(index !== undefined, 'what is appended has its place');
    this.#feed.information.apply('directory', body, index);
  }

  async #follow(): Promise<void> {
    const { store, reader, ledger } = this.#options.writer;
    const { cursor } = store;
    await reader.refresh();
    if (reader.size < cursor) {
      await ledger.publish();
      await reader.refresh();
    }
    await this.#feed.follow();
    this.#cursor = cursor;
  }

  #confirm(file: string, { tenant, at }: DirectoryFile): void {
    if (at !== undefined) return;
    const seenMs = this.#options.writer.clock.now();
    const source = `file:${basename(file)}`;
    this.#feed.information.directory.tenant(tenant).confirm({ source, seenMs });
  }
}

const UNREADABLE =
  'could not open the enforcement points: this version cannot read the policies in force. ' +
  'Name a folder of policies in the configuration';

/**
 * Rejects policies that read input which an enforcement point cannot supply. They would deny
 * everyone there, so nothing is opened.
 */
function sourceIn(folder: string): PolicySource {
  const { source } = readPolicyFolder(folder);
  const { problems } = checkPolicies(source);
  if (problems.length === 0) return source;
  const lines = problems.map(problemText).join('\n');
  throw new PolicyError('POLICY_INVALID', `could not open the enforcement points:\n${lines}`);
}

function readDirectory(file: string): DirectoryFile {
  return parseDirectoryFile(readConfigFile(file));
}
