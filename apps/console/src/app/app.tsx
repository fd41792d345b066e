import { ClientError } from '@countersign/client';
import { FluentProvider } from '@fluentui/react-components';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { KeyboardProvider } from '../kit/keyboard/keyboard.tsx';
import { PreferencesProvider, usePreferences } from '../state/preferences.tsx';
import { createAppRouter } from './router.tsx';
import { SessionProvider } from './session.tsx';
import { TenantNamesProvider } from './tenant-names.tsx';
import { themeOf, useColorScheme } from './theme.ts';

/** A view that the reader comes back to shows what it showed, and asks again behind it. */
const FRESH_MS = 15_000;

export function App() {
  const [queries] = useState(createQueries);
  const router = useMemo(createAppRouter, []);
  return (
    <PreferencesProvider>
      <Themed>
        <QueryClientProvider client={queries}>
          <KeyboardProvider>
            <SessionProvider>
              <TenantNamesProvider>
                <RouterProvider router={router} />
              </TenantNamesProvider>
            </SessionProvider>
          </KeyboardProvider>
        </QueryClientProvider>
      </Themed>
    </PreferencesProvider>
  );
}

function Themed({ children }: { readonly children: React.ReactNode }) {
  const { colors } = usePreferences();
  const scheme = useColorScheme(colors);
  return (
    <FluentProvider theme={themeOf(scheme)} data-scheme={scheme} style={{ height: '100%' }}>
      {children}
    </FluentProvider>
  );
}

function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        // The client repeats what the service asks to repeat. A refusal stays a refusal.
        retry: (failures, error) =>
          failures < 2 && error instanceof ClientError && error.code === 'unreachable',
        refetchOnWindowFocus: false,
      },
    },
  });
}
