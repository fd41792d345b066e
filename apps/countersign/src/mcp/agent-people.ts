import type { Reason } from '@countersign/core';
import type { Conclusion } from '../operations/definition/conclusion.ts';
import { cannotTell } from '../operations/definition/errors.ts';
import type { Operation } from '../operations/definition/operation.ts';
import { NAMES_NO_ONE, NEEDS_NAMES, PERSON_MEMBERS } from '../operations/offers.ts';
import type { Caller } from '../operators/caller.ts';
import { PSEUDONYM } from '../operators/pseudonyms/pseudonym-key.ts';
import type { OperationAnswer } from './tool-result.ts';
import type { PeopleView } from './untrusted-text.ts';

/** Replaces people for agents that may not see names. */
export type AgentPeople = {
  /** A copy of a JSON document with pseudonyms. */
  hide(document: unknown): unknown;
  /** A name of the person behind a pseudonym; undefined if no record names the person. */
  nameOf(pseudonym: string): Promise<string | undefined>;
};

export function peopleView(
  { people }: Pick<Caller, 'people'>,
  { name }: Operation,
  agentPeople: AgentPeople | undefined,
): PeopleView {
  if (people === 'names') return 'names';
  return agentPeople === undefined || NEEDS_NAMES.has(name) ? 'withheld' : 'pseudonyms';
}

/** The input with the person behind a pseudonym; undefined if no record names that person. */
export async function withAskedPerson(
  { name }: Operation,
  input: object,
  people: AgentPeople,
): Promise<object | undefined> {
  const member = PERSON_MEMBERS.get(name);
  const asked = askedPerson(name, input);
  if (member === undefined || asked === undefined || !PSEUDONYM.test(asked)) return input;
  const person = await people.nameOf(asked);
  return person === undefined ? undefined : { ...input, [member]: person };
}

function askedPerson(operation: string, input: object): string | undefined {
  const member = PERSON_MEMBERS.get(operation);
  const value = member === undefined ? undefined : new Map(Object.entries(input)).get(member);
  return typeof value === 'string' ? value : undefined;
}

/** The answer with pseudonyms. So do sentences that repeat the person who was asked about. */
export function withPseudonyms(
  { name }: Operation,
  answer: OperationAnswer,
  input: object,
  people: AgentPeople,
): OperationAnswer {
  if (NAMES_NO_ONE.has(name)) return answer;
  const { asOf, conclusion, notices, ...content } = answer;
  const hidden = people.hide({
    ...{ content, notices, sentences: sentencesOf(conclusion) },
    person: askedPerson(name, input) ?? null,
  }) as {
    readonly content: typeof content;
    readonly notices: readonly string[];
    readonly sentences: Sentences;
  };
  const concluded = concludedWith(conclusion, hidden.sentences);
  return { ...hidden.content, asOf, notices: hidden.notices, conclusion: concluded };
}

type Sentences = { readonly because: readonly Reason[] | null; readonly message: string | null };

function sentencesOf(conclusion: Conclusion): Sentences {
  switch (conclusion.kind) {
    case 'yes':
      return { because: conclusion.missing ?? null, message: null };
    case 'no':
      return { because: conclusion.because ?? null, message: null };
    case 'failed':
      return { because: conclusion.because ?? null, message: conclusion.error.message };
  }
}

function concludedWith(conclusion: Conclusion, { because, message }: Sentences): Conclusion {
  switch (conclusion.kind) {
    case 'yes':
      return because === null ? conclusion : { kind: 'yes', missing: because };
    case 'no':
      return because === null ? conclusion : { kind: 'no', because };
    case 'failed': {
      const error = cannotTell(message ?? '');
      return because === null ? { kind: 'failed', error } : { kind: 'failed', error, because };
    }
  }
}
