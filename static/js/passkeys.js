// Passkeys: asks the browser for what a form needs and sends the form with it.
//
//   <form data-passkey="get" data-options="{…}" data-ticket="…">       options made with the page
//   <form data-passkey="get" data-options-from="auth/…">               options fetched when they are wanted
//   <form … data-autofill="login" data-options="{…}" data-ticket="…">  offered besides, by the browser, where the field "login" is filled in
//
// data-passkey="create" makes a key, "get" signs with one. The form has the hidden fields "ticket" and "credential", and goes where the browser
// knows no passkeys; without scripts the style sheet hides it.

import { toast } from "./components/toasts.js";
import { post } from "./core/api.js";
import { whenPresent } from "./core/page.js";

const SAID = {
  InvalidStateError: "This device already has a passkey for your account.",
  NotAllowedError: "That was cancelled, or took too long. Try again when you are ready.",
  SecurityError: "Passkeys do not work at this address.",
};

const STALE = 240_000; // milliseconds after which a challenge is better made anew: a minute before the server would refuse it

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** The options as the browser wants them: what is base64url in JSON is bytes there. */
function decoded(options) {
  const keys = (list) => list?.map((key) => ({ ...key, id: bytes(key.id) }));
  const { challenge, user, allowCredentials, excludeCredentials } = options;
  return {
    ...options,
    challenge: bytes(challenge),
    ...(user && { user: { ...user, id: bytes(user.id) } }),
    ...(allowCredentials && { allowCredentials: keys(allowCredentials) }),
    ...(excludeCredentials && { excludeCredentials: keys(excludeCredentials) }),
  };
}

/** What the browser gave, as JSON. */
function encoded(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

function send(form, ceremony, credential) {
  form.elements.ticket.value = ceremony.ticket;
  form.elements.credential.value = JSON.stringify(encoded(credential));
  form.submit();
}

const fromPage = ({ options, ticket }) => ({ options: JSON.parse(options), ticket });

async function perform(form) {
  const { passkey, optionsFrom } = form.dataset;
  const ceremony = optionsFrom ? (await post(optionsFrom)).data : fromPage(form.dataset);
  send(form, ceremony, await navigator.credentials[passkey]({ publicKey: decoded(ceremony.options) }));
}

/** Passkeys among what the browser offers for the name (conditional mediation). It waits until one is picked there, which may be never, and so
 *  fails in silence. Answers are taken for five minutes only: whoever comes back to the page later gets a new challenge, but not while nobody
 *  looks, for asking is counted. */
function offer(form) {
  const { autofill, optionsFrom } = form.dataset;
  const field = document.querySelector(`input[name="${CSS.escape(autofill)}"]`);
  let ceremony = fromPage(form.dataset);
  let made = Date.now();
  let waiting = null;

  async function wait() {
    stop();
    const round = new AbortController();
    waiting = round;
    try {
      const asked = { mediation: "conditional", signal: round.signal, publicKey: decoded(ceremony.options) };
      const credential = await navigator.credentials.get(asked);
      if (credential && waiting === round) send(form, ceremony, credential);
    } catch {
      if (waiting === round) waiting = null;
    }
  }

  function stop() {
    waiting?.abort();
    waiting = null;
  }

  async function renew() {
    if (document.hidden || Date.now() - made < STALE) return;
    made = Date.now();
    try {
      ceremony = (await post(optionsFrom)).data;
      await wait();
    } catch {
      made = 0; // the next look at the page tries again
    }
  }

  field?.addEventListener("focus", renew);
  document.addEventListener("visibilitychange", renew);
  wait();
  return { wait, stop };
}

const offersAutofill = async () => (await window.PublicKeyCredential?.isConditionalMediationAvailable?.()) ?? false;

whenPresent("form[data-passkey]", (form) => {
  form.hidden = !window.PublicKeyCredential;
  const button = form.querySelector("button:not([type=button])");
  let asking = false;
  let offered = null;
  if (form.dataset.autofill) offersAutofill().then((there) => there && !asking && (offered = offer(form)));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (asking) return;
    asking = true;
    button.setAttribute("aria-busy", "true");
    offered?.stop(); // a browser asks one thing at a time
    try {
      await perform(form);
    } catch (error) {
      toast({ tone: "error", text: SAID[error.name] ?? error.message });
      asking = false;
      button.removeAttribute("aria-busy");
      offered?.wait();
    }
  });
});
