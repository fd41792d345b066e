import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  DialogTrigger,
  Field,
  makeStyles,
  Text,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { type FormEvent, useState } from 'react';
import { useAct } from '../../api/act.ts';
import { ErrorView } from '../../kit/page/page-states.tsx';
import { texts } from '../../texts/en.ts';
import { gateTexts as t } from '../../texts/gate.ts';

const LINES = 16;

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: '12px' },
  text: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

/** A dialog with the conditions of a gate as text. A mistake keeps what was typed. */
export function GateEditor(props: {
  readonly label: string;
  readonly text: string;
  readonly appearance: 'primary' | 'subtle';
  readonly onDone: () => unknown;
}) {
  const styles = useStyles();
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState(props.text);
  const gate = useAct('gate', {
    onDone: () => {
      setOpen(false);
      props.onDone();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    gate.run({ text });
  };
  return (
    <Dialog open={isOpen} onOpenChange={(_, { open }) => setOpen(open)}>
      <DialogTrigger disableButtonEnhancement>
        <Button appearance={props.appearance}>{props.label}</Button>
      </DialogTrigger>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{props.label}</DialogTitle>
            <DialogContent className={styles.content}>
              <Text>{t.writeHint}</Text>
              <Field label={t.text} required>
                <Textarea
                  textarea={{ className: styles.text, rows: LINES, spellCheck: false }}
                  value={text}
                  onChange={(_, { value }) => setText(value)}
                />
              </Field>
              {gate.error !== null && <ErrorView error={gate.error} />}
            </DialogContent>
            <DialogActions>
              <Button onClick={() => setOpen(false)}>{texts.cancel}</Button>
              <Button
                type="submit"
                appearance="primary"
                disabled={gate.isPending || text.trim() === ''}
              >
                {gate.isPending ? t.evaluating : t.evaluate}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
