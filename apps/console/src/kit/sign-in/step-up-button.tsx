import { Button, Text } from '@fluentui/react-components';
import { useState } from 'react';
import { openSignIn } from '../../api/open-sign-in.ts';
import { useSession } from '../../state/session-context.ts';
import { texts } from '../../texts/en.ts';
import { PasskeyButton } from './passkey-button.tsx';

/** Proves again who is signed in: a local operator with a passkey, others at the provider. */
export function StepUpButton({ onDone }: { readonly onDone: () => void }) {
  const { stepUp } = useSession();
  const [isDone, setDone] = useState(false);
  if (stepUp !== 'passkey') {
    return (
      <Button size="small" onClick={() => openSignIn('step-up')}>
        {texts.act.stepUp}
      </Button>
    );
  }
  return (
    <>
      <PasskeyButton
        label={texts.act.stepUpWithPasskey}
        appearance="secondary"
        onDone={() => {
          setDone(true);
          onDone();
        }}
      />
      {isDone && <Text role="status">{texts.act.proved}</Text>}
    </>
  );
}
