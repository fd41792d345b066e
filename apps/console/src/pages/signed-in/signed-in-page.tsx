import { useEffect } from 'react';
import { Page } from '../../kit/page/page.tsx';
import { texts } from '../../texts/en.ts';

/** What the window of a renewed sign-in shows. It closes itself. */
export function SignedInPage() {
  useEffect(() => window.close(), []);
  return <Page title={texts.signIn.done}>{null}</Page>;
}
