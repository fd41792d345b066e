import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  makeStyles,
  Text,
  tokens,
} from '@fluentui/react-components';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { setNamesCase, useNamesCase } from '../../api/names-case.ts';
import { useSession } from '../../state/session-context.ts';
import { caseTexts as t } from '../../texts/people.ts';
import { SafeText } from '../text/safe-text.tsx';

const useStyles = makeStyles({
  bar: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '8px',
    color: tokens.colorNeutralForeground2,
  },
  form: { display: 'flex', flexDirection: 'column', gap: '12px' },
});

const NAMES_SCOPE = 'names:read';

/** Whether the reader could see names, and has not stated why: a pseudonym shows until then. */
export function useMissingCase(): boolean {
  const { scopes } = useSession();
  return useNamesCase() === undefined && scopes.includes(NAMES_SCOPE);
}

/** Says under which case names show, or asks for one: once, until the tab closes. */
export function CaseBar() {
  const styles = useStyles();
  const { scopes } = useSession();
  const namesCase = useNamesCase();
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  if (!scopes.includes(NAMES_SCOPE)) {
    return <Text className={styles.bar}>{t.notAllowed}</Text>;
  }
  const end = (): void => {
    setNamesCase(undefined);
    void queries.resetQueries();
  };
  return (
    <div className={styles.bar}>
      {namesCase === undefined ? (
        <>
          <Text>{t.hidden}</Text>
          <Button size="small" onClick={() => setOpen(true)}>
            {t.open}
          </Button>
        </>
      ) : (
        <>
          <Text>
            <SafeText text={t.active(namesCase.name, namesCase.purpose)} />. {t.recorded}
          </Text>
          <Button size="small" data-print="no" onClick={end}>
            {t.end}
          </Button>
        </>
      )}
      <CaseDialog isOpen={isOpen} onClose={() => setOpen(false)} />
    </div>
  );
}

/** @param onStated called once a case is stated, after `onClose` */
export function CaseDialog(props: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onStated?: () => void;
}) {
  const { isOpen, onClose, onStated } = props;
  const done = (): void => {
    onClose();
    onStated?.();
  };
  return (
    <Dialog open={isOpen} onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t.title}</DialogTitle>
          <DialogContent>
            <CaseForm onDone={done} />
          </DialogContent>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

/** Asks for purpose and case. */
export function CaseForm({ onDone }: { readonly onDone: () => void }) {
  const styles = useStyles();
  const queries = useQueryClient();
  const { scopes } = useSession();
  const [name, setName] = useState('');
  const [purpose, setPurpose] = useState('');
  const isComplete = name.trim() !== '' && purpose.trim() !== '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isComplete) return;
    setNamesCase({
      name: name.trim(),
      purpose: purpose.trim(),
      showsNames: scopes.includes(NAMES_SCOPE),
    });
    onDone();
    void queries.resetQueries();
  };
  return (
    <form onSubmit={submit} className={styles.form}>
      <Text>{t.explanation}</Text>
      <Field label={t.name} required>
        <Input
          value={name}
          placeholder={t.namePlaceholder}
          onChange={(_, { value }) => setName(value)}
        />
      </Field>
      <Field label={t.purpose} required>
        <Input
          value={purpose}
          placeholder={t.purposePlaceholder}
          onChange={(_, { value }) => setPurpose(value)}
        />
      </Field>
      <DialogActions>
        <Button type="submit" appearance="primary" disabled={!isComplete}>
          {t.start}
        </Button>
      </DialogActions>
    </form>
  );
}
