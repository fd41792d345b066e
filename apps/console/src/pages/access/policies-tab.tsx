import { Button, makeStyles, Select, Text } from '@fluentui/react-components';
import { useMemo, useRef, useState } from 'react';
import { useAnswer } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { QueryView } from '../../kit/page/page-states.tsx';
import { EmptyList } from '../../kit/table/empty-list.tsx';
import { saveFile } from '../../kit/table/export-rows.ts';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { policyTexts as t } from '../../texts/access.ts';
import { CedarEditor } from './cedar-editor.tsx';
import { offsetAt } from './cedar-tokens.ts';
import { PolicyChecks } from './policy-checks.tsx';
import { type Policies, type PolicyDraft, usePolicyDraft, useSettled } from './policy-draft.ts';
import { PolicyReplay } from './policy-replay.tsx';

/** A pause in typing. */
const SETTLE_MS = 500;

const VERSION_DIGITS = 16;

const useStyles = makeStyles({
  columns: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1.5fr) minmax(280px, 1fr)',
    gap: '20px',
    '@media (max-width: 1000px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  bar: { display: 'flex', flexWrap: 'wrap', gap: '8px', alignItems: 'center', padding: '8px 0' },
  side: { display: 'flex', flexDirection: 'column', gap: '18px', minWidth: 0 },
});

/** The policies in force in an editor, with validation, tests, and a replay over history. */
export function PoliciesTab() {
  const policies = useAnswer('policyShow', {});
  return (
    <QueryView query={policies}>
      {({ answer, result, notices }) =>
        result === null ? (
          <EmptyList complete={answer} looked={t.text} notices={notices} />
        ) : (
          <Editor key={result.version} policies={result} />
        )
      }
    </QueryView>
  );
}

type Problem = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly what: string;
};

function Editor({ policies }: { readonly policies: Policies }) {
  const styles = useStyles();
  const draft = usePolicyDraft(policies);
  const all = [...draft.files.policies, draft.files.schema, ...(draft.files.tests ?? [])];
  const [file, setFile] = useState(all[0]?.file ?? '');
  const shown = all.find((each) => each.file === file) ?? draft.files.schema;
  const field = useRef<HTMLTextAreaElement>(null);
  const key = JSON.stringify(draft.files);
  const settledKey = useSettled(key, SETTLE_MS);
  const files = useMemo(() => JSON.parse(settledKey) as PolicyDraft['files'], [settledKey]);
  const check = useAnswer('policyCheck', { files });
  const problems: readonly Problem[] = check.data?.result?.problems ?? [];
  const marked = new Set(problems.filter((each) => each.file === file).map(({ line }) => line));
  const goTo = (problem: Problem): void => {
    setFile(problem.file);
    const text = all.find((each) => each.file === problem.file)?.text ?? '';
    const at = offsetAt(text, problem.line, problem.column);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(at, at);
    });
  };
  return (
    <>
      <Version policies={policies} />
      <div className={styles.columns}>
        <div>
          <div className={styles.bar}>
            <Select aria-label={t.file} value={file} onChange={(_, { value }) => setFile(value)}>
              {all.map((each) => (
                <option key={each.file} value={each.file}>
                  {nameOf(each.file)}
                  {draft.changes[each.file] === undefined ? '' : ' •'}
                </option>
              ))}
            </Select>
            <DraftActs draft={draft} />
          </div>
          <CedarEditor
            label={`${t.text}: ${nameOf(file)}`}
            text={shown.text}
            marked={marked}
            field={field}
            onChange={(text) => draft.change(file, text)}
          />
        </div>
        <div className={styles.side}>
          <PolicyChecks check={check} files={files} onOpen={goTo} />
          {/* Results of other texts would be wrong: a change takes them away. */}
          <PolicyReplay key={settledKey} files={files} />
          <History policies={policies} />
        </div>
      </div>
    </>
  );
}

/** Without its folder. */
function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

function Version({ policies: { version, history } }: { readonly policies: Policies }) {
  const [last] = history;
  if (version === null || last === undefined) {
    return <AnswerBanner answer={{ kind: 'no', because: [] }} text={t.noneInForce} />;
  }
  return (
    <Text>
      <SafeText text={t.inForce(version.slice(0, VERSION_DIGITS), last.by)} /> <Time at={last.at} />
      <EvidenceLink entry={last.entry} />
    </Text>
  );
}

function DraftActs({ draft }: { readonly draft: PolicyDraft }) {
  const changed = Object.entries(draft.changes);
  if (changed.length === 0) return null;
  const save = (): void => {
    for (const [file, text] of changed) saveFile(nameOf(file), 'text/plain', text);
  };
  return (
    <>
      <Button size="small" onClick={save}>
        {t.save}
      </Button>
      <Button size="small" appearance="subtle" onClick={draft.reset}>
        {t.reset}
      </Button>
      <Text size={200}>{t.changed}</Text>
    </>
  );
}

function History({ policies: { history } }: { readonly policies: Policies }) {
  if (history.length < 2) return null;
  return (
    <section aria-label={t.history}>
      <Text weight="semibold">{t.history}</Text>
      <ul style={{ margin: '4px 0 0', paddingLeft: '18px' }}>
        {history.map(({ version, at, by, entry }) => (
          <li key={entry}>
            <code>{version.slice(0, VERSION_DIGITS)}</code> {t.since} <Time at={at} />,{' '}
            <SafeText text={by} /> <EvidenceLink entry={entry} />
          </li>
        ))}
      </ul>
    </section>
  );
}
