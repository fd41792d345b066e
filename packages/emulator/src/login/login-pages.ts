import { html, type Reply } from '../http/http-message.ts';

/** A page that posts a form by itself (OAuth 2.0 Form Post Response Mode). */
export function posted(uri: string, values: Readonly<Record<string, string>>): Reply {
  const fields = Object.entries(values).map(([name, value]) => field(name, value));
  return html(
    `<form method="post" action="${escaped(uri)}">${fields.join('')}` +
      '<button>Continue</button></form><script>document.forms[0].submit()</script>',
  );
}

/** Asks for the name, and preserves the request. */
export function nameForm(form: URLSearchParams): Reply {
  const fields = [...form].map(([name, value]) => field(name, value));
  return html(
    `<form method="post">${fields.join('')}<label>Sign in as ` +
      '<input name="login_hint" type="email" autofocus></label><button>Sign in</button></form>',
  );
}

/** Asks for a device's code and the person's name. */
export function codeForm(): Reply {
  return html(
    '<form method="post"><label>Enter the code <input name="otc" autofocus></label>' +
      '<label>Sign in as <input name="login_hint" type="email"></label>' +
      '<button>Continue</button><button name="cancel" value="1">Cancel</button></form>',
  );
}

export function saidPage(text: string): Reply {
  return html(`<p>${escaped(text)}`);
}

/** "Sorry, but we’re having trouble signing you in." The application is not informed. */
export function errorPage(number: number, why: string): Reply {
  return { ...html(`<p>AADSTS${number}: ${escaped(why)}</p>`), status: 400 };
}

function field(name: string, value: string): string {
  return `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
