// REST from pages: the cookie session, the CSRF header, the envelope opened.

import { csrfToken } from "./page.js";

/** A refusal of the server (`status` > 0, `code` stable) or a network that did not answer (`status` 0). */
export class ApiError extends Error {
  constructor(status, code, message, details = {}) {
    super(message);
    Object.assign(this, { status, code, details });
  }
}

async function request(method, path, body, key) {
  const headers = { Accept: "application/json" };
  if (key) headers["Idempotency-Key"] = key;
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(`/api/v1/${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin" });
  } catch {
    throw new ApiError(0, "offline", "No connection. Check your network and try again.");
  }
  if (response.status === 204) return { data: null };
  const answer = await response.json().catch(() => null);
  if (response.ok && answer?.success) return answer;
  const error = answer?.error ?? {};
  throw new ApiError(response.status, error.code ?? "unreadable", error.message ?? "That did not work. Try again in a moment.", error.details);
}

export const get = (path) => request("GET", path);
/** `key` makes the server do it once, however often it is asked. */
export const post = (path, body = {}, key = "") => request("POST", path, body, key);
export const patch = (path, body = {}) => request("PATCH", path, body);
export const remove = (path) => request("DELETE", path);
