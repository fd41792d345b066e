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
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { openSignIn } from '../api/open-sign-in.ts';
import { readSignInMethods, type SignInMethods } from '../api/passkey.ts';
import { PasskeyButton } from '../kit/sign-in/passkey-button.tsx';
import { texts } from '../texts/en.ts';

const useStyles = makeStyles({
  page: { minHeight: '100%', display: 'grid', placeItems: 'center', padding: '24px' },
  card: { maxWidth: '440px', display: 'flex', flexDirection: 'column', gap: '16px' },
});

/** How often the dialog checks whether the other window was closed. */
const CHECK_MS = 1000;

export function SignInPage(props: {
  readonly error: Error | null;
  readonly onDone: () => unknown;
}) {
  const styles = useStyles();
  const { signIn } = texts;
  const { error, onDone } = props;
  const methods = useSignInMethods();
  const here = `${location.pathname}${location.search}`;
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Title2 as="h1">{signIn.title}</Title2>
        {error !== null && <Text role="alert">{signIn.failed(error.message)}</Text>}
        <Text>
          {methods.provider
            ? signIn.explanation
            : methods.passkey
              ? signIn.onlyPasskey
              : signIn.onlyLink}
        </Text>
        {methods.provider && (
          <Button as="a" appearance="primary" href={`/sign-in?return=${encodeURIComponent(here)}`}>
            {signIn.withProvider}
          </Button>
        )}
        {methods.passkey && (
          <>
            <PasskeyButton
              label={signIn.withPasskey}
              appearance={methods.provider ? 'secondary' : 'primary'}
              onDone={onDone}
            />
            {methods.provider && <Text size={200}>{signIn.breakGlass}</Text>}
          </>
        )}
        <Text size={200}>{signIn.withLink}</Text>
      </div>
    </main>
  );
}

/** Until the service has answered, a provider: most have one. */
function useSignInMethods(): SignInMethods {
  const { data } = useQuery({
    queryKey: ['sign-in-methods'],
    queryFn: ({ signal }) => readSignInMethods(signal),
  });
  return data ?? { provider: true, passkey: false };
}

/** Lies over the page when a session has ended. The page and its drafts stay. */
export function SignInDialog(props: { readonly isOpen: boolean; readonly onDone: () => unknown }) {
  const { signIn } = texts;
  const methods = useSignInMethods();
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
        <FocusBelow />
        <DialogBody>
          <DialogTitle>{signIn.ended}</DialogTitle>
          <DialogContent>{signIn.endedExplanation}</DialogContent>
          <DialogActions>
            <Button onClick={() => props.onDone()}>{signIn.checkAgain}</Button>
            {methods.passkey && (
              <PasskeyButton
                label={signIn.withPasskey}
                appearance={methods.provider ? 'secondary' : 'primary'}
                onDone={props.onDone}
              />
            )}
            {methods.provider && (
              <Button appearance="primary" onClick={open}>
                {signIn.again}
              </Button>
            )}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

/**
 * A form that was open below takes the focus when this dialog is gone. Without the focus, it stays
 * hidden from screen readers and out of reach of the keyboard.
 */
function FocusBelow() {
  useEffect(() => {
    return () => {
      requestAnimationFrame(() => {
        const below = [...document.querySelectorAll('[role="dialog"]')].at(-1);
        below?.querySelector<HTMLElement>('textarea, input, button')?.focus();
      });
    };
  }, []);
  return null;
}
