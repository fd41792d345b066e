import { Button, Input, makeStyles } from '@fluentui/react-components';
import { type FormEvent, useState } from 'react';
import { useView } from '../../state/view.ts';
import { accessTexts as t } from '../../texts/access.ts';

const useStyles = makeStyles({
  form: { display: 'flex', gap: '8px' },
  input: { minWidth: '230px' },
});

/** Finds the decision whose reference a caller reads out. */
export function ReferenceForm() {
  const styles = useStyles();
  const [, change] = useView();
  const [text, setText] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() !== '') change({ decision: text.trim() });
  };
  return (
    <form onSubmit={submit} className={styles.form} aria-label={t.explain}>
      <Input
        className={styles.input}
        value={text}
        aria-label={t.explainHint}
        title={t.explainHint}
        placeholder={t.placeholder}
        onChange={(_, { value }) => setText(value)}
      />
      <Button type="submit" appearance="primary" disabled={text.trim() === ''}>
        {t.find}
      </Button>
    </form>
  );
}
