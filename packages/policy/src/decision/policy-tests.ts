import { msOfInstant, normalizeInstant } from '@countersign/core';
import type { DocumentProblem } from '@countersign/yaml-document';
import { parseYaml } from '@countersign/yaml-document';
import { z } from 'zod';
import {
  type DirectoryFile,
  directorySchema,
  loadDirectoryFile,
} from '../directory/directory-file.ts';
import { DirectoryStore } from '../directory/directory-store.ts';
import {
  loadRegister,
  type RegisteredWorkload,
  workloadSchema,
} from '../directory/workload-register.ts';
import { SuiteDirectory } from '../information/suite-directory.ts';
import { DIRECTORY_AGE_MAX_MS } from '../limits.ts';
import type { PolicySet, PolicyText } from '../policies/policy-set.ts';
import type { DecisionCause, DecisionRequest, PolicyOutcome } from './decision.ts';
import { type EvaluationContext, evaluatePolicies } from './evaluate-policies.ts';
import type { Ages } from './gather-inputs.ts';

type Party = { readonly type: string; readonly id: string };
type Maybe<T> = T | undefined;

/** A test of policies: a request, and the expected decision. */
export type PolicyTest = {
  readonly name: string;
  readonly enforcementPoint: string;
  readonly subject: Party;
  readonly action: string;
  readonly resource: Party;
  readonly context: Readonly<Record<string, unknown>>;
  readonly expect: 'permit' | 'deny';
  readonly cause?: Maybe<DecisionCause>;
  /** All policies that determined the decision. */
  readonly policies?: Maybe<readonly string[]>;
  readonly obligations?: Maybe<readonly string[]>;
};

export type PolicyTestFile = {
  readonly now: string;
  readonly directory: DirectoryFile;
  readonly workloads: readonly RegisteredWorkload[];
  readonly tests: readonly PolicyTest[];
};

export type PolicyTestResult = {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly outcome: PolicyOutcome;
  /** Expectations that failed; empty if the test passes. */
  readonly differences: readonly string[];
};

/** The request of a test, and the inputs of its evaluation. */
export type PolicyTestCase = {
  readonly test: PolicyTest;
  readonly line: number;
  readonly request: DecisionRequest;
  readonly evaluation: EvaluationContext;
};

/** @throws DocumentError CONFIG_INVALID with every problem */
export function policyTestCases(
  { file, text }: PolicyText,
  policies: PolicySet,
  ages: Ages,
): readonly PolicyTestCase[] {
  const lines: number[] = [];
  const parsed = parseYaml({ file, text }, testFileSchema(), (document) => {
    const { tests } = (document.value ?? {}) as { tests?: unknown };
    const count = Array.isArray(tests) ? tests.length : 0;
    for (let at = 0; at < count; at++) lines.push(lineOf(document.problemAt(['tests', at], '')));
    return [];
  });
  const nowMs = msOfInstant(normalizeInstant(parsed.now) ?? '');
  const store = new DirectoryStore();
  const tenant = loadDirectoryFile(store, parsed.directory, { file, readMs: nowMs });
  loadRegister(store, { tenant, workloads: parsed.workloads }, { file, readMs: nowMs });
  const evaluation = { policies, directory: new SuiteDirectory(store), ages, nowMs };
  return parsed.tests.map((test, at): PolicyTestCase => {
    const { enforcementPoint, subject, resource, context } = test;
    const action = { name: test.action };
    const request = { enforcementPoint, tenant, subject, action, resource, context };
    return { test, line: lines[at] ?? 1, request, evaluation };
  });
}

/** Runs the tests of one file. */
export function runPolicyTests(
  source: PolicyText,
  policies: PolicySet,
  ages: Ages = () => DIRECTORY_AGE_MAX_MS,
): readonly PolicyTestResult[] {
  return policyTestCases(source, policies, ages).map(({ test, line, request, evaluation }) => {
    const outcome = evaluatePolicies(request, evaluation);
    const differences = differencesOf(test, outcome);
    return { file: source.file, line, name: test.name, outcome, differences };
  });
}

function differencesOf(test: PolicyTest, outcome: PolicyOutcome): readonly string[] {
  const { effect, cause, policies, obligations } = outcome;
  const list = (items: readonly string[]): string => [...items].sort().join(', ') || 'none';
  const compared: [string, string | undefined, string][] = [
    ['the decision', test.expect, effect],
    ['the cause', test.cause, cause],
    ['the policies that decide', test.policies && list(test.policies), list(policies)],
    ['the obligations', test.obligations && list(test.obligations), list(obligations)],
  ];
  return compared
    .filter(([, expected, actual]) => expected !== undefined && expected !== actual)
    .map(([what, expected, actual]) => `${what}: expected ${expected}, got ${actual}`);
}

function testFileSchema(): z.ZodType<PolicyTestFile> {
  const text = z.string().min(1);
  const party = z.strictObject({ type: text, id: text });
  const test = z.strictObject({
    name: text,
    enforcementPoint: text,
    subject: party,
    action: text,
    resource: party,
    context: z.record(z.string(), z.unknown()).default({}),
    expect: z.enum(['permit', 'deny']),
    cause: z.enum(['policy', 'no-policy', 'unknown', 'error']).optional(),
    policies: z.array(text).optional(),
    obligations: z.array(text).optional(),
  });
  const isTime = (at: string): boolean => normalizeInstant(at) !== undefined;
  return z.strictObject({
    now: z.string().refine(isTime, { message: 'is not a time: write it as 2026-01-31T08:30:00Z' }),
    directory: directorySchema(),
    workloads: z.array(workloadSchema()).default([]),
    tests: z.array(test).min(1),
  });
}

function lineOf({ line }: DocumentProblem): number {
  return line;
}
