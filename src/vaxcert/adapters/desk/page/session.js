// How this page speaks with the desk: by a token that it got once for the code in its link.

import { language } from "./words.js";

const TOKEN = "vaxcert-token";

export class Refused extends Error {
  constructor(code, sentence) {
    super(code);
    this.code = code;
    this.sentence = sentence;
  }
}

async function request(path, { method = "GET", body, query = {}, lang = language } = {}) {
  const headers = {};
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.Authorization = `Bearer ${token}`;
  const raw = body instanceof Blob || ArrayBuffer.isView(body);
  if (body !== undefined) headers["Content-Type"] = raw ? "application/octet-stream" : "application/json";
  const search = new URLSearchParams({ lang, ...query });
  let response;
  try {
    response = await fetch(`/api/${path}?${search}`, {
      method,
      headers,
      body: raw ? body : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
    });
  } catch {
    throw new Refused("no-answer", null);
  }
  let answer;
  try {
    answer = await response.json();
  } catch {
    throw new Refused("no-answer", null);
  }
  if (!response.ok) throw new Refused(answer.error.code, answer.error.sentence);
  return answer;
}

export const ask = (path, options) => request(path, options);
export const tell = (path, body = {}, query = {}) => request(path, { method: "POST", body, query });

export const hasSession = () => sessionStorage.getItem(TOKEN) !== null;

// The code leaves the address at once: it is no part of the history, nor of what a reload would send.
export async function begin() {
  const code = new URLSearchParams(location.hash.slice(1)).get("start");
  if (!code) return;
  history.replaceState(null, "", location.pathname);
  const { token } = await tell("session", { code });
  sessionStorage.setItem(TOKEN, token);
}

export const forgetSession = () => sessionStorage.removeItem(TOKEN);
