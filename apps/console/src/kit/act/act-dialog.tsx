import type { ClientError } from '@countersign/client';
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
} from '@fluentui/react-components';
import { type FormEvent, type ReactNode, useState } from 'react';
import { texts } from '../../texts/en.ts';
import { ErrorView } from '../page/page-states.tsx';

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: '12px' },
});

/**
 * Asks before an act: what will happen, and the reason that its entry will state. The reason stays
 * if the act fails.
 *
 * @param preview what the act changes, before it happens
 */
export function ActDialog(props: {
  readonly label: string;
  readonly title: string;
  readonly preview: ReactNode;
  readonly isPending: boolean;
  readonly isDone: boolean;
  readonly error: ClientError | null;
  readonly onAct: (reason: string) => void;
  readonly appearance?: 'primary' | 'secondary' | 'subtle';
}) {
  const styles = useStyles();
  const { label, title, preview, isPending, isDone, error, onAct } = props;
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [wasDone, setWasDone] = useState(isDone);
  if (isDone !== wasDone) {
    setWasDone(isDone);
    if (isDone) {
      setOpen(false);
      setReason('');
    }
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (reason.trim() !== '') onAct(reason.trim());
  };
  return (
    <Dialog open={isOpen} onOpenChange={(_, { open }) => setOpen(open)}>
      <DialogTrigger disableButtonEnhancement>
        <Button appearance={props.appearance ?? 'secondary'}>{label}</Button>
      </DialogTrigger>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className={styles.content}>
              <Text>{preview}</Text>
              <Field label={texts.act.reason} hint={texts.act.reasonHint} required>
                <Textarea value={reason} onChange={(_, { value }) => setReason(value)} />
              </Field>
              {error !== null && <ErrorView error={error} />}
            </DialogContent>
            <DialogActions>
              <Button onClick={() => setOpen(false)}>{texts.cancel}</Button>
              <Button
                type="submit"
                appearance="primary"
                disabled={isPending || reason.trim() === ''}
              >
                {label}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
