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
  Input,
  makeStyles,
  Text,
  Textarea,
} from '@fluentui/react-components';
import { type FormEvent, useState } from 'react';
import { useAnswer } from '../../api/hooks.ts';
import { ProofError } from '../../proof/proof-error.ts';
import { parseVkey } from '../../proof/signed-note.ts';
import { usePinnedKeys } from '../../state/pinned-keys.ts';
import { texts } from '../../texts/en.ts';
import { proofTexts as t } from '../../texts/proof.ts';

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: '12px' },
});

/** Takes the key of the log and keys of witnesses. They stay on this device. */
export function PinKeyDialog() {
  const [keys, pin] = usePinnedKeys();
  const [isOpen, setOpen] = useState(false);
  return (
    <Dialog open={isOpen} onOpenChange={(_, { open }) => setOpen(open)}>
      <DialogTrigger disableButtonEnhancement>
        <Button size="small" appearance={keys.log === undefined ? 'primary' : 'secondary'}>
          {keys.log === undefined ? t.pin : t.change}
        </Button>
      </DialogTrigger>
      <DialogSurface>
        {isOpen && (
          <PinKeyForm
            log={keys.log ?? ''}
            witnesses={keys.witnesses.join('\n')}
            onPin={(log, witnesses, origin) => {
              pin({ log: log === '' ? undefined : log, witnesses, origin });
              setOpen(false);
            }}
          />
        )}
      </DialogSurface>
    </Dialog>
  );
}

function PinKeyForm(props: {
  readonly log: string;
  readonly witnesses: string;
  readonly onPin: (log: string, witnesses: readonly string[], origin: 'reader' | 'service') => void;
}) {
  const styles = useStyles();
  const { onPin } = props;
  const [log, setLog] = useState(props.log);
  const [witnesses, setWitnesses] = useState(props.witnesses);
  const head = useAnswer('ledgerCheckpoint', {});
  const stated = head.data?.result?.vkey;
  const lines = witnesses.split('\n').map((line) => line.trim());
  const wanted = lines.filter((line) => line !== '');
  const problem = log.trim() === '' ? undefined : problemOf(log.trim(), 'log');
  const witnessProblem = wanted.map((each) => problemOf(each, 'witness')).find((each) => each);
  const isWrong = problem !== undefined || witnessProblem !== undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // A key that was typed is the reader's own, even if the service states the same one.
    if (!isWrong) onPin(log.trim(), wanted, 'reader');
  };
  return (
    <form onSubmit={submit}>
      <DialogBody>
        <DialogTitle>{t.pinTitle}</DialogTitle>
        <DialogContent className={styles.content}>
          <Text>{t.pinHint}</Text>
          <Field label={t.logKey} {...messageOf(problem)}>
            <Input value={log} spellCheck={false} onChange={(_, { value }) => setLog(value)} />
          </Field>
          <Field label={t.witnessKeys} {...messageOf(witnessProblem)}>
            <Textarea value={witnesses} onChange={(_, { value }) => setWitnesses(value)} />
          </Field>
        </DialogContent>
        <DialogActions fluid>
          {stated !== undefined && (
            <Button onClick={() => onPin(stated, wanted, 'service')}>{t.useStated}</Button>
          )}
          <Button type="submit" appearance="primary" disabled={isWrong}>
            {t.save}
          </Button>
          <DialogTrigger disableButtonEnhancement>
            <Button>{texts.cancel}</Button>
          </DialogTrigger>
        </DialogActions>
      </DialogBody>
    </form>
  );
}

function messageOf(problem: string | undefined): { readonly validationMessage?: string } {
  return problem === undefined ? {} : { validationMessage: problem };
}

function problemOf(vkey: string, kind: 'log' | 'witness'): string | undefined {
  try {
    return parseVkey(vkey).kind === kind ? undefined : `This is not the key of a ${kind}.`;
  } catch (error) {
    return error instanceof ProofError ? error.message : String(error);
  }
}
