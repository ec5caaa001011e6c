// A sound for each verdict, told apart without looking: up, level, down.

const TONES = {
  accept: [[660, 0, 0.12], [990, 0.13, 0.22]],
  refer: [[520, 0, 0.16], [520, 0.24, 0.16]],
  refuse: [[220, 0, 0.28], [165, 0.28, 0.5]],
  notice: [[420, 0, 0.07]],
};
const LOUDNESS = 0.22;

let context = null;

export function play(kind) {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {});
  for (const [frequency, start, length] of TONES[kind]) {
    const tone = context.createOscillator();
    const gain = context.createGain();
    const at = context.currentTime + start;
    tone.type = kind === "refuse" ? "square" : "sine";
    tone.frequency.value = frequency;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(kind === "refuse" ? LOUDNESS / 2 : LOUDNESS, at + 0.01);
    gain.gain.exponentialRampToValueAtTime(0.001, at + length);
    tone.connect(gain).connect(context.destination);
    tone.start(at);
    tone.stop(at + length + 0.02);
  }
}
