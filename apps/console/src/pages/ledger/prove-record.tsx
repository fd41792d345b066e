import { Button, Field, Input, makeStyles, Text, tokens } from '@fluentui/react-components';
import { type FormEvent, useState } from 'react';
import { useAct } from '../../api/act.ts';
import { CaseDialog, useMissingCase } from '../../kit/case/case-bar.tsx';
import { ErrorView } from '../../kit/page/page-states.tsx';
import { saveFile } from '../../kit/table/export-rows.ts';
import { useView } from '../../state/view.ts';
import { ledgerTexts as t } from '../../texts/ledger.ts';

const useStyles = makeStyles({
  forms: { display: 'flex', flexWrap: 'wrap', gap: '16px 40px' },
  form: { display: 'flex', flexWrap: 'wrap', alignItems: 'flex-end', gap: '8px' },
  field: { minWidth: '220px' },
  note: { color: tokens.colorNeutralForeground2, maxWidth: '640px' },
});

/** Looks an entry up with its proof, and exports entries as a page that verifies itself. */
export function ProveRecord() {
  const styles = useStyles();
  const [view, change] = useView();
  const [wanted, setWanted] = useState(view.entry ?? '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (wanted.trim() !== '') change({ entry: wanted.trim() });
  };
  return (
    <div className={styles.forms}>
      <form className={styles.form} onSubmit={submit}>
        <Field label={t.prove} hint={t.proveHint} className={styles.field}>
          <Input value={wanted} onChange={(_, { value }) => setWanted(value)} />
        </Field>
        <Button type="submit" appearance="primary">
          {t.check}
        </Button>
      </form>
      <ExportForm entry={view.entry} />
    </div>
  );
}

/**
 * The open entry is the one to export, until the reader names others. Evidence holds bodies, with
 * names, so it asks for the case first.
 */
function ExportForm({ entry }: { readonly entry: string | undefined }) {
  const styles = useStyles();
  const [typed, setTyped] = useState<string>();
  const [isWrong, setWrong] = useState(false);
  const [wanted, setWanted] = useState<readonly string[]>([]);
  const [isAsking, setAsking] = useState(false);
  const isCaseMissing = useMissingCase();
  const text = typed ?? entry ?? '';
  const exported = useAct('evidenceExport', {
    onDone: ({ result }) => {
      if (result === null) return;
      saveFile(
        `evidence-${result.entries.join('-').slice(0, 40)}.html`,
        'text/html',
        result.evidence,
      );
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const entries = text.split(/[\s,;]+/).filter((each) => each !== '');
    const isNumbers = entries.length > 0 && entries.every((each) => /^#?\d+$/.test(each));
    setWrong(!isNumbers);
    if (!isNumbers) return;
    setWanted(entries);
    if (isCaseMissing) setAsking(true);
    else exported.run({ entries, format: 'html' });
  };
  const bytes = exported.reply?.result?.bytes;
  return (
    <>
      <form className={styles.form} onSubmit={submit}>
        <Field
          label={t.exportTitle}
          hint={t.exportHint}
          className={styles.field}
          {...(isWrong && { validationMessage: t.noNumber })}
        >
          <Input value={text} onChange={(_, { value }) => setTyped(value)} />
        </Field>
        <Button type="submit" disabled={exported.isPending}>
          {t.exportAs}
        </Button>
        <Text className={styles.note} aria-live="polite">
          {bytes === undefined ? t.exportNote : t.exported(bytes)}
        </Text>
        {exported.error !== null && <ErrorView error={exported.error} />}
      </form>
      <CaseDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onStated={() => exported.run({ entries: [...wanted], format: 'html' })}
      />
    </>
  );
}
