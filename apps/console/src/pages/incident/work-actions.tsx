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
  MessageBar,
  MessageBarBody,
  makeStyles,
  Radio,
  RadioGroup,
  Textarea,
} from '@fluentui/react-components';
import { type FormEvent, useState } from 'react';
import { ErrorView } from '../../kit/page/page-states.tsx';
import { useSession } from '../../state/session-context.ts';
import { texts } from '../../texts/en.ts';
import { incidentTexts as t } from '../../texts/incident.ts';
import type { Worker } from './use-worker.ts';
import { WorkView } from './work-view.tsx';

const STATUSES = ['new', 'in-progress', 'suppressed', 'resolved'] as const;
type Status = (typeof STATUSES)[number];

const VERDICTS = ['true-positive', 'benign', 'false-positive'] as const;
type Verdict = (typeof VERDICTS)[number];

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: '12px' },
});

/** Assign, comment, set the status: for people whose role allows it. */
export function WorkActions(props: {
  readonly worker: Worker;
  readonly assignee: string | null;
  readonly markTitle: string;
}) {
  const { who, scopes } = useSession();
  const { worker, assignee, markTitle } = props;
  if (!scopes.includes('findings:write')) return null;
  // Under a pseudonym, it may be this person without the page knowing.
  const isMine = assignee === who;
  return (
    <>
      {!isMine && (
        <Button
          appearance="primary"
          disabled={worker.isPending}
          onClick={() => worker.change({ assignee: who })}
        >
          {t.assignToMe}
        </Button>
      )}
      {assignee !== null && (
        <Button disabled={worker.isPending} onClick={() => worker.change({ assignee: '' })}>
          {t.unassign}
        </Button>
      )}
      <CommentDialog worker={worker} />
      <StatusDialog worker={worker} title={markTitle} />
    </>
  );
}

/** A change that came too late shows what the other person did, and keeps what was typed. */
export function WorkError({ worker }: { readonly worker: Worker }) {
  const { error, news } = worker;
  if (error === null) return null;
  if (error.code !== 'changed') return <ErrorView error={error} />;
  return (
    <>
      <MessageBar intent="warning" layout="multiline" role="alert">
        <MessageBarBody>{t.changed}</MessageBarBody>
      </MessageBar>
      {news.length > 0 && <WorkView work={news} />}
    </>
  );
}

function CommentDialog({ worker }: { readonly worker: Worker }) {
  const styles = useStyles();
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useOpen(worker, () => setText(''));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() !== '') worker.change({ comment: text.trim() });
  };
  return (
    <Dialog open={isOpen} onOpenChange={(_, { open }) => setOpen(open)}>
      <DialogTrigger disableButtonEnhancement>
        <Button>{t.comment}</Button>
      </DialogTrigger>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{t.commentTitle}</DialogTitle>
            <DialogContent className={styles.content}>
              <WorkError worker={worker} />
              <Field label={t.commentText} hint={t.commentHint} required>
                <Textarea value={text} onChange={(_, { value }) => setText(value)} />
              </Field>
            </DialogContent>
            <FormActions isDisabled={worker.isPending || text.trim() === ''} onClose={setOpen} />
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

function StatusDialog(props: { readonly worker: Worker; readonly title: string }) {
  const styles = useStyles();
  const { worker, title } = props;
  const [status, setStatus] = useState<Status>('in-progress');
  const [reason, setReason] = useState('');
  const [verdict, setVerdict] = useState<Verdict>();
  const isClosing = status === 'resolved' || status === 'suppressed';
  const [isOpen, setOpen] = useOpen(worker, () => setReason(''));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (reason.trim() === '') return;
    const said = isClosing && verdict !== undefined ? { verdict } : {};
    worker.change({ status, reason: reason.trim(), ...said });
  };
  return (
    <Dialog open={isOpen} onOpenChange={(_, { open }) => setOpen(open)}>
      <DialogTrigger disableButtonEnhancement>
        <Button>{t.mark}</Button>
      </DialogTrigger>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className={styles.content}>
              <WorkError worker={worker} />
              <Field label={t.status}>
                <RadioGroup
                  value={status}
                  onChange={(_, { value }) =>
                    setStatus(STATUSES.find((each) => each === value) ?? status)
                  }
                >
                  {STATUSES.map((each) => (
                    <Radio key={each} value={each} label={t.statuses[each]} />
                  ))}
                </RadioGroup>
              </Field>
              {isClosing && (
                <Field label={t.verdict} hint={t.verdictHint}>
                  <RadioGroup
                    value={verdict ?? ''}
                    onChange={(_, { value }) => setVerdict(VERDICTS.find((each) => each === value))}
                  >
                    <Radio value="" label={t.noVerdict} />
                    {VERDICTS.map((each) => (
                      <Radio key={each} value={each} label={t.verdicts[each]} />
                    ))}
                  </RadioGroup>
                </Field>
              )}
              <Field label={t.reason} hint={texts.act.reasonHint} required>
                <Textarea value={reason} onChange={(_, { value }) => setReason(value)} />
              </Field>
            </DialogContent>
            <FormActions isDisabled={worker.isPending || reason.trim() === ''} onClose={setOpen} />
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

function FormActions(props: {
  readonly isDisabled: boolean;
  readonly onClose: (isOpen: boolean) => void;
}) {
  return (
    <DialogActions>
      <Button onClick={() => props.onClose(false)}>{texts.cancel}</Button>
      <Button type="submit" appearance="primary" disabled={props.isDisabled}>
        {t.send}
      </Button>
    </DialogActions>
  );
}

/** A dialog closes when its change is done. Until then it keeps what was typed. */
function useOpen({ done, begin, end }: Worker, clear: () => void) {
  const [isOpen, setOpen] = useState(false);
  const change = (next: boolean): void => {
    if (next) begin();
    else end();
    setOpen(next);
  };
  const [before, setBefore] = useState(done);
  if (done !== before) {
    setBefore(done);
    if (isOpen) {
      setOpen(false);
      clear();
    }
  }
  return [isOpen, change] as const;
}
