// @auth0/cose with base45 and cbor-x: decodes and verifies the message; its user looks at the expiry.

import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { inflateSync } from "node:zlib";
import { Sign1 } from "@auth0/cose";
import base45 from "base45";
import { decode } from "cbor-x";

const PREFIX = "HC1:";
const EXPIRY = 4;
const SKEW_SECONDS = 300;
const ALLOWED = [-7, -37]; // ES256, PS256

const { dependencies } = JSON.parse(readFileSync(new URL("package.json", import.meta.url)));
const HELLO = {
  protocol: 2,
  name: "@auth0/cose",
  version: dependencies["@auth0/cose"],
  operations: ["verify"],
  features: ["ps256", "registered-kid"],
};

class Unreadable extends Error {}

function readable(read) {
  try {
    return read();
  } catch (error) {
    throw new Unreadable(error.message);
  }
}

function messageOf(text) {
  if (!text.startsWith(PREFIX)) throw new Unreadable(`the text does not begin with ${PREFIX}`);
  return readable(() => Sign1.decode(inflateSync(base45.decode(text.slice(PREFIX.length)))));
}

function keysOf(trustList, kid) {
  const named = Buffer.from(kid ?? []).toString("hex");
  return trustList.keys
    .filter((entry) => entry.kid === named)
    .map((entry) => new X509Certificate(Buffer.from(entry.certificate, "base64")).publicKey);
}

async function isVerified(message, key) {
  try {
    await message.verify(key, { algorithms: ALLOWED });
    return true;
  } catch {
    return false;
  }
}

function expiryOf(claims) {
  if (claims === null || typeof claims !== "object") throw new Unreadable("the claims are no map");
  const expiry = claims instanceof Map ? claims.get(EXPIRY) : claims[EXPIRY];
  if (expiry === undefined || expiry === null) throw new Error("no expiry");
  const seconds = expiry instanceof Date ? expiry.getTime() / 1000 : expiry;
  if (typeof seconds !== "bigint" && !Number.isFinite(seconds)) throw new Unreadable("the expiry is no number");
  return Number(seconds);
}

async function verify(text, context) {
  const message = messageOf(text);
  const keys = keysOf(context.trust_list, readable(() => message.kid));
  const results = await Promise.all(keys.map((key) => isVerified(message, key)));
  if (!results.includes(true)) throw new Error("no key verifies the signature");
  const expiry = expiryOf(readable(() => decode(message.payload)));
  if (expiry + SKEW_SECONDS <= Date.parse(context.at) / 1000) throw new Error("expired");
}

async function answer({ id, input, context }) {
  try {
    await verify(input.text, context);
    return { id, outcome: "accepted" };
  } catch (error) {
    const outcome = error instanceof Unreadable ? "unreadable" : "refused";
    return { id, outcome, message: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const said = "protocol" in request ? HELLO : await answer(request);
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
