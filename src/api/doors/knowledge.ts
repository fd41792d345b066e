import { statSync } from 'node:fs';
import { basename } from 'node:path';
import {
  AccessError,
  type Candidates,
  checkPolicies,
  type DecisionPoint,
  type DirectoryFile,
  PolicySet,
  type PolicySource,
  parseDirectoryFile,
  problemText,
  readPolicyFolder,
  SuiteDirectory,
} from '../../access/index.ts';
import { readConfigFile } from '../../config/index.ts';
import { KnowledgeFeed, putInForce, type Writer } from '../../pipeline/index.ts';

export type DoorKnowledgeOptions = {
  readonly writer: Writer;
  /** Work that needs the ledger for itself. */
  readonly alone: (work: () => Promise<void>) => Promise<void>;
  /** A folder; undefined: what is in force, and where nothing is, what comes with the program. */
  readonly policies: string | undefined;
  readonly builtIn: string;
  readonly files: readonly string[];
};

/** A file of the directory as it was when it was read. */
type Said = { readonly read: DirectoryFile; readonly stamp: string };

/**
 * What the doors decide by: out of the ledger, where files that a company wrote are put first. A
 * file is as fresh as the last look at it, unless it states its own time; one that cannot be read
 * any more ages, until what it said is unknown and permits nothing.
 */
export class DoorKnowledge implements Candidates {
  readonly #options: DoorKnowledgeOptions;
  readonly #said: Map<string, Said>;
  readonly #feed: KnowledgeFeed;
  #policies: PolicySet;

  private constructor(
    options: DoorKnowledgeOptions,
    said: Map<string, Said>,
    feed: KnowledgeFeed,
    policies: PolicySet,
  ) {
    this.#options = options;
    this.#said = said;
    this.#feed = feed;
    this.#policies = policies;
  }

  /** @throws AccessError POLICY_INVALID, ConfigError with every problem of a file */
  static async open(options: DoorKnowledgeOptions): Promise<DoorKnowledge> {
    const { writer, policies, builtIn, files } = options;
    const said = new Map(files.map((file) => [file, readDirectory(file)]));
    const before = await KnowledgeFeed.open(writer);
    const folder = policies ?? (before.knowledge.inForce === undefined ? builtIn : undefined);
    const source = folder === undefined ? before.knowledge.source : sourceIn(folder);
    if (source === undefined) throw new AccessError('POLICY_INVALID', UNREADABLE);
    for (const [file, { read }] of said) {
      await options.alone(() => put(writer, source, { file, read }));
    }
    if (said.size === 0) await options.alone(() => put(writer, source, undefined));
    await writer.reader.refresh();
    const feed = await KnowledgeFeed.open(writer);
    return new DoorKnowledge(options, said, feed, PolicySet.parse(source));
  }

  get policies(): PolicySet {
    return this.#policies;
  }

  get directory(): SuiteDirectory {
    return new SuiteDirectory(this.#feed.knowledge.directory);
  }

  list: Candidates['list'] = (...asked) => this.#feed.knowledge.directory.list(...asked);

  /**
   * Takes in what files say now, and what collectors and people put into the ledger meanwhile.
   * @throws ConfigError when a file changed and cannot be used: what was read before ages
   */
  async look(point: DecisionPoint): Promise<void> {
    const { writer, alone } = this.#options;
    for (const [file, { read, stamp }] of this.#said) {
      if (stampOf(file) === stamp) {
        this.#confirm(file, read);
        continue;
      }
      const said = readDirectory(file);
      const source = this.#feed.knowledge.source;
      if (source !== undefined) await alone(() => put(writer, source, { file, read: said.read }));
      this.#said.set(file, said);
    }
    await writer.reader.refresh();
    await this.#feed.follow();
    this.#policies = this.#feed.knowledge.policies ?? this.#policies;
    if (this.#policies.version !== point.policies.version) point.use({ policies: this.#policies });
  }

  #confirm(file: string, { tenant, at }: DirectoryFile): void {
    if (at !== undefined) return;
    const seenMs = this.#options.writer.clock.now();
    const source = `file:${basename(file)}`;
    this.#feed.knowledge.directory.tenant(tenant).confirm({ source, seenMs });
  }
}

const UNREADABLE =
  'could not open the doors: the policies in force are of a form that is not read any more; ' +
  'name a folder of policies in the configuration';

async function put(
  writer: Writer,
  source: PolicySource,
  directory: { readonly file: string; readonly read: DirectoryFile } | undefined,
): Promise<void> {
  await putInForce(writer, { source, directory, register: undefined, by: 'serve' });
}

/**
 * A policy at a door that cannot supply what it reads would keep everybody out: then nothing is
 * opened.
 */
function sourceIn(folder: string): PolicySource {
  const { source } = readPolicyFolder(folder);
  const { problems } = checkPolicies(source);
  if (problems.length === 0) return source;
  const lines = problems.map(problemText).join('\n');
  throw new AccessError('POLICY_INVALID', `could not open the doors:\n${lines}`);
}

function readDirectory(file: string): Said {
  const stamp = stampOf(file);
  return { stamp, read: parseDirectoryFile(readConfigFile(file)) };
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? 'missing' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
}
