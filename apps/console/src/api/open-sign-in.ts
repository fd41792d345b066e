/** Opens a window that signs in, or proves again who is signed in, and then closes itself. */
export function openSignIn(kind: 'sign-in' | 'step-up'): Window | null {
  const query = kind === 'step-up' ? 'step-up&return=%2Fsigned-in' : 'return=%2Fsigned-in';
  return window.open(`/sign-in?${query}`, 'countersign-sign-in', 'popup');
}
