import { Button, Text } from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { signInWithPasskey } from '../../api/passkey.ts';
import { texts } from '../../texts/en.ts';
import { SafeText } from '../text/safe-text.tsx';

/** Asks the browser for a passkey. What failed shows below, and the person can try again. */
export function PasskeyButton(props: {
  readonly label: string;
  readonly appearance: 'primary' | 'secondary';
  readonly onDone: () => unknown;
}) {
  const { label, appearance, onDone } = props;
  const attempt = useMutation<void, Error>({
    mutationFn: signInWithPasskey,
    onSuccess: () => onDone(),
  });
  return (
    <>
      <Button appearance={appearance} disabled={attempt.isPending} onClick={() => attempt.mutate()}>
        {label}
      </Button>
      {attempt.error !== null && (
        <Text role="alert">
          <SafeText text={texts.signIn.passkeyFailed(attempt.error.message)} />
        </Text>
      )}
    </>
  );
}
