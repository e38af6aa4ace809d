// Passkeys: asks the browser for what a form needs and sends the form with it.
//
//   <form data-passkey="get" data-options="{…}" data-ticket="…">       options made with the page
//   <form data-passkey="get" data-options-from="auth/…">               options fetched when they are wanted
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

async function perform(form) {
  const { passkey, options, optionsFrom, ticket } = form.dataset;
  const ceremony = optionsFrom ? (await post(optionsFrom)).data : { options: JSON.parse(options), ticket };
  const credential = await navigator.credentials[passkey]({ publicKey: decoded(ceremony.options) });
  form.elements.ticket.value = ceremony.ticket;
  form.elements.credential.value = JSON.stringify(encoded(credential));
  form.submit();
}

whenPresent("form[data-passkey]", (form) => {
  form.hidden = !window.PublicKeyCredential;
  const button = form.querySelector("button:not([type=button])");
  let asking = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (asking) return;
    asking = true;
    button.setAttribute("aria-busy", "true");
    try {
      await perform(form);
    } catch (error) {
      toast({ tone: "error", text: SAID[error.name] ?? error.message });
      asking = false;
      button.removeAttribute("aria-busy");
    }
  });
});
