import { ClientError } from '@countersign/client';
import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Skeleton,
  SkeletonItem,
} from '@fluentui/react-components';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSession } from '../../state/session-context.ts';
import { texts } from '../../texts/en.ts';
import { StepUpButton } from '../sign-in/step-up-button.tsx';
import { SafeText } from '../text/safe-text.tsx';
import { Page } from './page.tsx';

const useStyles = makeStyles({
  skeleton: { display: 'flex', flexDirection: 'column', gap: '12px' },
});

/** What shows while an answer is on its way: bars where its lines will be. */
export function LoadingView({ lines = 6 }: { readonly lines?: number }) {
  const styles = useStyles();
  return (
    <Skeleton className={styles.skeleton} aria-label={texts.loading}>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars are all the same.
        <SkeletonItem key={line} size={line === 0 ? 28 : 16} />
      ))}
    </Skeleton>
  );
}

/** What failed, what to do, and a button that tries again. */
export function ErrorView(props: { readonly error: Error; readonly retry?: () => unknown }) {
  const { error, retry } = props;
  const kind = errorKind(error);
  const isStepUp = kind === 'stepUp';
  return (
    <MessageBar intent={isStepUp ? 'warning' : 'error'} layout="multiline" role="alert">
      <MessageBarBody>
        <MessageBarTitle>{texts.errors.title(kind)}</MessageBarTitle>{' '}
        <SafeText text={error.message} />
        {isStepUp && <StepUpHint />}
      </MessageBarBody>
      <MessageBarActions>
        {isStepUp && <StepUpButton onDone={() => retry?.()} />}
        {retry !== undefined && (
          <Button size="small" onClick={() => retry()}>
            {texts.errors.retry}
          </Button>
        )}
      </MessageBarActions>
    </MessageBar>
  );
}

/** A local operator may have no passkey: then a new link is the proof. */
function StepUpHint() {
  const { stepUp } = useSession();
  return stepUp === 'passkey' ? <>. {texts.errors.stepUpByLink}</> : null;
}

function errorKind(error: Error): 'unreachable' | 'stepUp' | 'refused' | 'failed' {
  if (!(error instanceof ClientError)) return 'failed';
  if (error.code === 'unreachable') return 'unreachable';
  if (error.code.includes('step-up')) return 'stepUp';
  return error.status === 403 ? 'refused' : 'failed';
}

/** Shows an answer, or why there is none yet. A failed refresh leaves the old answer, marked. */
export function QueryView<Data>(props: {
  readonly query: UseQueryResult<Data, Error>;
  readonly loading?: ReactNode;
  readonly children: (data: Data) => ReactNode;
}) {
  const { query, loading = <LoadingView />, children } = props;
  const { data, error } = query;
  return (
    <>
      {error !== null && <ErrorView error={error} retry={() => query.refetch()} />}
      {data !== undefined ? children(data) : error === null && loading}
    </>
  );
}

export function NotFoundPage() {
  return (
    <Page title={texts.errors.noPage}>
      <Link to="/">{texts.errors.goHome}</Link>
    </Page>
  );
}

/** While the service does not answer, the console stays as it is. */
function reloadIfServed(): void {
  fetch(location.href, { method: 'HEAD' }).then(
    () => location.reload(),
    () => undefined,
  );
}

/** A defect of ours in a page, or a page that was not sent. The navigation still works. */
export function PageErrorView(props: { readonly error: unknown }) {
  const error = props.error instanceof Error ? props.error : new Error(String(props.error));
  return (
    <Page title={texts.errors.broken}>
      <ErrorView error={error} retry={reloadIfServed} />
    </Page>
  );
}
