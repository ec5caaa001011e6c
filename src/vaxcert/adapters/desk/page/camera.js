// The camera. Grey frames go to the desk one at a time, the next when the one before has been answered.

import { byId, el } from "./dom.js";
import { tell } from "./session.js";
import { turnNow } from "./traveller.js";

const LONGER_SIDE = 960;
const BETWEEN_FRAMES_MS = 40;
const NO_FRAME_MS = 250;
const SAME_CODE_MS = 1200;
const IDLE_MS = 180_000;

const canvas = document.createElement("canvas");
const context = canvas.getContext("2d", { willReadFrequently: true });
const lastSeen = new Map();

let stream = null;
let lastCode = 0;
let grey = new Uint8Array(0);
let handlers = null;

export const isOn = () => stream !== null;

export async function start(deviceId) {
  stop();
  const video = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
  if (deviceId) video.deviceId = { exact: deviceId };
  else video.facingMode = { ideal: "environment" };
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
  } catch (error) {
    handlers.failed(error?.name === "NotAllowedError" ? "camera-refused" : "camera-missing");
    return;
  }
  const mine = stream;
  const element = byId("camera-video");
  element.srcObject = mine;
  mine.getVideoTracks()[0].addEventListener("ended", stop);
  await element.play().catch(() => {});
  lastCode = performance.now();
  show();
  await listDevices();
  watch(mine, element);
}

export function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  const element = byId("camera-video");
  element.srcObject = null;
  canvas.width = canvas.height = 0;
  grey = new Uint8Array(0);
  show();
}

async function watch(mine, element) {
  while (stream === mine) {
    const began = performance.now();
    const turn = turnNow();
    const frame = greyFrame(element);
    if (frame !== null) {
      try {
        const { texts } = await tell("frame", frame.data, { width: frame.width, height: frame.height });
        if (stream === mine && turn === turnNow()) seen(texts);
      } catch (error) {
        if (error.code !== "busy") {
          stop();
          handlers.refused(error);
          return;
        }
      }
    }
    if (performance.now() - lastCode > IDLE_MS && stream === mine) {
      stop();
      handlers.failed("camera-idle");
      return;
    }
    await nextFrame(element, BETWEEN_FRAMES_MS - (performance.now() - began));
  }
}

// The next picture of the camera, so that none is looked at twice, and not sooner than after a while.
async function nextFrame(element, least) {
  await new Promise((resume) => setTimeout(resume, Math.max(0, least)));
  if (!element.requestVideoFrameCallback) return;
  await new Promise((resume) => {
    element.requestVideoFrameCallback(resume);
    setTimeout(resume, NO_FRAME_MS);
  });
}

function greyFrame(element) {
  const { videoWidth, videoHeight } = element;
  if (videoWidth === 0) return null;
  const scale = Math.min(1, LONGER_SIDE / Math.max(videoWidth, videoHeight));
  const width = Math.round(videoWidth * scale);
  const height = Math.round(videoHeight * scale);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    grey = new Uint8Array(width * height);
  }
  context.drawImage(element, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel += 1, at += 4) {
    grey[pixel] = (data[at] * 77 + data[at + 1] * 150 + data[at + 2] * 29) >> 8;
  }
  return { data: grey, width, height };
}

// A code that stays in view is scanned once, also when the next traveller's turn comes meanwhile.
function seen(texts) {
  const now = performance.now();
  const fresh = texts.filter((text) => !(now - (lastSeen.get(text) ?? -Infinity) < SAME_CODE_MS));
  for (const text of texts) lastSeen.set(text, now);
  for (const [text, time] of lastSeen) if (now - time > SAME_CODE_MS) lastSeen.delete(text);
  if (texts.length > 0) lastCode = now;
  if (fresh.length > 0) handlers.found(fresh);
}

function show() {
  const on = stream !== null;
  byId("camera").dataset.on = String(on);
  byId("camera-start").hidden = on;
  byId("camera-stop").hidden = !on;
  const torch = byId("camera-torch");
  torch.hidden = !on || !stream.getVideoTracks()[0].getCapabilities?.().torch;
  torch.setAttribute("aria-pressed", "false");
  if (!on) byId("camera-device").hidden = true;
}

async function listDevices() {
  const devices = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
  const current = stream?.getVideoTracks()[0]?.getSettings().deviceId;
  const select = byId("camera-device");
  select.replaceChildren(
    ...devices.map(({ deviceId, label }, number) => el("option", { value: deviceId, selected: deviceId === current ? "" : null }, label || `${number + 1}`)),
  );
  select.hidden = devices.length < 2;
}

export function listen(given) {
  handlers = given;
  let pausedByHiding = false;
  byId("camera-start").addEventListener("click", () => start());
  byId("camera-stop").addEventListener("click", stop);
  byId("camera-device").addEventListener("change", ({ target }) => start(target.value));
  byId("camera-torch").addEventListener("click", async ({ currentTarget }) => {
    const on = currentTarget.getAttribute("aria-pressed") !== "true";
    await stream?.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] }).catch(() => {});
    byId("camera-torch").setAttribute("aria-pressed", String(on));
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && stream !== null) {
      pausedByHiding = true;
      stop();
    } else if (!document.hidden && pausedByHiding) {
      pausedByHiding = false;
      start();
    }
  });
}
