import type { Operations } from '@countersign/client';
import { useEffect, useState } from 'react';

export type Policies = NonNullable<Operations['policyShow']['output']>;
export type PolicyFiles = NonNullable<Operations['policyCheck']['input']['files']>;

/** Changed texts by file. */
type Changes = Readonly<Record<string, string>>;

export type PolicyDraft = {
  readonly files: PolicyFiles;
  readonly changes: Changes;
  readonly change: (file: string, text: string) => void;
  readonly reset: () => void;
};

const STORAGE_KEY = 'countersign.policy-draft';

/** The policies in force with the reader's changes. They stay in this tab, also after a reload. */
export function usePolicyDraft(policies: Policies): PolicyDraft {
  const key = `${STORAGE_KEY}.${policies.version ?? 'built-in'}`;
  const [changes, setChanges] = useState<Changes>(() => read(key));
  useEffect(() => write(key, changes), [key, changes]);
  const textOf = <File extends { readonly file: string; readonly text: string }>(each: File) => ({
    file: each.file,
    text: changes[each.file] ?? each.text,
  });
  const { schema, policies: texts, tests } = policies;
  return {
    files: { schema: textOf(schema), policies: texts.map(textOf), tests: tests.map(textOf) },
    changes,
    change: (file, text) => {
      const original = [schema, ...texts, ...tests].find((each) => each.file === file)?.text;
      setChanges((before) => {
        const { [file]: _, ...others } = before;
        return text === original ? others : { ...others, [file]: text };
      });
    },
    reset: () => setChanges({}),
  };
}

/** A value that holds still for a moment, so that not every letter is a question. */
export function useSettled<Value>(value: Value, ms: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

function read(key: string): Changes {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Changes) : {};
  } catch {
    return {};
  }
}

function write(key: string, changes: Changes): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(changes));
  } catch {
    // Storage is blocked or full: the draft holds as long as the page.
  }
}
