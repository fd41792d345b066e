import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Text,
  Title2,
} from '@fluentui/react-components';
import { openSignIn } from '../api/open-sign-in.ts';
import { texts } from '../texts/en.ts';

const useStyles = makeStyles({
  page: { minHeight: '100%', display: 'grid', placeItems: 'center', padding: '24px' },
  card: { maxWidth: '440px', display: 'flex', flexDirection: 'column', gap: '16px' },
});

/** How often the dialog checks whether the other window was closed. */
const CHECK_MS = 1000;

export function SignInPage({ error }: { readonly error: Error | null }) {
  const styles = useStyles();
  const { signIn } = texts;
  const here = `${location.pathname}${location.search}`;
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Title2 as="h1">{signIn.title}</Title2>
        {error !== null && <Text role="alert">{signIn.failed(error.message)}</Text>}
        <Text>{signIn.explanation}</Text>
        <Button as="a" appearance="primary" href={`/sign-in?return=${encodeURIComponent(here)}`}>
          {signIn.withProvider}
        </Button>
        <Text size={200}>{signIn.withLink}</Text>
      </div>
    </main>
  );
}

/** Lies over the page when a session has ended. The page and its drafts stay. */
export function SignInDialog(props: { readonly isOpen: boolean; readonly onDone: () => unknown }) {
  const { signIn } = texts;
  const open = (): void => {
    const other = openSignIn('sign-in');
    const timer = setInterval(() => {
      if (other !== null && !other.closed) return;
      clearInterval(timer);
      props.onDone();
    }, CHECK_MS);
  };
  return (
    <Dialog open={props.isOpen} modalType="alert">
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{signIn.ended}</DialogTitle>
          <DialogContent>{signIn.endedExplanation}</DialogContent>
          <DialogActions>
            <Button onClick={() => props.onDone()}>{signIn.checkAgain}</Button>
            <Button appearance="primary" onClick={open}>
              {signIn.again}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
