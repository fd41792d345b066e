import { type Answer, all, any, lowestWatermark } from '@countersign/core';
import { decodeUtf8, parseDecimal, quoted } from '../canonical-encoding.ts';
import { TlogError } from '../errors.ts';
import { POLICY_BYTES_MAX } from '../limits.ts';
import { parseVkey, SIGNATURE_TYPE, type VerifierKey } from '../notes/verifier-key.ts';

/**
 * A policy by C2SP tlog-policy: the trusted logs, and the witnesses that must have seen their
 * checkpoints.
 */
export type TrustPolicy = {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  readonly groups: readonly PolicyGroup[];
  /** Name of a witness or group; undefined for `quorum none`. */
  readonly quorum: string | undefined;
};

export type PolicyLog = { readonly key: VerifierKey; readonly url: string | undefined };

export type PolicyWitness = {
  readonly name: string;
  readonly key: VerifierKey;
  readonly url: string | undefined;
};

/** The group is satisfied if at least `threshold` of its members are. */
export type PolicyGroup = {
  readonly name: string;
  readonly threshold: number;
  readonly members: readonly string[];
};

const NONE = 'none';

/** The state after the lines read so far. */
type Draft = {
  logs: PolicyLog[];
  witnesses: PolicyWitness[];
  groups: PolicyGroup[];
  quorum: { name: string | undefined } | undefined;
  /** Witnesses and groups share one namespace. */
  names: Set<string>;
};

/** @throws TlogError MALFORMED_POLICY, with the line number in `data.line` */
export function parsePolicy(bytes: Uint8Array): TrustPolicy {
  const text = bytes.length > POLICY_BYTES_MAX ? undefined : decodeUtf8(bytes);
  if (text === undefined) {
    throw malformed(0, `it is not UTF-8, or larger than ${POLICY_BYTES_MAX} bytes`);
  }
  const draft: Draft = {
    logs: [],
    witnesses: [],
    groups: [],
    quorum: undefined,
    names: new Set([NONE]),
  };
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const [keyword, ...items] = itemsOf(line);
    if (keyword === undefined) continue;
    const read = READERS.get(keyword);
    if (read === undefined) {
      throw malformed(i + 1, `${quoted(keyword)} is unknown; write log, witness, group or quorum`);
    }
    read(draft, items, i + 1);
  }
  const { logs, witnesses, groups, quorum } = draft;
  if (quorum === undefined) throw malformed(0, 'it has no "quorum" line; write "quorum none"');
  return { logs, witnesses, groups, quorum: quorum.name };
}

/**
 * Answers whether enough witnesses have seen a checkpoint. A witness that has not signed yet may
 * still sign, so its absence is `unknown`, not `no`. `whereNoneIsAsked` is the answer of a policy
 * that requires no witness.
 */
export function quorumAnswer(
  policy: TrustPolicy,
  answerOf: (witness: PolicyWitness) => Answer,
  whereNoneIsAsked: Answer,
): Answer {
  if (policy.quorum === undefined) return whereNoneIsAsked;
  // A group names only earlier lines, so one pass answers each group once, and no cycle is
  // possible.
  const answers = new Map(policy.witnesses.map((w) => [w.name, answerOf(w)]));
  for (const { name, threshold, members } of policy.groups) {
    const votes = members.map((member) => answers.get(member) as Answer);
    answers.set(name, thresholdAnswer(votes, threshold));
  }
  return answers.get(policy.quorum) as Answer;
}

/** Strong Kleene logic for "at least `threshold` of them". */
function thresholdAnswer(votes: readonly Answer[], threshold: number): Answer {
  const asOf = lowestWatermark(votes.map((vote) => vote.asOf));
  const inFavor = votes.filter((vote) => vote.kind === 'yes');
  if (inFavor.length >= threshold) return { ...all(inFavor), asOf };
  const open = votes.filter((vote) => vote.kind === 'unknown');
  if (inFavor.length + open.length >= threshold) return { ...any(open), asOf };
  return { ...any(votes.filter((vote) => vote.kind === 'no')), asOf };
}

type ReadItems = (draft: Draft, items: readonly string[], line: number) => void;

const READERS: ReadonlyMap<string, ReadItems> = new Map([
  ['log', readLog],
  ['witness', readWitness],
  ['group', readGroup],
  ['quorum', readQuorum],
]);

function readLog(draft: Draft, items: readonly string[], line: number): void {
  const [vkey = '', url] = items;
  if (items.length < 1 || items.length > 2) throw malformed(line, 'write "log VKEY [URL]"');
  const key = readKey(vkey, line);
  if (draft.logs.some((log) => log.key.vkey === key.vkey)) {
    throw malformed(line, `the key of ${key.name} is listed twice`);
  }
  draft.logs.push({ key, url: readUrl(url, line) });
}

function readWitness(draft: Draft, items: readonly string[], line: number): void {
  const [name = '', vkey = '', url] = items;
  if (items.length < 2 || items.length > 3)
    throw malformed(line, 'write "witness NAME VKEY [URL]"');
  const key = readKey(vkey, line);
  if (key.type === SIGNATURE_TYPE.ed25519 || key.type === SIGNATURE_TYPE.ecdsa) {
    throw malformed(line, `the key of ${name} cannot make cosignatures`);
  }
  // One witness under two names would have two votes.
  const twin = draft.witnesses.find((w) => Buffer.compare(w.key.publicKey, key.publicKey) === 0);
  if (twin !== undefined) throw malformed(line, `${name} has the same key as ${twin.name}`);
  addName(draft, name, line);
  draft.witnesses.push({ name, key, url: readUrl(url, line) });
}

function readGroup(draft: Draft, items: readonly string[], line: number): void {
  const [name = '', rule = '', ...members] = items;
  if (members.length === 0) throw malformed(line, 'write "group NAME all|any|K MEMBER…"');
  for (const member of members) {
    if (member === NONE || !draft.names.has(member)) {
      throw malformed(line, `${quoted(member)} names no witness or group above it`);
    }
  }
  if (new Set(members).size < members.length) throw malformed(line, `${name} lists a member twice`);
  const threshold =
    rule === 'all' ? members.length : rule === 'any' ? 1 : (parseDecimal(rule) ?? 0);
  if (threshold < 1 || threshold > members.length) {
    throw malformed(line, `${quoted(rule)} is not a rule; write all, any or 1…${members.length}`);
  }
  addName(draft, name, line);
  draft.groups.push({ name, threshold, members });
}

function readQuorum(draft: Draft, items: readonly string[], line: number): void {
  const [name = ''] = items;
  if (items.length !== 1) throw malformed(line, 'write "quorum NAME" or "quorum none"');
  if (draft.quorum !== undefined) throw malformed(line, 'there is a "quorum" line already');
  if (!draft.names.has(name))
    throw malformed(line, `${quoted(name)} names no witness or group above it`);
  draft.quorum = { name: name === NONE ? undefined : name };
}

function addName(draft: Draft, name: string, line: number): void {
  if (draft.names.has(name)) throw malformed(line, `the name ${quoted(name)} is taken`);
  draft.names.add(name);
}

function readKey(vkey: string, line: number): VerifierKey {
  try {
    return parseVkey(vkey);
  } catch (error) {
    throw malformed(line, `${quoted(vkey)} is not a verifier key`, error);
  }
}

function readUrl(text: string | undefined, line: number): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url === null || !isWeb || url.username !== '' || url.password !== '') {
    throw malformed(line, `${quoted(text)} is not a web address`);
  }
  return text;
}

/** Splits a line at spaces; a word that starts with `#` starts a comment. */
function itemsOf(line: string): string[] {
  const items = line.split(/[ \t]+/).filter((item) => item !== '');
  const comment = items.findIndex((item) => item.startsWith('#'));
  return comment < 0 ? items : items.slice(0, comment);
}

function malformed(line: number, what: string, cause?: unknown): TlogError {
  const where = line > 0 ? `line ${line}: ` : '';
  return new TlogError('MALFORMED_POLICY', `could not read a trust policy: ${where}${what}`, {
    cause,
    data: { line },
  });
}
